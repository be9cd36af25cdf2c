/* core/json_scan.c: what it refuses and where, what it makes of the text, what is to be repaired.
 */
#include "core/json_scan.h"

#include <stdlib.h>

#include "core/json_plain.h"
#include "test.h"

static const struct {
  const char *text;
  const char *expected; /* the text for lua-cjson; NULL: the same */
  const char *repairs;  /* in the order in which they are made */
} accepted[] = {
    {"null", NULL, ""},
    {"true", NULL, ""},
    {" \t\r\n false \n", NULL, ""},
    {"\"\"", NULL, ""},
    {"\"a \\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u0041\"", NULL, ""},
    {"\"\\ud83d\\uDE00\"", NULL, ""},
    {"\"\\u0000\"", NULL, ""},
    {"\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x7F\"", NULL, ""},
    {"{}", NULL, ""},
    {"{\"a\":{\"b\":[{}]},\"a\":1}", "{\"a\":{\"b\":[{}]},\"a\":-0}", "{0 a=1 {a b[] } }"},
    {"[1,-1,0,-0,15]", "[-0,-0,-0,-0,-0]", "[0 5=15 4=0 3=0 2=-1 1=1 ]"},
    {"651095960136641", "-0", "0=651095960136641"},
    {"-9007199254740993", "-0", "0=-9007199254740993"},
    {" 9223372036854775807 ", " -0 ", "0=9223372036854775807"},
    {"-9223372036854775808", "-0", "0=-9223372036854775808"},
    /* Floats stay; where one may read as -0.0 the marker is another one. */
    {"0.5", NULL, ""},
    {"-12345678.9012345", NULL, ""},
    {"0.10", NULL, ""},
    {"[1.0,1]", "[1.0,-0]", "[0 2=1 ]"},
    {"[-1.0,1]", "[-1.0,-0]", "[0 2=1 ]"},
    {"[-0.5,1]", "[-0.5,-0]", "[0 2=1 ]"},
    {"[-0.0,1]", "[-0.0,inf]", "[0 2=1 ]"},
    {"[1,-0e7,[]]", "[inf,-0e7,inf]", "[0 3=[] 1=1 ]"},
    {"[-1e-400,1]", "[-1e-400,inf]", "[0 2=1 ]"},
    {"1e2", NULL, ""},
    {"1E+2", NULL, ""},
    {"15e-1", NULL, ""},
    {"0.99999999999999999999", NULL, ""},
    {"5e-324", NULL, ""},
    {"0e9999999999999999999999", NULL, ""},
    {"0.0e400", NULL, ""},
    /* The largest double, and the last decimal that rounds down to it. */
    {"1.7976931348623157e308", NULL, ""},
    {"1.7976931348623158079e308", NULL, ""},
    {"0.00017976931348623157e312", NULL, ""},
    {"17976931348623157e+292", NULL, ""},
    /* Empty arrays, blanks inside or around, several. */
    {"[]", "-0", "0=[]"},
    {" [ \n ] ", " -0 ", "0=[]"},
    {"[[],[[]],{}]", "[-0,[-0],{}]", "[0 [2 1=[] ] 1=[] ]"},
    {"[[true]]", NULL, "[0 1[] ]"},
    {"[{\"a\":true},{\"b\":[2.5]},{\"c\":{}}]", NULL, "[0 {2 b[] } ]"},
    /* Names, with escapes in quotation marks. */
    {"{\"\":1,\"a\\\"\":2}", "{\"\":-0,\"a\\\"\":-0}", "{0 \"a\\\"\"=2 =1 }"},
    {"{ \"a\" : null , \"b\" : [null] }", NULL, "{0 b[] a~ }"},
};

