#include "test.h"

#include "core/config.h"

/* Two layers, the stronger first; members not named are unset. */
static const struct {
  const char *what;
  struct config_layer layers[2];
  const char *base_url, *authorization, *from, *code;
} rows[] = {{"nothing set", {{NULL}}, "https://api.lofty.com", NULL, NULL, NULL},
            {"the stronger layer wins",
             {{.base_url = "https://a.example",
               .base_url_name = "env",
               .api_key = "1",
               .api_key_name = "env"},
              {.base_url = "https://b.example",
               .base_url_name = "file",
               .api_key = "2",
               .api_key_name = "file"}},
             "https://a.example",
             "token 1",
             "env",
             NULL},
            {"each setting by itself",
             {{.access_token = "1", .access_token_name = "env"},
              {.base_url = "https://b.example",
               .base_url_name = "file",
               .api_key = "2",
               .api_key_name = "file"}},
             "https://b.example",
             "Bearer 1",
             "env",
             NULL},
            {"two credentials in one layer",
             {{.api_key = "1", .api_key_name = "K", .access_token = "2", .access_token_name = "T"}},
             NULL,
             NULL,
             NULL,
             "CREDENTIAL_AMBIGUOUS"},
            {"a plain URL elsewhere",
             {{.base_url = "http://b.example", .base_url_name = "env"}},
             NULL,
             NULL,
             NULL,
             "INSECURE_URL"},
            {"a key of white space",
             {{.api_key = " ", .api_key_name = "K"}},
             NULL,
             NULL,
             NULL,
             "CREDENTIAL_INVALID"}};

int main(void) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct config config;
    struct failure failure = {.code = ""};
    TEST("%s", rows[i].what);
    bool fine = config_resolve(&config, rows[i].layers, 2, &failure);
    CHECK(fine == (rows[i].code == NULL));
    if (fine) {
      CHECK_STR(config.base_url, rows[i].base_url);
      CHECK_STR(config.credential.authorization, rows[i].authorization);
      CHECK_STR(config.credential_from, rows[i].from);
    } else {
      CHECK_STR(failure.code, rows[i].code);
    }
    config_clear(&config);
  }
  return test_finish();
}
