#include "webhook_rules.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const endings[WEBHOOK_ASKS] = {"", "/healthz", "/readyz"};

static bool invalid(struct failure *failure, const char *what) {
  return failure_set(failure, "CONFIG_INVALID", "%s", what);
}

/* What stands in a path as it is (RFC 3986, unreserved). */
static bool is_usable(const char *secret) {
  size_t length = strlen(secret);
  return length >= WEBHOOK_SECRET_SHORTEST && length <= WEBHOOK_SECRET_LONGEST &&
         strspn(secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") ==
             length;
}

static bool check(const struct webhook_settings *settings, struct failure *failure) {
  if (!settings->secret)
    return invalid(failure,
                   "webhooks have no secret: set LOFTYRUN_WEBHOOK_SECRET, or webhooks = { secret = "
                   "... } in the profile; openssl rand -hex 24 makes one");
  if (!is_usable(settings->secret) ||
      (settings->previous_secret && !is_usable(settings->previous_secret)))
    return invalid(failure,
                   "a secret for webhooks has 20 to 200 letters, digits or - . _ ~, as it is part "
                   "of the path; openssl rand -hex 24 makes one");
  if (!settings->header_name != !settings->header_value)
    return invalid(failure, "the header of webhooks needs both a name and a value");
  if (!settings->hmac_header != !settings->hmac_secret)
    return invalid(failure, "the hmac of webhooks needs both a header and a secret");
  return true;
}

/* Of the secret that is missing nothing is equal to. */
static bool digest_paths(struct webhook_rules *rules, int which, const char *secret) {
  char path[sizeof WEBHOOK_PATH + WEBHOOK_SECRET_LONGEST + 16];
  bool fine = true;
  for (int i = 0; i < WEBHOOK_ASKS; i++) {
    unsigned char *digest = rules->paths[which][i];
    int length =
        secret ? snprintf(path, sizeof path, "%s%s%s", WEBHOOK_PATH, secret, endings[i]) : -1;
    fine = fine && (length < 0 ? digest_random(digest, DIGEST_SHA256_SIZE)
                               : digest_sha256(path, (size_t)length, digest));
  }
  explicit_bzero(path, sizeof path);
  return fine;
}

bool webhook_rules_make(struct webhook_rules *rules, const struct webhook_settings *settings,
                        struct failure *failure) {
  if (!check(settings, failure)) return false;
  const char *value = settings->header_value ? settings->header_value : "";
  *rules = (struct webhook_rules){.settings = settings};
  if (digest_paths(rules, 0, settings->secret) &&
      digest_paths(rules, 1, settings->previous_secret) &&
      digest_sha256(value, strlen(value), rules->header))
    return true;
  return failure_set(failure, "OUT_OF_MEMORY", "the digests of webhook secrets could not be made");
}

static const char *header_of(const struct server_request *request, const char *name) {
  const char *value = NULL;
  for (size_t i = 0; i < request->header_count; i++)
    if (strcasecmp(request->headers[i].name, name) == 0) value = request->headers[i].value;
  return value;
}

/* All paths are compared, whichever is the one. */
static enum webhook_ask ask_of_path(const struct webhook_rules *rules, const char *target) {
  static const enum webhook_ask asks[WEBHOOK_ASKS] = {WEBHOOK_DELIVERY, WEBHOOK_HEALTH,
                                                      WEBHOOK_READINESS};
  unsigned char digest[DIGEST_SHA256_SIZE];
  enum webhook_ask ask = WEBHOOK_NOTHING;
  if (!digest_sha256(target, strcspn(target, "?"), digest)) return WEBHOOK_NOTHING;
  for (int which = 0; which < WEBHOOK_SECRETS; which++)
    for (int i = 0; i < WEBHOOK_ASKS; i++)
      if (digest_equal(digest, sizeof digest, rules->paths[which][i], sizeof digest)) ask = asks[i];
  return ask;
}

static bool has_header(const struct webhook_rules *rules, const struct server_request *request) {
  unsigned char digest[DIGEST_SHA256_SIZE];
  if (!rules->settings->header_name) return true;
  const char *value = header_of(request, rules->settings->header_name);
  if (!value) value = "";
  return digest_sha256(value, strlen(value), digest) &&
         digest_equal(digest, sizeof digest, rules->header, sizeof digest);
}

/* The header that is there is believed; of two that may contradict each other, none. */
static bool find_origin(const struct webhook_settings *settings,
                        const struct server_request *request, struct address *from) {
  if (!address_of(request->peer, from)) return false;
  if (settings->proxy_count == 0) return true;
  const char *older = header_of(request, "X-Forwarded-For");
  const char *newer = header_of(request, "Forwarded");
  if (older && newer) return !address_in(from, settings->proxies, settings->proxy_count);
  if (!older && !newer) return true;
  return address_forwarded(newer ? newer : older, newer != NULL, settings->proxies,
                           settings->proxy_count, from);
}

static bool may_come(const struct webhook_rules *rules, const struct server_request *request,
                     struct address *from) {
  const struct webhook_settings *settings = rules->settings;
  bool known = find_origin(settings, request, from);
  return settings->allowed_count == 0 ||
         (known && address_in(from, settings->allowed, settings->allowed_count));
}

enum webhook_ask webhook_ask_of(const struct webhook_rules *rules,
                                const struct server_request *request, struct address *from) {
  enum webhook_ask ask = ask_of_path(rules, request->target);
  bool header = has_header(rules, request), may = may_come(rules, request, from);
  if (ask == WEBHOOK_NOTHING || !header || !may) return WEBHOOK_NOTHING;
  if (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0)
    return ask == WEBHOOK_DELIVERY ? WEBHOOK_PROBE : ask;
  return ask == WEBHOOK_DELIVERY && strcmp(request->method, "POST") == 0 ? ask
                                                                         : WEBHOOK_WRONG_METHOD;
}

static void hexadecimal(const unsigned char *bytes, size_t length, char *text) {
  for (size_t i = 0; i < length; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

bool webhook_is_signed(const struct webhook_rules *rules, const struct server_request *request) {
  const struct webhook_settings *settings = rules->settings;
  unsigned char digest[DIGEST_SHA256_SIZE];
  char expected[2 * DIGEST_SHA256_SIZE + 1] = "";
  struct buffer base64;
  if (!settings->hmac_header) return true;
  const char *value = header_of(request, settings->hmac_header);
  const char *prefix = settings->hmac_prefix ? settings->hmac_prefix : "";
  if (!value || strncmp(value, prefix, strlen(prefix)) != 0) return false;
  value += strlen(prefix);
  if (!digest_hmac_sha256(settings->hmac_secret, strlen(settings->hmac_secret), request->body,
                          request->body_length, digest))
    return false;
  if (!settings->hmac_base64) {
    char given[sizeof expected] = "";
    hexadecimal(digest, sizeof digest, expected);
    for (size_t i = 0; value[i] && i < sizeof given - 1; i++)
      given[i] = (char)(value[i] >= 'A' && value[i] <= 'F' ? value[i] + 32 : value[i]);
    return strlen(value) == sizeof given - 1 &&
           digest_equal(given, sizeof given, expected, sizeof expected);
  }
  buffer_init(&base64, sizeof expected);
  bool fine = digest_base64_encode(&base64, digest, sizeof digest) &&
              digest_equal(value, strlen(value), base64.data, base64.length);
  buffer_free(&base64);
  return fine;
}
