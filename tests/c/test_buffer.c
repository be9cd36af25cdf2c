#include "test.h"

#include <errno.h>

#include "core/buffer.h"

int main(void) {
  struct buffer buffer;
  TEST("an empty buffer has allocated nothing");
  buffer_init(&buffer, 10);
  CHECK(!buffer.data);
  CHECK_INT(buffer.length, 0);
  TEST("content is kept and NUL-terminated");
  CHECK(buffer_append(&buffer, "abc", 3));
  CHECK(buffer_append_string(&buffer, "de"));
  CHECK_STR(buffer.data, "abcde");
  TEST("exactly the maximum fits");
  CHECK(buffer_append(&buffer, "fghij", 5));
  CHECK_INT(buffer.length, 10);
  TEST("one byte more does not, and nothing changes");
  errno = 0;
  CHECK(!buffer_append(&buffer, "k", 1));
  CHECK_INT(errno, ENOBUFS);
  CHECK_STR(buffer.data, "abcdefghij");
  TEST("nothing always fits");
  CHECK(buffer_append(&buffer, NULL, 0));
  TEST("formatted text obeys the maximum");
  CHECK(!buffer_printf(&buffer, "%d", 1));
  buffer_free(&buffer);
  CHECK(buffer_printf(&buffer, "%s-%d", "n", 12345));
  CHECK_STR(buffer.data, "n-12345");
  TEST("freed twice is freed once, and it is usable again");
  buffer_free(&buffer);
  buffer_free(&buffer);
  CHECK(buffer_append(&buffer, "x", 1));
  CHECK_STR(buffer.data, "x");
  buffer_free(&buffer);
  TEST("a megabyte in small pieces");
  buffer_init(&buffer, 1 << 20);
  for (int i = 0; i < 1 << 18; i++) CHECK(buffer_append(&buffer, "abcd", 4));
  CHECK_INT(buffer.length, 1 << 20);
  CHECK(!buffer_append(&buffer, "e", 1));
  buffer_free(&buffer);
  return test_finish();
}
