#include "test.h"

#include "core/auth.h"

static const struct {
  enum credential_kind kind;
  const char *raw, *authorization;
} credentials[] = {{CREDENTIAL_API_KEY, "eyJ.a-b_c", "token eyJ.a-b_c"},
                   {CREDENTIAL_ACCESS_TOKEN, "abc", "Bearer abc"},
                   {CREDENTIAL_API_KEY, "  eyJ\n", "token eyJ"},
                   {CREDENTIAL_API_KEY, "ey\r\nJ", "token eyJ"},
                   {CREDENTIAL_API_KEY,
                    "\xEF\xBB\xBF"
                    "eyJ\xE2\x80\xA8",
                    "token eyJ"},
                   {CREDENTIAL_API_KEY, "e\xE2\x80\x8By\xC2\xA0J\xE2\x80\xA9", "token eyJ"},
                   {CREDENTIAL_API_KEY,
                    "\xE2\x81\xA8\xE2\x80\xAA"
                    "ey\xC2\xADJ\xE2\x80\xAF\xE2\x81\xA9",
                    "token eyJ"},
                   {CREDENTIAL_API_KEY, "ey\xE2\x80\x93J", NULL},
                   {CREDENTIAL_API_KEY, "eyJ\xE2\x80", NULL},
                   {CREDENTIAL_API_KEY, "token eyJ", "token eyJ"},
                   {CREDENTIAL_API_KEY, "Token\teyJ", "token eyJ"},
                   {CREDENTIAL_API_KEY, "Bearer eyJ", "token eyJ"},
                   {CREDENTIAL_ACCESS_TOKEN, "bearer abc", "Bearer abc"},
                   {CREDENTIAL_ACCESS_TOKEN, "tokenabc", "Bearer tokenabc"},
                   {CREDENTIAL_API_KEY, "", NULL},
                   {CREDENTIAL_API_KEY, " \n ", NULL},
                   {CREDENTIAL_API_KEY, "token ", NULL},
                   {CREDENTIAL_API_KEY, "cl\xC3\xA9", NULL},
                   {CREDENTIAL_API_KEY, "\xFF", NULL}};

/* A client, cleaned; its identity; its secrets taken out of texts. */
static void test_client(void) {
  struct credential a = {.kind = CREDENTIAL_NONE}, b = {.kind = CREDENTIAL_NONE};
  struct credential_part id = {" my app\n", "I"}, secret = {"s&cret+value", "S"},
                         none = {NULL, "N"};
  struct credential_part key = {"token eyJkey123456", "K"};
  struct failure failure;
  TEST("a client is cleaned");
  CHECK(credential_set_client(&a, id, secret, key, &failure));
  CHECK(a.kind == CREDENTIAL_CLIENT && !a.authorization);
  CHECK_STR(a.client_id, "myapp");
  CHECK_STR(a.customer_key, "eyJkey123456");
  CHECK(credential_set_client(&b, id, none, none, &failure) && b.kind == CREDENTIAL_LOGIN);
  TEST("an identity stays when the token is renewed, and is nobody else's");
  char before[33];
  CHECK(credential_identify(&a, "https://a.example", "https://a.example", "p", &failure) &&
        strlen(a.identity) == 32);
  snprintf(before, sizeof before, "%s", a.identity);
  CHECK(credential_use_token(&a, "first-token", "refresh-token", &failure));
  CHECK(credential_identify(&a, "https://a.example", "https://a.example", "q", &failure));
  CHECK_STR(a.identity, before);
  CHECK(credential_identify(&a, "https://b.example", "https://b.example", "p", &failure) &&
        strcmp(a.identity, before));
  CHECK(credential_identify(&b, "https://a.example", "https://a.example", "p", &failure) &&
        strcmp(b.identity, before));
  snprintf(before, sizeof before, "%s", b.identity);
  CHECK(credential_identify(&b, "https://a.example", "https://a.example", "q", &failure) &&
        strcmp(b.identity, before));
  TEST("the identity is SHA-256 over kind, URL and secret");
  CHECK(credential_set(&b, CREDENTIAL_API_KEY, "token k", "K", &failure));
  CHECK(credential_identify(&b, "https://api.lofty.com", "https://api.lofty.com", "default",
                            &failure));
  CHECK_STR(b.identity, "8d4193a33f63b7a81e0cd6001195aaa0");
  TEST("every secret in force is taken out");
  char text[] =
      "first-token,second-token,refresh-token,s&cret+value,s%26cret%2Bvalue,eyJkey123456,eyJkey";
  CHECK(credential_use_token(&a, "second-token", "refresh-token", &failure));
  text[credential_redact(&a, text, strlen(text))] = '\0';
  CHECK_STR(text, "[secret],[secret],[secret],[secret],[secret],[secret],eyJkey");
  TEST("a refused token leaves the one before");
  CHECK(!credential_use_token(&a, " ", NULL, &failure));
  CHECK_STR(a.authorization, "Bearer second-token");
  credential_clear(&a);
  credential_clear(&b);
}

int main(void) {
  for (size_t i = 0; i < sizeof credentials / sizeof *credentials; i++) {
    struct credential credential = {.kind = CREDENTIAL_NONE};
    struct failure failure = {.code = ""};
    TEST("credential %zu", i);
    bool fine = credential_set(&credential, credentials[i].kind, credentials[i].raw,
                               "LOFTY_API_KEY", &failure);
    CHECK(fine == (credentials[i].authorization != NULL));
    CHECK_STR(credential.authorization, credentials[i].authorization);
    if (!fine) {
      CHECK_STR(failure.code, "CREDENTIAL_INVALID");
      CHECK(strstr(failure.message, "LOFTY_API_KEY"));
      CHECK(credential.kind == CREDENTIAL_NONE);
    }
    credential_clear(&credential);
    credential_clear(&credential);
    CHECK(!credential.authorization);
  }
  test_client();
  return test_finish();
}
