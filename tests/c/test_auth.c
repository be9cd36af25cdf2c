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
  return test_finish();
}
