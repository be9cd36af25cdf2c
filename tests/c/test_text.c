#include "test.h"

#include "core/text.h"

static const struct {
  const char *left, *right;
  size_t limit, distance;
} distances[] = {{"", "", 3, 0},           {"a", "", 3, 1},           {"limit", "limit", 3, 0},
                 {"limit", "LIMIT", 3, 0}, {"limt", "limit", 3, 1},   {"limits", "limit", 3, 1},
                 {"lomit", "limit", 3, 1}, {"ilmit", "limit", 3, 1},  {"tasks", "leads", 9, 4},
                 {"abcdef", "", 2, 3},     {"finsih", "finish", 3, 1}};

static const char *const names[] = {"leads", "tasks", "notes", "webhooks", "team", "members"};
static const struct {
  const char *word;
  int index;
} nearest[] = {{"lead", 0}, {"leads", 0}, {"tasls", 1}, {"webhoks", 3}, {"WEBHOOKS", 3},
               {"xyz", -1}, {"", -1},     {"taem", 4},  {"mebers", 5},  {"pipelines", -1}};

static const struct {
  const char *raw;
  size_t length;
  const char *encoded;
} encodings[] = {{"", 0, ""},
                 {"aZ09-._~", 8, "aZ09-._~"},
                 {"a b&c=d/e?f#", 12, "a%20b%26c%3Dd%2Fe%3Ff%23"},
                 {"+15550100", 9, "%2B15550100"},
                 {"\xC3\xA9", 2, "%C3%A9"},
                 {"\0%", 2, "%00%25"}};

static const struct {
  const char *text;
  size_t bytes; /* 0: refused */
} sizes[] = {{"1K", 1024},
             {"256M", 256u << 20},
             {"2G", (size_t)2 << 30},
             {"0M", 0},
             {"", 0},
             {"256", 0},
             {"M", 0},
             {"-1M", 0},
             {" 1M", 0},
             {"1MB", 0},
             {"1.5G", 0},
             {"1m", 0},
             {"99999999999G", 0},
             {"18446744073709551616K", 0}};

int main(void) {
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    size_t bytes = 0;
    TEST("the size \"%s\"", sizes[i].text);
    CHECK(text_byte_count(sizes[i].text, &bytes) == (sizes[i].bytes > 0));
    CHECK_INT((int64_t)bytes, (int64_t)sizes[i].bytes);
  }
  for (size_t i = 0; i < sizeof distances / sizeof *distances; i++) {
    TEST("distance \"%s\" \"%s\"", distances[i].left, distances[i].right);
    CHECK_INT(text_distance(distances[i].left, distances[i].right, distances[i].limit),
              distances[i].distance);
    CHECK_INT(text_distance(distances[i].right, distances[i].left, distances[i].limit),
              distances[i].distance);
  }
  for (size_t i = 0; i < sizeof nearest / sizeof *nearest; i++) {
    TEST("nearest to \"%s\"", nearest[i].word);
    CHECK_INT(text_nearest(nearest[i].word, names, sizeof names / sizeof *names), nearest[i].index);
  }
  TEST("a word longer than any name is near to none");
  char word[200];
  memset(word, 'a', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  CHECK_INT(text_nearest(word, names, 6), -1);
  for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
    struct buffer out;
    TEST("percent-encodes \"%s\"", encodings[i].raw);
    buffer_init(&out, 100);
    CHECK(text_percent_encode(&out, encodings[i].raw, encodings[i].length));
    CHECK_STR(out.data ? out.data : "", encodings[i].encoded);
    buffer_free(&out);
  }
  TEST("encoding beyond the maximum fails");
  struct buffer small;
  buffer_init(&small, 2);
  CHECK(!text_percent_encode(&small, "&", 1));
  buffer_free(&small);
  return test_finish();
}
