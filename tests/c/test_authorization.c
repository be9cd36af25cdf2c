#include "test.h"

#include "core/authorization.h"

static const struct {
  const char *uri, *path;
  unsigned port;
  bool ours, refused;
} redirects[] = {
    {NULL, "/callback", 8976, true, false},
    {"", "/callback", 8976, true, false},
    {"http://127.0.0.1:8976/callback", "/callback", 8976, true, false},
    {"http://localhost:3000/a%20b?c=d", "/a b", 3000, true, false},
    {"http://LOCALHOST:3000", "/", 3000, true, false},
    {"https://app.example.com/oauth/lofty", "/oauth/lofty", 443, false, false},
    {"https://127.0.0.1:8976/callback", "/callback", 8976, false, false},
    {"http://127.0.0.2:8976/callback", NULL, 0, false, true},
    {"http://[::1]:8976/callback", NULL, 0, false, true},
    {"http://app.example.com/callback", NULL, 0, false, true},
    {"http://127.0.0.1.example.com/callback", NULL, 0, false, true},
    {"https://user@app.example.com/", NULL, 0, false, true},
    {"https://app.example.com/#here", NULL, 0, false, true},
    {"com.example.app:/callback", NULL, 0, false, true},
    {"urn:ietf:wg:oauth:2.0:oob", NULL, 0, false, true},
    {"callback", NULL, 0, false, true},
};

static const struct {
  const char *uri;
  unsigned port;
  const char *moved;
} moves[] = {
    {"http://127.0.0.1:8976/callback", 1234, "http://127.0.0.1:1234/callback"},
    {"http://localhost:8976/callback?a=b", 1, "http://localhost:1/callback?a=b"},
};

static const struct {
  const char *base_url, *page;
} pages[] = {
    {"https://api.lofty.com", "https://lofty.com/page/vendor-auth.html"},
    {"https://api.chime.me", "https://lofty.com/page/vendor-auth.html"},
    {"http://127.0.0.1:8765", "http://127.0.0.1:8765/page/vendor-auth.html"},
    {"https://localhost:8765/x", "https://localhost:8765/x/page/vendor-auth.html"},
};

static const struct {
  const char *page, *url; /* NULL: refused */
} urls[] = {
    {"https://lofty.com/page/vendor-auth.html",
     "https://lofty.com/page/vendor-auth.html?clientId=a%2Fb%26c&client_id=a%2Fb%26c"
     "&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A8976%2Fcallback&state=the-state"
     "&code_challenge=the-challenge&code_challenge_method=S256"},
    {"https://lofty.com/page?lang=en",
     "https://lofty.com/page?lang=en&clientId=a%2Fb%26c&client_id=a%2Fb%26c"
     "&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A8976%2Fcallback&state=the-state"
     "&code_challenge=the-challenge&code_challenge_method=S256"},
    {"http://lofty.com/page/vendor-auth.html", NULL},
    {"https://lofty.com/page#here", NULL},
    {"https://lofty.com/page?clientId=other", NULL},
    {"javascript:alert(1)", NULL},
    {"", NULL},
};

static const struct {
  const char *text;
  enum authorization_verdict verdict;
  const char *code; /* where it is GRANTED or UNKNOWN */
} answers[] = {
    {"http://127.0.0.1:8976/callback?code=abc&state=the-state", AUTHORIZATION_GRANTED, "abc"},
    {"https://app.example.com/x?state=the-state&code=a%2Fb%2Bc+d%3d", AUTHORIZATION_GRANTED,
     "a/b+c d="},
    {"http://127.0.0.1/?code=abc&state=the-state#fragment", AUTHORIZATION_GRANTED, "abc"},
    {"code=abc&state=the-state", AUTHORIZATION_GRANTED, "abc"},
    {"  code=abc&state=the-state \r\n", AUTHORIZATION_GRANTED, "abc"},
    {"?lang=en&code=100%&state=the-state", AUTHORIZATION_GRANTED, "100%"},
    {"?code=abc", AUTHORIZATION_UNKNOWN, "abc"},
    {"?code=abc&state=", AUTHORIZATION_UNKNOWN, "abc"},
    {"?code=abc&state=the-stat", AUTHORIZATION_FOREIGN, NULL},
    {"?code=abc&state=the-statf", AUTHORIZATION_FOREIGN, NULL},
    {"?code=abc&state=the-state2", AUTHORIZATION_FOREIGN, NULL},
    {"?code=abc&state=THE-STATE", AUTHORIZATION_FOREIGN, NULL},
    {"?error=access_denied&state=the-state", AUTHORIZATION_DENIED, NULL},
    {"?error=access_denied", AUTHORIZATION_DENIED, NULL},
    {"?error=access_denied&state=other", AUTHORIZATION_FOREIGN, NULL},
    {"?error=server_error", AUTHORIZATION_ERROR, NULL},
    {"?code=abc&error=access_denied&state=the-state", AUTHORIZATION_NOTHING, NULL},
    {"?code=abc&code=abc&state=the-state", AUTHORIZATION_NOTHING, NULL},
    {"?code=abc&state=the-state&state=other", AUTHORIZATION_NOTHING, NULL},
    {"?code=&state=the-state", AUTHORIZATION_NOTHING, NULL},
    {"?code&state", AUTHORIZATION_NOTHING, NULL},
    {"https://lofty.com/page/vendor-auth.html?clientId=a&state=the-state", AUTHORIZATION_NOTHING,
     NULL},
    {"abc", AUTHORIZATION_NOTHING, NULL},
    {"", AUTHORIZATION_NOTHING, NULL},
};

