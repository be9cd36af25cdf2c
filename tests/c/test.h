/* Tests in C: a program per file, `TEST("name %d", i)` before the checks of each case, and
   `return test_finish();` at the end of main. A failed check is noted and the case goes on.

     TEST("decodes %s", row->text);
     CHECK_INT(decode(row->text), row->value);                                                    */
#ifndef TEST_H
#define TEST_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct {
  char name[256];
  char notes[8192];
  int passed, failed;
} test_state;

/* Prints how the current case went, if there is one. */
static inline void test_close(void) {
  if (!test_state.name[0]) return;
  bool failed = test_state.notes[0] != '\0';
  printf("%s %s\n%s", failed ? "FAIL" : "ok", test_state.name, test_state.notes);
  fflush(stdout); /* so that a crash in the next case loses nothing */
  if (failed)
    test_state.failed++;
  else
    test_state.passed++;
  test_state.name[0] = test_state.notes[0] = '\0';
}

/* Closes the case before and opens the next. Line breaks in a name are shown as spaces. */
__attribute__((format(printf, 1, 2))) static inline void test_open(const char *format, ...) {
  test_close();
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(test_state.name, sizeof test_state.name, format, arguments);
  va_end(arguments);
  for (char *c = test_state.name; *c; c++)
    if ((unsigned char)*c < ' ') *c = ' ';
}

/* Notes a failed check of the current case. */
__attribute__((format(printf, 3, 4))) static inline void test_note(const char *file, int line,
                                                                   const char *format, ...) {
  size_t used = strlen(test_state.notes), size = sizeof test_state.notes;
  char text[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(test_state.notes + used, size - used, "  %s:%d: %s\n", file, line, text);
}

static inline void test_string(const char *file, int line, const char *what, const char *actual,
                               const char *expected) {
  if (actual == expected || (actual && expected && strcmp(actual, expected) == 0)) return;
  test_note(file, line, "%s is \"%s\", expected \"%s\"", what, actual ? actual : "(NULL)",
            expected ? expected : "(NULL)");
}

/* The summary; what main returns. */
static inline int test_finish(void) {
  test_close();
  printf("%d passed, %d failed\n", test_state.passed, test_state.failed);
  return test_state.failed || !test_state.passed ? 1 : 0;
}

#define TEST(...) test_open(__VA_ARGS__)
#define TEST_NOTE(...) test_note(__FILE__, __LINE__, __VA_ARGS__)

/* Something that must be true. */
#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) TEST_NOTE("not so: %s", #condition); \
  } while (0)

/* Integers of any width, as long as int64_t holds them. */
#define CHECK_INT(actual, expected)                                               \
  do {                                                                            \
    int64_t test_a = (int64_t)(actual), test_e = (int64_t)(expected);             \
    if (test_a != test_e)                                                         \
      TEST_NOTE("%s is %" PRId64 ", expected %" PRId64, #actual, test_a, test_e); \
  } while (0)

/* Strings; NULL is equal to NULL only. */
#define CHECK_STR(actual, expected) test_string(__FILE__, __LINE__, #actual, (actual), (expected))

/* Bytes, with their lengths. */
#define CHECK_MEM(actual, actual_length, expected, expected_length)                                \
  do {                                                                                             \
    size_t test_a = (actual_length), test_e = (expected_length);                                   \
    const char *test_p = (actual), *test_q = (expected);                                           \
    if (test_a != test_e || (test_a && memcmp(test_p, test_q, test_a) != 0))                       \
      TEST_NOTE("%s is \"%.*s\" (%zu bytes), expected \"%.*s\" (%zu bytes)", #actual, (int)test_a, \
                test_p ? test_p : "", test_a, (int)test_e, test_q ? test_q : "", test_e);          \
  } while (0)

#endif