static const struct {
  const char *text;
  const char *code;
  const char *message;
} refused[] = {
    {"", "INVALID_JSON", "a value expected, but the text ends at line 1, column 1"},
    {"  ", "INVALID_JSON", "a value expected, but the text ends at line 1, column 3"},
    {"[1,\n 2,\n]", "INVALID_JSON", "a value expected, but found ']' at line 3, column 1"},
    {"{\"\xC3\xA9\":x}", "INVALID_JSON", "a value expected, but found 'x' at line 1, column 6"},
    {"[1 2]", "INVALID_JSON", "',' or ']' expected, but found '2' at line 1, column 4"},
    {"[1}", "INVALID_JSON", "',' or ']' expected, but found '}' at line 1, column 3"},
    {"{\"a\":1]", "INVALID_JSON", "',' or '}' expected, but found ']' at line 1, column 7"},
    {"{\"a\":1,}", "INVALID_JSON",
     "a name in quotation marks expected, but found '}' at line 1, column 8"},
    {"{a:1}", "INVALID_JSON",
     "a name in quotation marks expected, but found 'a' at line 1, column 2"},
    {"{\"a\" 1}", "INVALID_JSON", "':' expected, but found '1' at line 1, column 6"},
    {"[", "INVALID_JSON", "a value expected, but the text ends at line 1, column 2"},
    {"{\"a\"", "INVALID_JSON", "':' expected, but the text ends at line 1, column 5"},
    {"1 2", "INVALID_JSON", "the end of the text expected, but found '2' at line 1, column 3"},
    {"[]]", "INVALID_JSON", "the end of the text expected, but found ']' at line 1, column 3"},
    {"nul", "INVALID_JSON", "a value expected, but found 'n' at line 1, column 1"},
    {"True", "INVALID_JSON", "a value expected, but found 'T' at line 1, column 1"},
    {"NaN", "INVALID_JSON", "a value expected, but found 'N' at line 1, column 1"},
    {"-Infinity", "INVALID_JSON", "a digit expected, but found 'I' at line 1, column 2"},
    {"\x01", "INVALID_JSON", "a value expected, but found byte 0x01 at line 1, column 1"},
    {"\xEF\xBB\xBF{}", "INVALID_JSON", "a byte order mark at line 1, column 1"},
    {"01", "INVALID_JSON", "a number that begins with 0 at line 1, column 1"},
    {"-00", "INVALID_JSON", "a number that begins with 0 at line 1, column 1"},
    {"0x10", "INVALID_JSON", "the end of the text expected, but found 'x' at line 1, column 2"},
    {"+1", "INVALID_JSON", "a value expected, but found '+' at line 1, column 1"},
    {".5", "INVALID_JSON", "a value expected, but found '.' at line 1, column 1"},
    {"1.", "INVALID_JSON", "a digit expected, but the text ends at line 1, column 3"},
    {"1.e1", "INVALID_JSON", "a digit expected, but found 'e' at line 1, column 3"},
    {"1e+", "INVALID_JSON", "a digit expected, but the text ends at line 1, column 4"},
    {"[-]", "INVALID_JSON", "a digit expected, but found ']' at line 1, column 3"},
    {"9223372036854775808", "INTEGER_RANGE",
     "an integer that does not fit 64 bits at line 1, column 1"},
    {"[-9223372036854775809]", "INTEGER_RANGE",
     "an integer that does not fit 64 bits at line 1, column 2"},
    {"123456789012345678901234567890", "INTEGER_RANGE",
     "an integer that does not fit 64 bits at line 1, column 1"},
    {"1e309", "FLOAT_RANGE", "a number too large for a float at line 1, column 1"},
    {"1.797693134862315808e308", "FLOAT_RANGE",
     "a number too large for a float at line 1, column 1"},
    {"0.001e312", "FLOAT_RANGE", "a number too large for a float at line 1, column 1"},
    {"-1e99999999999999999999999", "FLOAT_RANGE",
     "a number too large for a float at line 1, column 1"},
    {"\"abc", "INVALID_JSON",
     "the end of a string expected, but the text ends at line 1, column 5"},
    {"\"a\nb\"", "INVALID_JSON", "a control character inside a string at line 1, column 3"},
    {"\"12345678901\x1F\"", "INVALID_JSON",
     "a control character inside a string at line 1, column 13"},
    {"\"\\x\"", "INVALID_JSON", "an unknown escape sequence at line 1, column 2"},
    {"\"\\", "INVALID_JSON", "an unknown escape sequence at line 1, column 2"},
    {"\"\\u12g4\"", "INVALID_JSON",
     "four hexadecimal digits expected after \\u at line 1, column 2"},
    {"\"\\u12", "INVALID_JSON", "four hexadecimal digits expected after \\u at line 1, column 2"},
    {"\"\\ud800\"", "INVALID_UTF8", "half of a surrogate pair at line 1, column 2"},
    {"\"\\udc00\\ud800\"", "INVALID_UTF8", "half of a surrogate pair at line 1, column 2"},
    {"\"\\ud800\\u0041\"", "INVALID_UTF8", "half of a surrogate pair at line 1, column 2"},
    {"\"\\ud800\\ud800\"", "INVALID_UTF8", "half of a surrogate pair at line 1, column 2"},
    {"\"\xFF\"", "INVALID_UTF8", "bytes that are not UTF-8 at line 1, column 2"},
    {"\"\xC0\x80\"", "INVALID_UTF8", "bytes that are not UTF-8 at line 1, column 2"},
    {"\"\xED\xA0\x80\"", "INVALID_UTF8", "bytes that are not UTF-8 at line 1, column 2"},
    {"\"\xF4\x90\x80\x80\"", "INVALID_UTF8", "bytes that are not UTF-8 at line 1, column 2"},
    {"\"\xE2\x82\"", "INVALID_UTF8", "bytes that are not UTF-8 at line 1, column 2"},
};

