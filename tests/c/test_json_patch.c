/* core/json_patch.c: numbers and empty arrays written anew in what lua-cjson printed. */
#include "core/json_patch.h"

#include <float.h>

#include "test.h"

#define INTEGER(at, n) \
  { .ordinal = (at), .kind = JSON_INTEGER, .value.integer = (n) }
#define FLOAT(at, n) \
  { .ordinal = (at), .kind = JSON_FLOAT, .value.number = (n) }
#define EMPTY(at) \
  { .ordinal = (at), .kind = JSON_EMPTY_ARRAY }

static const struct {
  const char *printed;
  size_t total, count;
  struct json_slot slots[3];
  const char *expected; /* NULL: does not belong to the walk */
} rows[] = {
    {"[1,2]", 2, 0, {{0}}, "[1,2]"},
    {"6.5109596013664e+14", 1, 1, {INTEGER(0, 651095960136641)}, "651095960136641"},
    {"651095960136641", 1, 1, {INTEGER(0, 651095960136641)}, "651095960136641"},
    {"[1,9.007199254741e+15,3]", 3, 1, {INTEGER(1, 9007199254740993)}, "[1,9007199254740993,3]"},
    {"-9.2233720368548e+18", 1, 1, {INTEGER(0, INT64_MIN)}, "-9223372036854775808"},
    {"9.2233720368548e+18", 1, 1, {INTEGER(0, INT64_MAX)}, "9223372036854775807"},
    {"0.1", 1, 1, {FLOAT(0, 0.1)}, "0.1"},
    {"0.3", 1, 1, {FLOAT(0, 0.1 + 0.2)}, "0.30000000000000004"},
    {"0.33333333333333", 1, 1, {FLOAT(0, 1.0 / 3)}, "0.3333333333333333"},
    {"1", 1, 1, {FLOAT(0, 1.0)}, "1.0"},
    {"-0", 1, 1, {FLOAT(0, -0.0)}, "-0.0"},
    {"1e+15", 1, 1, {FLOAT(0, 1e15)}, "1e+15"},
    {"9.007199254741e+15", 1, 1, {FLOAT(0, 9007199254740992.0)}, "9007199254740992.0"},
    {"1.7976931348623e+308", 1, 1, {FLOAT(0, DBL_MAX)}, "1.7976931348623157e+308"},
    {"4.9406564584125e-324", 1, 1, {FLOAT(0, 4.9406564584124654e-324)}, "4.9406564584125e-324"},
    {"{\"a\":{},\"b\":{},\"c\":[{}]}",
     3,
     2,
     {EMPTY(1), EMPTY(2)},
     "{\"a\":{},\"b\":[],\"c\":[[]]}"},
    {"[[],[]]", 2, 1, {EMPTY(0)}, "[[],{}]"},
    /* What is inside strings and names is nobody's number. */
    {"{\"{}\":\"1 \\\"2\\\\\",\"3\":{}}", 1, 1, {EMPTY(0)}, "{\"{}\":\"1 \\\"2\\\\\",\"3\":[]}"},
    {"[\"https:\\/\\/example.com\\/\",\"\\\\/\",1]",
     1,
     0,
     {{0}},
     "[\"https://example.com/\",\"\\\\/\",1]"},
    {"[true,false,null,1]", 1, 1, {FLOAT(0, 1.0)}, "[true,false,null,1.0]"},
    {"[1,2]", 3, 0, {{0}}, NULL},
    {"[1,2,{}]", 2, 0, {{0}}, NULL},
    {"[1]", 1, 1, {FLOAT(1, 1.0)}, NULL},
};

int main(void) {
  struct buffer out;
  struct failure failure;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    TEST("patches %s", rows[i].printed);
    buffer_init(&out, 1000);
    bool fine = json_patch(rows[i].printed, strlen(rows[i].printed), rows[i].slots, rows[i].count,
                           rows[i].total, &out, &failure);
    if (rows[i].expected)
      CHECK_STR(fine ? out.data : failure.message, rows[i].expected);
    else
      CHECK_STR(fine ? out.data : failure.code, "NOT_ENCODABLE");
    buffer_free(&out);
  }
  TEST("a result larger than allowed");
  buffer_init(&out, 10);
  CHECK(!json_patch("[1,2,3,4,{}]", 12, &(struct json_slot)EMPTY(4), 1, 5, &out, &failure));
  CHECK_STR(failure.code, "JSON_TOO_LARGE");
  buffer_free(&out);
  TEST("escaped slashes");
  CHECK(json_has_escaped_slash("a\\/b", 4));
  CHECK(json_has_escaped_slash("\\\\\\/", 4));
  CHECK(!json_has_escaped_slash("\\\\/", 3));
  CHECK(!json_has_escaped_slash("/\\", 2));
  return test_finish();
}
