#include "test.h"

#include "core/oauth.h"

static const struct {
  const char *base_url, *token_url, *worked;
  const char *urls[2];
  bool basic[2];
} places[] = {
    {"https://api.lofty.com",
     NULL,
     NULL,
     {"https://api.lofty.com/oauth/token", "https://crm.lofty.com/api/user-web/oauth/token"},
     {false, true}},
    {"https://API.lofty.com:443/x", "", NULL, {"https://api.lofty.com/oauth/token"}, {false}},
    {"https://api.chime.me", NULL, NULL, {"https://api.lofty.com/oauth/token"}, {false}},
    {"https://api.lofty.com",
     NULL,
     "https://crm.lofty.com/api/user-web/oauth/token",
     {"https://crm.lofty.com/api/user-web/oauth/token", "https://api.lofty.com/oauth/token"},
     {true, false}},
    {"http://127.0.0.1:9",
     NULL,
     NULL,
     {"http://127.0.0.1:9/oauth/token", "http://127.0.0.1:9/api/user-web/oauth/token"},
     {false, true}},
    {"https://notlofty.com", NULL, NULL, {"https://notlofty.com/oauth/token"}, {false}},
    {"https://lofty.com.example", NULL, NULL, {"https://lofty.com.example/oauth/token"}, {false}},
    {"https://api.lofty.com",
     "https://a.example/api/user-web/oauth/token",
     NULL,
     {"https://a.example/api/user-web/oauth/token", NULL},
     {true}},
    {"https://api.lofty.com", "https://a.example/t", NULL, {"https://a.example/t", NULL}, {false}}};

static const struct {
  struct oauth_request request;
  bool basic;
  const char *body, *authorization;
} requests[] = {
    {{OAUTH_CLIENT_CREDENTIALS, "id", "s&c r=t", "key+"},
     false,
     "grant_type=client_credentials&customer_key=key%2B&client_id=id&client_secret=s%26c%20r%3Dt",
     NULL},
    {{OAUTH_CLIENT_CREDENTIALS, "id", "secret", "key"},
     true,
     "grant_type=client_credentials&customer_key=key",
     "Basic aWQ6c2VjcmV0"},
    {{.grant = OAUTH_REFRESH_TOKEN, .client_id = "id", .refresh_token = "r"},
     true,
     "grant_type=refresh_token&refresh_token=r&client_id=id",
     NULL},
    {{.grant = OAUTH_AUTHORIZATION_CODE,
      .client_id = "id",
      .code = "c",
      .redirect_uri = "http://127.0.0.1:1/",
      .code_verifier = "v"},
     false,
     "grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F&"
     "code_verifier=v&client_id=id",
     NULL}};

static const struct {
  int status;
  struct oauth_reply reply;
  enum oauth_answer answer;
  const char *code, *says;
} replies[] = {
    {200, {true, .access_token = "t"}, OAUTH_GRANTED},
    {201, {true, .access_token = "t", .code = 5}, OAUTH_GRANTED},
    {200, {true, .access_token = ""}, OAUTH_UNKNOWN, "INVALID_RESPONSE"},
    {200, {true}, OAUTH_UNKNOWN, "INVALID_RESPONSE"},
    {200,
     {true, .code = 20004, .description = "Bad"},
     OAUTH_REFUSED,
     "TOKEN_REFUSED",
     "20004: Bad"},
    {400, {true, .error = "invalid_grant"}, OAUTH_REFUSED, "TOKEN_REFUSED", "invalid_grant"},
    {401,
     {true, .error = "invalid_client", .description = "no"},
     OAUTH_REFUSED,
     "TOKEN_REFUSED",
     "invalid_client: no (HTTP 401)"},
    {401, {true, .description = "Bad credentials"}, OAUTH_REFUSED, "TOKEN_REFUSED", "Bad cred"},
    {403, {false}, OAUTH_UNKNOWN, "INVALID_RESPONSE", "HTTP 403"},
    {400, {true}, OAUTH_UNKNOWN, "INVALID_RESPONSE"},
    {302, {true, .error = "x"}, OAUTH_UNKNOWN, "INVALID_RESPONSE"},
    {404, {true, .description = "no such API"}, OAUTH_UNKNOWN, "NO_TOKEN_ENDPOINT", "404"},
    {405, {false}, OAUTH_UNKNOWN, "NO_TOKEN_ENDPOINT"},
    {429, {true, .description = "Too Many Requests"}, OAUTH_LIMITED, "TOO_MANY_REQUESTS"},
    {500, {true, .code = 20005}, OAUTH_TEMPORARY, "SERVER_ERROR"},
    {503, {false}, OAUTH_TEMPORARY, "SERVER_ERROR", "HTTP 503"},
    {400, {true, .error = "temporarily_unavailable"}, OAUTH_TEMPORARY, "SERVER_ERROR"}};