/* Scans a copy with nothing behind it, so that a sanitizer sees any step too far. */
static bool scan(const char *text, size_t length, int depth, size_t maximum,
                 struct json_scanned *out, struct failure *failure) {
  char *copy = malloc(length + 1);
  if (!copy) abort();
  memcpy(copy, text, length);
  copy[length] = '\0';
  buffer_init(&out->text, maximum);
  buffer_init(&out->repairs, maximum * sizeof(struct json_repair));
  *failure = (struct failure){0};
  bool fine = json_scan(copy, length, depth, false, out, failure);
  free(copy);
  return fine;
}

static void release(struct json_scanned *out) {
  buffer_free(&out->text);
  buffer_free(&out->repairs);
}

/* Writes down the repairs, the last first: name=1, name=[], name~ (a null that goes), name[] (an
   array), [name or {name (inside that array or object from here on), ] or }. */
static void describe(const char *text, const struct json_scanned *out, struct buffer *words) {
  const struct json_repair *all = (const struct json_repair *)(const void *)out->repairs.data;
  const char *ends = "";
  char open[JSON_DEPTH_DEFAULT];
  int depth = 0;
  for (size_t i = out->repairs.length / sizeof *all; i-- > 0; ends = " ") {
    const struct json_repair *repair = &all[i];
    char place[80];
    if (repair->is_element)
      snprintf(place, sizeof place, "%u", repair->at);
    else
      snprintf(place, sizeof place, "%.*s", (int)repair->length, text + repair->at);
    buffer_append_string(words, ends);
    switch ((enum json_repair_kind)repair->kind) {
      case JSON_SET_INTEGER:
        buffer_printf(words, "%s=%lld", place, (long long)repair->integer);
        break;
      case JSON_SET_EMPTY_ARRAY:
        buffer_printf(words, "%s=[]", place);
        break;
      case JSON_DROP_NULL:
        buffer_printf(words, "%s~", place);
        break;
      case JSON_MARK_ARRAY:
        buffer_printf(words, "%s[]", place);
        break;
      case JSON_ENTER_ARRAY:
        buffer_printf(words, "[%s", place);
        open[depth++] = ']';
        break;
      case JSON_ENTER_OBJECT:
        buffer_printf(words, "{%s", place);
        open[depth++] = '}';
        break;
      case JSON_LEAVE:
        buffer_printf(words, "%c", open[--depth]);
        break;
    }
  }
}

