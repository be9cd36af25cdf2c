#include "oauth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "text.h"

/* The path whose endpoint wants the client as Basic authentication. */
static const char basic_path[] = "/api/user-web/oauth/token";
static const char body_path[] = "/oauth/token";

static const int64_t LONGEST_LIFETIME_S = 3650LL * 86400;
static const int64_t MARGIN_MS = 60 * 1000;

static void forget(char **secret) {
  if (*secret) explicit_bzero(*secret, strlen(*secret));
  free(*secret);
  *secret = NULL;
}

void oauth_tokens_clear(struct oauth_tokens *tokens) {
  forget(&tokens->access_token);
  forget(&tokens->refresh_token);
  *tokens = (struct oauth_tokens){.expires_at = 0};
}

void oauth_tokens_drop_refresh(struct oauth_tokens *tokens) { forget(&tokens->refresh_token); }

static bool ends_with(const char *text, size_t length, const char *end) {
  size_t size = strlen(end);
  return length >= size && strncasecmp(text + length - size, end, size) == 0;
}

/* Whether the base URL is one of Lofty's own, for which the documented endpoints are known. */
static bool is_lofty(const char *base_url) {
  static const char *const hosts[] = {"lofty.com", "api.chime.me"};
  static const char scheme[] = "https://";
  if (strncasecmp(base_url, scheme, sizeof scheme - 1) != 0) return false;
  const char *host = base_url + sizeof scheme - 1;
  size_t length = strcspn(host, ":/");
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
    size_t size = strlen(hosts[i]);
    if (ends_with(host, length, hosts[i]) && (length == size || host[length - size - 1] == '.'))
      return true;
  }
  return false;
}

static void set_endpoint(struct oauth_endpoint *endpoint, const char *base, const char *path) {
  snprintf(endpoint->url, sizeof endpoint->url, "%s%s", base, path);
  endpoint->basic = ends_with(endpoint->url, strlen(endpoint->url), basic_path);
}

size_t oauth_endpoints(const char *base_url, const char *token_url, const char *worked,
                       struct oauth_endpoint endpoints[OAUTH_ENDPOINTS]) {
  if (token_url && *token_url) {
    set_endpoint(&endpoints[0], token_url, "");
    return 1;
  }
  bool lofty = is_lofty(base_url);
  set_endpoint(&endpoints[0], lofty ? "https://api.lofty.com" : base_url, body_path);
  set_endpoint(&endpoints[1], lofty ? "https://crm.lofty.com" : base_url, basic_path);
  if (worked && strcmp(worked, endpoints[1].url) == 0) {
    struct oauth_endpoint first = endpoints[0];
    endpoints[0] = endpoints[1];
    endpoints[1] = first;
  }
  return 2;
}

/* Appends one field of a form (application/x-www-form-urlencoded); none for NULL. */
static bool add_field(struct buffer *body, const char *name, const char *value) {
  if (!value) return true;
  return buffer_printf(body, "%s%s=", body->length > 0 ? "&" : "", name) &&
         text_percent_encode(body, value, strlen(value));
}

static bool add_basic(struct buffer *out, const char *id, const char *secret) {
  struct buffer pair;
  buffer_init(&pair, out->maximum);
  bool fine = buffer_printf(&pair, "%s:%s", id, secret) && buffer_append_string(out, "Basic ") &&
              digest_base64_encode(out, pair.data, pair.length);
  if (pair.data) explicit_bzero(pair.data, pair.length);
  buffer_free(&pair);
  return fine;
}