static void test_endpoints(void) {
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct oauth_endpoint endpoints[OAUTH_ENDPOINTS] = {{""}};
    TEST("endpoints of %s, %zu", places[i].base_url, i);
    size_t count =
        oauth_endpoints(places[i].base_url, places[i].token_url, places[i].worked, endpoints);
    bool given = places[i].token_url && *places[i].token_url;
    CHECK_INT(count, given ? 1 : 2);
    for (size_t j = 0; j < 2 && places[i].urls[j]; j++) {
      CHECK_STR(endpoints[j].url, places[i].urls[j]);
      CHECK(endpoints[j].basic == places[i].basic[j]);
    }
  }
}

static void test_requests(void) {
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct buffer body, authorization;
    struct failure failure;
    struct oauth_endpoint endpoint = {.basic = requests[i].basic};
    TEST("request %zu", i);
    buffer_init(&body, 4096);
    buffer_init(&authorization, 4096);
    CHECK(oauth_write(&requests[i].request, &endpoint, &body, &authorization, &failure));
    CHECK_STR(body.data, requests[i].body);
    CHECK_STR(authorization.data, requests[i].authorization);
    buffer_free(&body);
    buffer_free(&authorization);
    buffer_init(&body, 20);
    buffer_init(&authorization, 4096);
    CHECK(!oauth_write(&requests[i].request, &endpoint, &body, &authorization, &failure));
    CHECK_STR(failure.code, "OUT_OF_MEMORY");
    buffer_free(&body);
    buffer_free(&authorization);
  }
}

static void test_replies(void) {
  struct oauth_endpoint endpoint = {.url = "https://a.example/t"};
  for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
    struct failure failure = {.code = ""};
    TEST("reply %zu, HTTP %d", i, replies[i].status);
    CHECK(oauth_judge(replies[i].status, &replies[i].reply, &endpoint, &failure) ==
          replies[i].answer);
    CHECK_STR(failure.code, replies[i].code ? replies[i].code : "");
    if (replies[i].code) CHECK(strstr(failure.message, "https://a.example/t"));
    if (replies[i].says) CHECK(strstr(failure.message, replies[i].says));
  }
}

static void test_tokens(void) {
  struct oauth_endpoint endpoint = {.url = "https://a.example/t"};
  struct oauth_tokens tokens = {NULL};
  struct failure failure;
  struct oauth_reply reply = {.access_token = "a", .refresh_token = "r", .expires_in = 10};
  TEST("tokens are taken");
  CHECK(oauth_take(&tokens, &reply, &endpoint, "old", 1000, &failure));
  CHECK_STR(tokens.access_token, "a");
  CHECK_STR(tokens.refresh_token, "r");
  CHECK_STR(tokens.endpoint, endpoint.url);
  CHECK_INT(tokens.expires_at, 11000);
  TEST("what a reply leaves out");
  reply = (struct oauth_reply){.access_token = "b", .expires_in = -1};
  CHECK(oauth_take(&tokens, &reply, &endpoint, "old", 1000, &failure));
  CHECK_STR(tokens.refresh_token, "old");
  CHECK_INT(tokens.expires_at, 1000 + 3600 * 1000);
  TEST("tokens that no header may carry");
  static const char *const bad[] = {"a b", "a\r\nX: y", "\xC3\xA9", ""};
  for (size_t i = 0; i < 4; i++) {
    reply.access_token = bad[i];
    CHECK(!oauth_take(&tokens, &reply, &endpoint, NULL, 1000, &failure));
    CHECK_STR(failure.code, "INVALID_RESPONSE");
    CHECK(!tokens.access_token);
  }
  TEST("an endless life ends some time");
  reply = (struct oauth_reply){.access_token = "c", .expires_in = INT64_MAX};
  CHECK(oauth_take(&tokens, &reply, &endpoint, NULL, 1000, &failure) && tokens.expires_at > 1000);
  oauth_tokens_clear(&tokens);
  oauth_tokens_clear(&tokens);
  TEST("the margin");
  CHECK_INT(oauth_margin(0, 3600 * 1000), 60 * 1000);
  CHECK_INT(oauth_margin(5000, 5000 + 120 * 1000), 60 * 1000);
  CHECK_INT(oauth_margin(5000, 5000 + 10 * 1000), 5000);
  CHECK_INT(oauth_margin(5000, 5000), 0);
}

int main(void) {
  test_endpoints();
  test_requests();
  test_replies();
  test_tokens();
  return test_finish();
}
