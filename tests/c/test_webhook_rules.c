/* Who may deliver webhooks, and what their requests ask for. */
#include "core/webhook_rules.h"

#include <netinet/in.h>

#include "test.h"

#define SECRET "abcdefghijklmnopqrst-1"
#define OLD "ABCDEFGHIJKLMNOPQRST_2"

static struct sockaddr_in here = {.sin_family = AF_INET};

static struct server_request request_of(const char *method, const char *target,
                                        const struct server_field *headers, size_t count) {
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return (struct server_request){.method = method,
                                 .target = target,
                                 .path = target,
                                 .headers = headers,
                                 .header_count = count,
                                 .body = "",
                                 .peer = (struct sockaddr *)&here};
}

static const struct {
  const char *method, *target;
  enum webhook_ask ask;
} asks[] = {
    {"POST", "/hooks/" SECRET, WEBHOOK_DELIVERY},
    {"POST", "/hooks/" OLD, WEBHOOK_DELIVERY},
    {"POST", "/hooks/" SECRET "?a=b", WEBHOOK_DELIVERY},
    {"GET", "/hooks/" SECRET, WEBHOOK_PROBE},
    {"HEAD", "/hooks/" OLD, WEBHOOK_PROBE},
    {"GET", "/hooks/" SECRET "/healthz", WEBHOOK_HEALTH},
    {"GET", "/hooks/" OLD "/readyz", WEBHOOK_READINESS},
    {"PUT", "/hooks/" SECRET, WEBHOOK_WRONG_METHOD},
    {"POST", "/hooks/" SECRET "/readyz", WEBHOOK_WRONG_METHOD},
    {"DELETE", "/hooks/" SECRET "x", WEBHOOK_NOTHING},
    {"POST", "/hooks/" SECRET "x", WEBHOOK_NOTHING},
    {"POST", "/hooks/" SECRET "/", WEBHOOK_NOTHING},
    {"POST", "/hooks//" SECRET, WEBHOOK_NOTHING},
    {"POST", "/hooks/%61bcdefghijklmnopqrst-1", WEBHOOK_NOTHING},
    {"POST", "/hooks/", WEBHOOK_NOTHING},
    {"POST", "/hooks", WEBHOOK_NOTHING},
    {"POST", "/", WEBHOOK_NOTHING},
    {"POST", "", WEBHOOK_NOTHING},
    {"GET", "/healthz", WEBHOOK_NOTHING},
    {"GET", "/readyz", WEBHOOK_NOTHING},
    {"POST", SECRET, WEBHOOK_NOTHING},
};

static void test_paths(void) {
  struct webhook_settings settings = {.secret = SECRET, .previous_secret = OLD};
  struct webhook_rules rules;
  struct address from;
  TEST("rules");
  CHECK(webhook_rules_make(&rules, &settings, NULL));
  for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
    TEST("%s %s", asks[i].method, asks[i].target);
    struct server_request request = request_of(asks[i].method, asks[i].target, NULL, 0);
    CHECK_INT(webhook_ask_of(&rules, &request, &from), asks[i].ask);
  }
  TEST("a secret that was taken away");
  settings.previous_secret = NULL;
  CHECK(webhook_rules_make(&rules, &settings, NULL));
  struct server_request request = request_of("POST", "/hooks/" OLD, NULL, 0);
  CHECK_INT(webhook_ask_of(&rules, &request, &from), WEBHOOK_NOTHING);
}

static void test_settings(void) {
  static const struct webhook_settings unusable[] = {
      {.secret = NULL},
      {.secret = "short"},
      {.secret = "abcdefghijklmnopqrs/t"},
      {.secret = "abcdefghijklmnopqrs t"},
      {.secret = "abcdefghijklmnopqrs%20t"},
      {.secret = SECRET, .previous_secret = "short"},
      {.secret = SECRET, .header_name = "X-Token"},
      {.secret = SECRET, .header_value = "v"},
      {.secret = SECRET, .hmac_header = "X-Signature"},
      {.secret = SECRET, .hmac_secret = "v"},
  };
  for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
    struct webhook_rules rules;
    struct failure failure = {.code = ""};
    TEST("settings that will not do, %zu", i);
    CHECK(!webhook_rules_make(&rules, &unusable[i], &failure));
    CHECK_STR(failure.code, "CONFIG_INVALID");
    CHECK(!unusable[i].secret || !strstr(failure.message, unusable[i].secret));
  }
}