static const struct authorization ours = {
    .verifier = "the-verifier", .challenge = "the-challenge", .state = "the-state"};

static void test_redirects(void) {
  struct authorization_redirect redirect;
  struct failure failure;
  for (size_t i = 0; i < sizeof redirects / sizeof *redirects; i++) {
    TEST("redirect_uri %s", redirects[i].uri ? redirects[i].uri : "NULL");
    failure = (struct failure){.code = ""};
    bool fine = authorization_redirect_set(&redirect, redirects[i].uri, &failure);
    CHECK(fine == !redirects[i].refused);
    if (!fine) {
      CHECK_STR(failure.code, "CONFIG_INVALID");
      continue;
    }
    CHECK_STR(redirect.path, redirects[i].path);
    CHECK_INT(redirect.port, redirects[i].port);
    CHECK(redirect.ours == redirects[i].ours);
    if (redirects[i].uri && *redirects[i].uri) CHECK_STR(redirect.uri, redirects[i].uri);
  }
  for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
    TEST("%s on port %u", moves[i].uri, moves[i].port);
    CHECK(authorization_redirect_set(&redirect, moves[i].uri, &failure));
    CHECK(authorization_redirect_move(&redirect, moves[i].port, &failure));
    CHECK_STR(redirect.uri, moves[i].moved);
    CHECK_INT(redirect.port, moves[i].port);
  }
  TEST("a redirect_uri that is too long");
  char uri[AUTHORIZATION_URI + 100] = "https://app.example.com/";
  memset(uri + strlen(uri), 'a', AUTHORIZATION_URI - strlen(uri));
  CHECK(!authorization_redirect_set(&redirect, uri, &failure));
  CHECK_STR(failure.code, "CONFIG_INVALID");
}

static void test_urls(void) {
  struct failure failure;
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
    char page[256];
    TEST("the page for %s", pages[i].base_url);
    CHECK(authorization_page(pages[i].base_url, page, sizeof page));
    CHECK_STR(page, pages[i].page);
    CHECK(!authorization_page(pages[i].base_url, page, strlen(pages[i].page)));
  }
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    struct buffer out;
    TEST("the address on %s", urls[i].page);
    buffer_init(&out, 4096);
    bool fine = authorization_url(&ours, urls[i].page, "a/b&c", "http://127.0.0.1:8976/callback",
                                  &out, &failure);
    CHECK(fine == (urls[i].url != NULL));
    if (fine)
      CHECK_STR(out.data, urls[i].url);
    else
      CHECK_STR(failure.code, "CONFIG_INVALID");
    CHECK(!fine || !strstr(out.data, ours.verifier));
    buffer_free(&out);
  }
}

static void test_answers(void) {
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    char text[256];
    struct authorization_answer answer;
    TEST("the answer \"%s\"", answers[i].text);
    snprintf(text, sizeof text, "%s", answers[i].text);
    authorization_read(text, &answer);
    CHECK_INT(authorization_judge(&ours, &answer), answers[i].verdict);
    if (answers[i].code) CHECK_STR(answer.code, answers[i].code);
  }
}

/* RFC 7636, 4.1: 43 to 128 unreserved characters; appendix B. */
static void test_secrets(void) {
  static const char unreserved[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  struct authorization first, second;
  struct failure failure;
  char challenge[AUTHORIZATION_TEXT];
  TEST("verifier, challenge and state");
  CHECK(authorization_begin(&first, &failure));
  CHECK(authorization_begin(&second, &failure));
  CHECK_INT(strlen(first.verifier), 43);
  CHECK_INT(strlen(first.state), 43);
  CHECK_INT(strspn(first.verifier, unreserved), 43);
  CHECK(strcmp(first.verifier, second.verifier) != 0);
  CHECK(strcmp(first.state, second.state) != 0);
  CHECK(strcmp(first.state, first.verifier) != 0);
  CHECK(authorization_challenge(first.verifier, challenge));
  CHECK_STR(first.challenge, challenge);
  TEST("the challenge of RFC 7636, appendix B");
  CHECK(authorization_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge));
  CHECK_STR(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  TEST("what was forgotten is gone");
  authorization_forget(&first);
  CHECK_STR(first.verifier, "");
  CHECK_STR(first.state, "");
}

int main(void) {
  test_redirects();
  test_urls();
  test_answers();
  test_secrets();
  return test_finish();
}