bool oauth_write(const struct oauth_request *request, const struct oauth_endpoint *endpoint,
                 struct buffer *body, struct buffer *authorization, struct failure *failure) {
  static const char *const grants[] = {[OAUTH_AUTHORIZATION_CODE] = "authorization_code",
                                       [OAUTH_CLIENT_CREDENTIALS] = "client_credentials",
                                       [OAUTH_REFRESH_TOKEN] = "refresh_token"};
  bool basic = endpoint->basic && request->client_secret;
  bool fine = add_field(body, "grant_type", grants[request->grant]);
  if (request->grant == OAUTH_AUTHORIZATION_CODE)
    fine = fine && add_field(body, "code", request->code) &&
           add_field(body, "redirect_uri", request->redirect_uri) &&
           add_field(body, "code_verifier", request->code_verifier);
  if (request->grant == OAUTH_CLIENT_CREDENTIALS)
    fine = fine && add_field(body, "customer_key", request->customer_key);
  if (request->grant == OAUTH_REFRESH_TOKEN)
    fine = fine && add_field(body, "refresh_token", request->refresh_token);
  if (basic)
    fine = fine && add_basic(authorization, request->client_id, request->client_secret);
  else
    fine = fine && add_field(body, "client_id", request->client_id) &&
           add_field(body, "client_secret", request->client_secret);
  return fine || failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

static bool is(const char *text, const char *word) { return text && strcmp(text, word) == 0; }

/* What the server gave as its reason, in one piece. */
static void write_reason(const struct oauth_reply *reply, char *reason, size_t size) {
  const char *description = reply->description ? reply->description : "";
  const char *colon = *description ? ": " : "";
  if (reply->error)
    snprintf(reason, size, "%.64s%s%.200s", reply->error, colon, description);
  else if (reply->code)
    snprintf(reason, size, "code %lld%s%.200s", (long long)reply->code, colon, description);
  else
    snprintf(reason, size, "%.200s", *description ? description : "no reason was given");
}

static enum oauth_answer unknown(int status, const struct oauth_endpoint *endpoint,
                                 struct failure *failure) {
  if (status == 404 || status == 405)
    failure_set(failure, "NO_TOKEN_ENDPOINT", "%s gives no tokens (HTTP %d)", endpoint->url,
                status);
  else
    failure_set(failure, "INVALID_RESPONSE", "%s did not answer as one that gives tokens (HTTP %d)",
                endpoint->url, status);
  return OAUTH_UNKNOWN;
}

enum oauth_answer oauth_judge(int status, const struct oauth_reply *reply,
                              const struct oauth_endpoint *endpoint, struct failure *failure) {
  char reason[320];
  bool success = status >= 200 && status < 300;
  if (success && reply->access_token && *reply->access_token) return OAUTH_GRANTED;
  write_reason(reply, reason, sizeof reason);
  if (status == 429) {
    failure_set(failure, "TOO_MANY_REQUESTS", "%s: too many requests for tokens", endpoint->url);
    return OAUTH_LIMITED;
  }
  if (status >= 500 || status == 408 || is(reply->error, "temporarily_unavailable") ||
      is(reply->error, "server_error")) {
    failure_set(failure, "SERVER_ERROR", "%s gave no token (HTTP %d)", endpoint->url, status);
    return OAUTH_TEMPORARY;
  }
  if (status == 404 || status == 405) return unknown(status, endpoint, failure);
  bool spoke =
      reply->is_object && (reply->error || reply->code || (!success && reply->description));
  if (!spoke || (status >= 300 && status < 400)) return unknown(status, endpoint, failure);
  failure_set(failure, "TOKEN_REFUSED", "%s refused: %s (HTTP %d)", endpoint->url, reason, status);
  return OAUTH_REFUSED;
}

/* Whether it can stand in a header field. */
static bool is_token(const char *token) {
  size_t length = strlen(token);
  if (length == 0 || length > OAUTH_TOKEN_MAXIMUM) return false;
  for (size_t i = 0; i < length; i++)
    if (token[i] <= 0x20 || token[i] >= 0x7F) return false;
  return true;
}

bool oauth_take(struct oauth_tokens *tokens, const struct oauth_reply *reply,
                const struct oauth_endpoint *endpoint, const char *earlier, int64_t asked_at,
                struct failure *failure) {
  const char *refresh =
      reply->refresh_token && *reply->refresh_token ? reply->refresh_token : earlier;
  int64_t lifetime = reply->expires_in >= 0 ? reply->expires_in : OAUTH_LIFETIME_S;
  if (lifetime > LONGEST_LIFETIME_S) lifetime = LONGEST_LIFETIME_S;
  oauth_tokens_clear(tokens);
  if (!is_token(reply->access_token) || (refresh && !is_token(refresh)))
    return failure_set(failure, "INVALID_RESPONSE", "%s gave a token that is none", endpoint->url);
  tokens->access_token = strdup(reply->access_token);
  tokens->refresh_token = refresh ? strdup(refresh) : NULL;
  tokens->obtained_at = asked_at;
  tokens->expires_at = asked_at + lifetime * 1000;
  memcpy(tokens->endpoint, endpoint->url, sizeof tokens->endpoint);
  if (tokens->access_token && (tokens->refresh_token || !refresh)) return true;
  oauth_tokens_clear(tokens);
  return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

int64_t oauth_margin(int64_t obtained_at, int64_t expires_at) {
  int64_t life = expires_at - obtained_at;
  return life < 2 * MARGIN_MS ? life / 2 : MARGIN_MS;
}