static void test_tables(void) {
  struct json_scanned out;
  struct failure failure;
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
    TEST("accepts %s", accepted[i].text);
    CHECK(scan(accepted[i].text, strlen(accepted[i].text), 128, 1000, &out, &failure));
    CHECK_STR(failure.message, "");
    CHECK_STR(out.text.length ? out.text.data : NULL, accepted[i].expected);
    struct buffer words;
    buffer_init(&words, 1000);
    describe(accepted[i].text, &out, &words);
    CHECK_STR(words.length ? words.data : "", accepted[i].repairs);
    buffer_free(&words);
    release(&out);
  }
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    TEST("refuses %s", refused[i].text);
    CHECK(!scan(refused[i].text, strlen(refused[i].text), 128, 1000, &out, &failure));
    CHECK_STR(failure.code, refused[i].code);
    CHECK_STR(failure.message, refused[i].message);
    release(&out);
  }
}

static void test_nul(void) {
  struct json_scanned out;
  struct failure failure;
  TEST("refuses a NUL in a string");
  CHECK(!scan("\"a\0b\"", 5, 128, 1000, &out, &failure));
  CHECK_STR(failure.message, "a control character inside a string at line 1, column 3");
  release(&out);
  TEST("refuses a NUL behind the value");
  CHECK(!scan("1\0", 2, 128, 1000, &out, &failure));
  CHECK_STR(failure.message,
            "the end of the text expected, but found byte 0x00 at line 1, column 2");
  release(&out);
}

static void test_limits(void) {
  struct json_scanned out;
  struct failure failure;
  TEST("as deep as allowed");
  CHECK(scan("[[{\"a\":[]}]]", 12, 4, 1000, &out, &failure));
  release(&out);
  TEST("deeper than allowed");
  CHECK(!scan("[[{\"a\":[]}]]", 12, 3, 1000, &out, &failure));
  CHECK_STR(failure.code, "JSON_TOO_DEEP");
  CHECK_STR(failure.message, "more than 3 arrays and objects in each other at line 1, column 8");
  release(&out);
  TEST("never deeper than the most");
  char deep[JSON_DEPTH_MAX + 1];
  memset(deep, '[', sizeof deep);
  CHECK(!scan(deep, sizeof deep, 1 << 30, 2000, &out, &failure));
  CHECK_STR(failure.code, "JSON_TOO_DEEP");
  release(&out);
  TEST("a buffer that is full");
  for (size_t maximum = 0; maximum < 13; maximum++) {
    CHECK(!scan("[[],[],[],[]]", 13, 128, maximum, &out, &failure));
    CHECK_STR(failure.code, "OUT_OF_MEMORY");
    release(&out);
  }
}

static void test_keep_null(void) {
  struct json_scanned out;
  struct failure failure;
  buffer_init(&out.text, 100);
  buffer_init(&out.repairs, 100);
  TEST("nulls that are kept");
  CHECK(json_scan("{\"a\":null}", 10, 128, true, &out, &failure));
  CHECK(out.repairs.length == 0);
  release(&out);
}

static void test_skip_plain(void) {
  char text[41];
  TEST("finds each special byte at each place");
  for (int special = 0; special < 256; special++) {
    bool found = special < ' ' || special == '"' || special == '\\';
    for (size_t place = 0; place < 40; place++) {
      memset(text, 'x', 40);
      text[place] = (char)special;
      text[40] = '"'; /* not to be looked at */
      const char *expected = found ? text + place : text + 40;
      if (json_skip_plain(text, text + 40) != expected) TEST_NOTE("byte %d at %zu", special, place);
    }
  }
}

int main(void) {
  test_tables();
  test_nul();
  test_limits();
  test_keep_null();
  test_skip_plain();
  return test_finish();
}
