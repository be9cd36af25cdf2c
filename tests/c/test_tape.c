#include "test.h"

#include <stdlib.h>

#include "core/tape.h"

enum { MOST = 64 * 1024 };

/* All that a tape has, streams marked where they change, "<N>" for what was left out. */
static void take(void *context, int stream, const char *bytes, size_t length) {
  struct buffer *text = context;
  if (!bytes) {
    buffer_printf(text, "<%zu>", length);
    return;
  }
  buffer_printf(text, "%d:", stream);
  buffer_append(text, bytes, length);
  buffer_append_string(text, " ");
}

static const char *all_of(const struct tape *tape) {
  static struct buffer text;
  buffer_free(&text);
  buffer_init(&text, 1 << 20);
  tape_each(tape, take, &text);
  return text.data ? text.data : "";
}

static void test_order(void) {
  struct tape tape;
  tape_init(&tape, MOST, MOST);
  TEST("an empty one has nothing");
  CHECK_STR(all_of(&tape), "");
  TEST("pieces of one stream that follow each other are one, order stays");
  tape_append(&tape, 0, "ab", 2);
  tape_append(&tape, 0, "cd", 2);
  tape_append(&tape, 1, "ef", 2);
  tape_append(&tape, 1, "", 0);
  tape_append(&tape, 0, "g\0h", 3);
  CHECK_INT(tape.length, 9);
  CHECK_INT(tape.left_out, 0);
  CHECK_STR(all_of(&tape), "0:abcd 1:ef 0:g");
  tape_free(&tape);
  tape_free(&tape);
}

/* Whatever the sizes: what is there is a beginning and an end, and with what was left out it is
 * all. */
static void test_much(size_t piece, size_t total, bool alternating) {
  struct tape tape;
  char *printed = malloc(total), *here = NULL;
  struct buffer head, tail, whole;
  TEST("%zu bytes in pieces of %zu%s", total, piece, alternating ? " of both streams" : "");
  tape_init(&tape, MOST, MOST);
  for (size_t i = 0; i < total; i++) printed[i] = (char)('a' + i * 7919 % 26);
  for (size_t at = 0; at < total; at += piece)
    tape_append(&tape, alternating ? (int)(at / piece % 2) : 0, printed + at,
                total - at < piece ? total - at : piece);
  buffer_init(&head, 1000);
  buffer_init(&tail, 1000);
  buffer_init(&whole, total);
  tape_first(&tape, 1000, &head);
  tape_last(&tape, 1000, &tail);
  CHECK(head.length == 1000 && memcmp(head.data, printed, 1000) == 0);
  CHECK(tail.length == 1000 && memcmp(tail.data, printed + total - 1000, 1000) == 0);
  tape_first(&tape, total, &whole);
  CHECK_INT((int64_t)whole.length + tape.left_out, (int64_t)total);
  CHECK_INT(tape.length, (int64_t)total);
  CHECK(tape.head.weight <= MOST && tape.tail.weight <= MOST);
  CHECK((tape.left_out > 0) == (tape.head.weight + tape.tail.weight > MOST && total > 2 * MOST) ||
        alternating);
  size_t kept = whole.length, first = 0;
  here = whole.data;
  while (first < kept && here[first] == printed[first]) first++;
  CHECK(first == kept || memcmp(here + first, printed + total - (kept - first), kept - first) == 0);
  tape_free(&tape);
  buffer_free(&head);
  buffer_free(&tail);
  buffer_free(&whole);
  free(printed);
}

int main(void) {
  test_order();
  test_much(100, 5000, false);
  test_much(100, 5000, true);
  test_much(1, 400 * 1000, true);
  test_much(100, 1000 * 1000, false);
  test_much(99, 1000 * 1000, true);
  test_much(300 * 1000, 3000 * 1000, false);
  return test_finish();
}