static void test_header(void) {
  struct webhook_settings settings = {
      .secret = SECRET, .header_name = "X-Token", .header_value = "open sesame"};
  struct webhook_rules rules;
  struct address from;
  static const struct server_field right = {"x-token", "open sesame"},
                                   wrong = {"x-token", "open sesamE"}, empty = {"x-token", ""},
                                   other = {"x-tokens", "open sesame"};
  const struct server_field *fields[] = {&right, &wrong, &empty, &other};
  TEST("a header that is asked for");
  CHECK(webhook_rules_make(&rules, &settings, NULL));
  for (size_t i = 0; i < 4; i++) {
    struct server_request request = request_of("POST", "/hooks/" SECRET, fields[i], 1);
    CHECK_INT(webhook_ask_of(&rules, &request, &from), i == 0 ? WEBHOOK_DELIVERY : WEBHOOK_NOTHING);
  }
  struct server_request request = request_of("DELETE", "/hooks/" SECRET, NULL, 0);
  CHECK_INT(webhook_ask_of(&rules, &request, &from), WEBHOOK_NOTHING);
}

static const struct {
  const char *allowed, *proxies;
  const char *name, *value; /* of a header */
  const char *older;        /* X-Forwarded-For besides, or NULL */
  bool may;
} origins[] = {
    {NULL, NULL, "Host", "h", NULL, true},
    {"127.0.0.1", NULL, "Host", "h", NULL, true},
    {"203.0.113.0/24", NULL, "Host", "h", NULL, false},
    {"203.0.113.0/24", NULL, "X-Forwarded-For", "203.0.113.7", NULL, false}, /* nobody was told */
    {"203.0.113.0/24", "127.0.0.1", "X-Forwarded-For", "203.0.113.7", NULL, true},
    {"203.0.113.0/24", "127.0.0.1", "X-Forwarded-For", "203.0.113.7, 9.9.9.9", NULL, false},
    {"203.0.113.0/24", "127.0.0.1", "Forwarded", "for=203.0.113.7", NULL, true},
    {"203.0.113.0/24", "127.0.0.1", "Forwarded", "for=203.0.113.7", "203.0.113.7", false},
    {"203.0.113.0/24", "127.0.0.1", "Host", "h", NULL, false},
    {"203.0.113.0/24", "10.0.0.1", "X-Forwarded-For", "203.0.113.7", NULL, false},
};

static void test_origins(void) {
  for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
    struct webhook_settings settings = {.secret = SECRET};
    struct webhook_rules rules;
    struct address from;
    TEST("who may come, %zu", i);
    if (origins[i].allowed)
      CHECK(address_range_read(origins[i].allowed, &settings.allowed[settings.allowed_count++]));
    if (origins[i].proxies)
      CHECK(address_range_read(origins[i].proxies, &settings.proxies[settings.proxy_count++]));
    struct server_field fields[] = {{origins[i].name, origins[i].value},
                                    {"X-Forwarded-For", origins[i].older}};
    CHECK(webhook_rules_make(&rules, &settings, NULL));
    struct server_request request =
        request_of("POST", "/hooks/" SECRET, fields, origins[i].older ? 2 : 1);
    CHECK_INT(webhook_ask_of(&rules, &request, &from),
              origins[i].may ? WEBHOOK_DELIVERY : WEBHOOK_NOTHING);
  }
}

/* printf '{}' | openssl dgst -sha256 -hmac key [-binary | base64] */
static const struct {
  const char *value;
  bool base64, fine;
} signatures[] = {
    {"sha256=5cd5ac8c68f4bc8cd10e82c1df01ad3ddd04ee4cb2d8a5eb7a0a4fd6b1e4c1f6", false, false},
    {"sha256=a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032", false, true},
    {"sha256=A777724D943EB48DC69BCA8A4A6D57A04DB3F9EC7E1DE4E581E860265BDF3032", false, true},
    {"a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032", false, false},
    {"sha256=a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf30320", false, false},
    {"sha256=", false, false},
    {"", false, false},
    {"sha256=p3dyTZQ+tI3Gm8qKSm1XoE2z+ex+HeTlgehgJlvfMDI=", true, true},
    {"sha256=p3dyTZQ+tI3Gm8qKSm1XoE2z+ex+HeTlgehgJlvfMDI==", true, false},
    {"sha256=a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032", true, false},
};

static void test_signatures(void) {
  for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
    struct webhook_settings settings = {.secret = SECRET,
                                        .hmac_header = "X-Signature",
                                        .hmac_secret = "key",
                                        .hmac_prefix = "sha256=",
                                        .hmac_base64 = signatures[i].base64};
    struct webhook_rules rules;
    struct server_field field = {"x-signature", signatures[i].value};
    TEST("signature %s", signatures[i].value);
    CHECK(webhook_rules_make(&rules, &settings, NULL));
    struct server_request request = request_of("POST", "/hooks/" SECRET, &field, 1);
    request.body = "{}";
    request.body_length = 2;
    CHECK_INT(webhook_is_signed(&rules, &request), signatures[i].fine);
    request.body = "{ }";
    request.body_length = 3;
    CHECK(!webhook_is_signed(&rules, &request));
    request.header_count = 0;
    CHECK(!webhook_is_signed(&rules, &request));
  }
}

int main(void) {
  test_paths();
  test_settings();
  test_header();
  test_origins();
  test_signatures();
  return test_finish();
}
