#include "core/redact.h"

#include <stdlib.h>

#include "test.h"

static const char secret[] = "k3y/of+the%Test=";

/* By hand and by coreutils (base64, od). */
static const struct {
  const char *text, *expected;
} rows[] = {
    {"", ""},
    {"nothing in here", "nothing in here"},
    {"k3y/of+the%Test", "k3y/of+the%Test"},
    {"k3y/of+the%Test=", "[secret]"},
    {"token k3y/of+the%Test= is wrong", "token [secret] is wrong"},
    {"k3y/of+the%Test=k3y/of+the%Test=", "[secret][secret]"},
    {"k3y/ok3y/of+the%Test=", "k3y/o[secret]"},
    {"?key=k3y%2Fof%2Bthe%25Test%3D&x=1", "?key=[secret]&x=1"},
    {"?key=k3y%2fof%2bthe%25Test%3d", "?key=[secret]"},
    {"?key=k3y%252Fof%252Bthe%2525Test%253D", "?key=[secret]"},
    {"?key=%6B3y/of%2Bthe%Test=", "?key=[secret]"},
    {"{\"a\":\"k3y\\/of+the%Test=\"}", "{\"a\":\"[secret]\"}"},
    {"{\"a\":\"k3y\\/of\\u002Bthe%Test\\u003d\"}", "{\"a\":\"[secret]\"}"},
    {"6b33792f6f662b74686525546573743d", "[secret]"},
    {"6B33792F6F662B74686525546573743D.", "[secret]."},
    {"Basic azN5L29mK3RoZSVUZXN0PQ==, ok", "Basic [secret], ok"},
    {"azN5L29mK3RoZSVUZXN0PQ", "[secret]"},
    {"Basic YTprM3kvb2YrdGhlJVRlc3Q9", "Basic YT[secret]"},
    {"Basic YWE6azN5L29mK3RoZSVUZXN0PQ==", "Basic YWE6[secret]"},
    {"Basic YWFhOmszeS9vZit0aGUlVGVzdD06Yg==", "Basic YWFhO[secret]"},
    {"Basic YTprM3kvb2YrdGhlJVRlc3Q4", "Basic YTprM3kvb2YrdGhlJVRlc3Q4"},
    {"\\", "\\"},
    {"k3y%", "k3y%"},
    {"k3y\\u00", "k3y\\u00"},
};

int main(void) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    TEST("takes the secret out of %s", rows[i].text);
    /* Exactly as long as it is, so that a sanitizer sees a read beyond its end. */
    size_t length = strlen(rows[i].text);
    char *text = malloc(length + 1);
    memcpy(text, rows[i].text, length);
    size_t left = redact(text, length, secret);
    CHECK(left <= length);
    text = realloc(text, left + 1);
    text[left] = '\0';
    CHECK_STR(text, rows[i].expected);
    free(text);
  }
  TEST("leaves short ones alone");
  char text[] = "a sandbox is a sandbox";
  CHECK_INT(redact(text, sizeof text - 1, "sandbox"), sizeof text - 1);
  CHECK_STR(text, "a sandbox is a sandbox");
  return test_finish();
}
