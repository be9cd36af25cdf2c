#include "test.h"

#include "core/config.h"

static const char *const env[SETTING_COUNT] = {"BASE", "KEY", "TOKEN", "ID", "SECRET", "CUSTOMER"};
static const char *const file[SETTING_COUNT] = {"base",     "key",   "token", "id", "secret",
                                                "customer", "t_url", "a_url", "uri"};

/* Two layers, the stronger first; members not named are unset. */
static const struct {
  const char *what;
  const char *strong[SETTING_COUNT], *weak[SETTING_COUNT];
  const char *base_url, *authorization, *from, *code;
  enum credential_kind kind;
  const char *says[4]; /* the sentence names these */
} rows[] = {
    {"nothing set", .base_url = "https://api.lofty.com"},
    {"the stronger layer wins",
     {"https://a.example", "1"},
     {"https://b.example", "2"},
     "https://a.example",
     "token 1",
     "KEY",
     .kind = CREDENTIAL_API_KEY},
    {"each setting by itself",
     {[SETTING_ACCESS_TOKEN] = "1"},
     {"https://b.example", "2"},
     "https://b.example",
     "Bearer 1",
     "TOKEN",
     .kind = CREDENTIAL_ACCESS_TOKEN},
    {"two credentials in one layer",
     {[SETTING_API_KEY] = "1", [SETTING_ACCESS_TOKEN] = "2"},
     .code = "CREDENTIAL_AMBIGUOUS",
     .says = {"KEY", "TOKEN", "unset"}},
    {"a token and a client",
     {[SETTING_ACCESS_TOKEN] = "1", [SETTING_CLIENT_ID] = "2"},
     .code = "CREDENTIAL_AMBIGUOUS",
     .says = {"TOKEN", "ID", "unset"}},
    {"the key in the customer key's place",
     {[SETTING_API_KEY] = "1", [SETTING_CLIENT_ID] = "2", [SETTING_CLIENT_SECRET] = "3"},
     .code = "CREDENTIAL_AMBIGUOUS",
     .says = {"KEY", "ID", "CUSTOMER", "move"}},
    {"a client of three parts",
     {[SETTING_CLIENT_ID] = "1", [SETTING_CLIENT_SECRET] = "2", [SETTING_CUSTOMER_KEY] = "3"},
     {NULL, "2"},
     "https://api.lofty.com",
     NULL,
     "ID",
     .kind = CREDENTIAL_CLIENT},
    {"a client without a customer key logs in",
     {NULL},
     {[SETTING_CLIENT_ID] = "1"},
     "https://api.lofty.com",
     NULL,
     "id",
     .kind = CREDENTIAL_LOGIN},
    {"a customer key alone",
     {[SETTING_CUSTOMER_KEY] = "1"},
     .code = "CREDENTIAL_INCOMPLETE",
     .says = {"CUSTOMER", "ID", "SECRET", "KEY"}},
    {"no secret",
     {[SETTING_CUSTOMER_KEY] = "1", [SETTING_CLIENT_ID] = "1"},
     .code = "CREDENTIAL_INCOMPLETE",
     .says = {"SECRET is not set"}},
    {"no id",
     {[SETTING_CUSTOMER_KEY] = "1", [SETTING_CLIENT_SECRET] = "1"},
     .code = "CREDENTIAL_INCOMPLETE",
     .says = {"ID is not set"}},
    {"a secret alone",
     {[SETTING_CLIENT_SECRET] = "1"},
     .code = "CREDENTIAL_INCOMPLETE",
     .says = {"SECRET", "ID"}},
    {"an id with a colon", {[SETTING_CLIENT_ID] = "a:b"}, .code = "CREDENTIAL_INVALID"},
    {"a plain URL elsewhere", {"http://b.example"}, .code = "INSECURE_URL"},
    {"a token URL elsewhere",
     {NULL},
     {[SETTING_TOKEN_URL] = "http://b.example/token"},
     .code = "INVALID_URL",
     .says = {"t_url"}},
    {"a redirect URI with a fragment",
     {NULL},
     {[SETTING_REDIRECT_URI] = "https://b.example/#x"},
     .code = "INVALID_URL",
     .says = {"uri"}},
    {"a redirect URI on this machine",
     {NULL},
     {[SETTING_REDIRECT_URI] = "http://127.0.0.1:7777/back"},
     .base_url = "https://api.lofty.com"},
    {"an authorize URL with a user",
     {NULL},
     {[SETTING_AUTHORIZE_URL] = "https://u:p@b.example/"},
     .code = "INVALID_URL",
     .says = {"a_url"}},
    {"a key of white space", {NULL, " "}, .code = "CREDENTIAL_INVALID"}};

int main(void) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct config config;
    struct failure failure = {.code = ""};
    TEST("%s", rows[i].what);
    struct config_layer layers[2] = {{.names = env}, {.names = file, .profile = "p"}};
    for (int j = 0; j < SETTING_COUNT; j++) {
      layers[0].values[j] = rows[i].strong[j];
      layers[1].values[j] = rows[i].weak[j];
    }
    bool fine = config_resolve(&config, layers, 2, &failure);
    CHECK(fine == (rows[i].code == NULL));
    if (fine) {
      CHECK_STR(config.base_url, rows[i].base_url);
      CHECK_STR(config.credential.authorization, rows[i].authorization);
      CHECK_STR(config.credential_from, rows[i].from);
      CHECK(config.credential.kind == rows[i].kind);
      CHECK_STR(config.profile, "p");
      CHECK(strlen(config.credential.identity) == (rows[i].kind ? 32 : 0));
    } else {
      CHECK_STR(failure.code, rows[i].code);
      for (int j = 0; j < 4 && rows[i].says[j]; j++)
        CHECK(strstr(failure.message, rows[i].says[j]));
    }
    config_clear(&config);
  }
  return test_finish();
}
