#include "authorization.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "text.h"
#include "url.h"

enum { RANDOM_BYTES = 32 };

static const char usual_redirect[] = "http://127.0.0.1:8976/callback";
static const char usual_page[] = "https://lofty.com/page/vendor-auth.html";
static const char page_path[] = "/page/vendor-auth.html";

/* 32 bytes are 43 digits. */
static bool spell(const unsigned char *bytes, char text[AUTHORIZATION_TEXT]) {
  struct buffer out;
  buffer_init(&out, AUTHORIZATION_TEXT - 1);
  bool fine = digest_base64url_encode(&out, bytes, RANDOM_BYTES);
  if (fine) memcpy(text, out.data, out.length + 1);
  if (out.data) explicit_bzero(out.data, out.capacity);
  buffer_free(&out);
  return fine;
}

static bool make_up(char text[AUTHORIZATION_TEXT]) {
  unsigned char bytes[RANDOM_BYTES];
  bool fine = digest_random(bytes, sizeof bytes) && spell(bytes, text);
  explicit_bzero(bytes, sizeof bytes);
  return fine;
}

bool authorization_challenge(const char *verifier, char challenge[AUTHORIZATION_TEXT]) {
  unsigned char digest[DIGEST_SHA256_SIZE];
  return digest_sha256(verifier, strlen(verifier), digest) && spell(digest, challenge);
}

bool authorization_begin(struct authorization *authorization, struct failure *failure) {
  if (make_up(authorization->verifier) && make_up(authorization->state) &&
      authorization_challenge(authorization->verifier, authorization->challenge))
    return true;
  authorization_forget(authorization);
  return failure_set(failure, "RANDOM_FAILED", "this system gives no random numbers");
}

void authorization_forget(struct authorization *authorization) {
  explicit_bzero(authorization, sizeof *authorization);
}

/* An address cut apart; all zero: nothing is held. */
struct parts {
  CURLU *url;
  char *scheme, *host, *port, *path;
};

static void free_parts(struct parts *parts) {
  curl_free(parts->scheme);
  curl_free(parts->host);
  curl_free(parts->port);
  curl_free(parts->path);
  curl_url_cleanup(parts->url);
}

static bool has_part(CURLU *url, CURLUPart part) {
  char *value = NULL;
  bool has = curl_url_get(url, part, &value, 0) == CURLUE_OK;
  curl_free(value);
  return has;
}

/* What goes for both addresses; `name` is what the setting is called. */
static bool check_parts(const struct parts *parts, const char *name, struct failure *failure) {
  if (has_part(parts->url, CURLUPART_USER) || has_part(parts->url, CURLUPART_PASSWORD) ||
      has_part(parts->url, CURLUPART_FRAGMENT))
    return failure_set(failure, "CONFIG_INVALID", "%s must have neither a user nor a #", name);
  if (strcmp(parts->scheme, "https") == 0) return true;
  if (strcmp(parts->scheme, "http") == 0 && url_host_is_loopback(parts->host)) return true;
  return failure_set(failure, "CONFIG_INVALID",
                     "%s must begin with https://; http is for this machine alone, "
                     "http://127.0.0.1",
                     name);
}

/* Cuts `text` apart. False with CONFIG_INVALID; then too `parts` is to be freed. */
static bool cut(const char *text, const char *name, struct parts *parts, struct failure *failure) {
  *parts = (struct parts){.url = curl_url()};
  if (!parts->url) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return false;
  }
  if (curl_url_set(parts->url, CURLUPART_URL, text, 0) != CURLUE_OK ||
      curl_url_get(parts->url, CURLUPART_SCHEME, &parts->scheme, 0) != CURLUE_OK ||
      curl_url_get(parts->url, CURLUPART_HOST, &parts->host, 0) != CURLUE_OK ||
      curl_url_get(parts->url, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
      curl_url_get(parts->url, CURLUPART_PATH, &parts->path, CURLU_URLDECODE) != CURLUE_OK) {
    failure_set(failure, "CONFIG_INVALID", "%s is no address such as %s", name, usual_redirect);
    return false;
  }
  return check_parts(parts, name, failure);
}

/* Whether core/server.h can listen there. Browsers try 127.0.0.1 for localhost as well. */
static bool is_ours(const struct parts *parts) {
  return strcmp(parts->scheme, "http") == 0 &&
         (strcmp(parts->host, "127.0.0.1") == 0 || strcasecmp(parts->host, "localhost") == 0);
}

static bool copy(char *to, const char *from, struct failure *failure) {
  int length = snprintf(to, AUTHORIZATION_URI, "%s", from);
  if (length >= 0 && length < AUTHORIZATION_URI) return true;
  return failure_set(failure, "CONFIG_INVALID", "redirect_uri is longer than %d bytes",
                     AUTHORIZATION_URI - 1);
}

bool authorization_redirect_set(struct authorization_redirect *redirect, const char *uri,
                                struct failure *failure) {
  struct parts parts;
  *redirect = (struct authorization_redirect){.port = 0};
  if (!uri || !*uri) uri = usual_redirect;
  bool fine = cut(uri, "redirect_uri", &parts, failure) && copy(redirect->uri, uri, failure) &&
              copy(redirect->path, parts.path, failure);
  if (fine) {
    redirect->ours = is_ours(&parts);
    redirect->port = (unsigned)strtoul(parts.port, NULL, 10);
    if (!redirect->ours && strcmp(parts.scheme, "http") == 0)
      fine = failure_set(failure, "CONFIG_INVALID",
                         "redirect_uri can be received on 127.0.0.1 and localhost only");
  }
  free_parts(&parts);
  return fine;
}

bool authorization_redirect_move(struct authorization_redirect *redirect, unsigned port,
                                 struct failure *failure) {
  struct parts parts;
  char text[16];
  char *moved = NULL;
  snprintf(text, sizeof text, "%u", port);
  bool fine = cut(redirect->uri, "redirect_uri", &parts, failure);
  if (fine && (curl_url_set(parts.url, CURLUPART_PORT, text, 0) != CURLUE_OK ||
               curl_url_get(parts.url, CURLUPART_URL, &moved, 0) != CURLUE_OK))
    fine = failure_set(failure, "CONFIG_INVALID", "redirect_uri cannot have the port %u", port);
  fine = fine && copy(redirect->uri, moved, failure);
  if (fine) redirect->port = port;
  curl_free(moved);
  free_parts(&parts);
  return fine;
}

bool authorization_page(const char *base_url, char *url, size_t size) {
  struct parts parts;
  bool here = cut(base_url, "base_url", &parts, NULL) && url_host_is_loopback(parts.host);
  free_parts(&parts);
  int length = here ? snprintf(url, size, "%s%s", base_url, page_path)
                    : snprintf(url, size, "%s", usual_page);
  return length >= 0 && (size_t)length < size;
}

static bool add(struct buffer *out, const char *separator, const char *name, const char *value) {
  return buffer_append_string(out, separator) && buffer_append_string(out, name) &&
         buffer_append_string(out, "=") && text_percent_encode(out, value, strlen(value));
}

bool authorization_url(const struct authorization *authorization, const char *page,
                       const char *client_id, const char *redirect_uri, struct buffer *out,
                       struct failure *failure) {
  struct parts parts;
  bool fine = cut(page, "authorize_url", &parts, failure);
  free_parts(&parts);
  if (!fine) return false;
  if (strstr(page, "lientId=") || strstr(page, "client_id="))
    return failure_set(failure, "CONFIG_INVALID",
                       "authorize_url must not name a client; client_id is put into it");
  if (buffer_append_string(out, page) &&
      add(out, strchr(page, '?') ? "&" : "?", "clientId", client_id) &&
      add(out, "&", "client_id", client_id) && add(out, "&", "response_type", "code") &&
      add(out, "&", "redirect_uri", redirect_uri) && add(out, "&", "state", authorization->state) &&
      add(out, "&", "code_challenge", authorization->challenge) &&
      add(out, "&", "code_challenge_method", "S256"))
    return true;
  return failure_set(failure, "OUT_OF_MEMORY", "the address to open is too long");
}

void authorization_take(struct authorization_answer *answer, const char *name, const char *value) {
  const char **place = strcmp(name, "code") == 0    ? &answer->code
                       : strcmp(name, "state") == 0 ? &answer->state
                       : strcmp(name, "error") == 0 ? &answer->error
                                                    : NULL;
  /* RFC 6749, 3.1: without a value it counts as left out. */
  if (!place || !*value) return;
  if (*place) answer->repeated = true;
  *place = value;
}

static int digit_value(char digit) {
  const char *digits = "0123456789abcdef";
  const char *place = digit ? strchr(digits, digit >= 'A' && digit <= 'F' ? digit + 32 : digit) : 0;
  return place ? (int)(place - digits) : -1;
}

/* Undoes form encoding in place. */
static void decode(char *text) {
  char *to = text;
  for (const char *from = text; *from; from++) {
    int high = *from == '%' ? digit_value(from[1]) : -1;
    int low = high >= 0 ? digit_value(from[2]) : -1;
    *to = *from == '+' ? ' ' : *from;
    if (low >= 0) {
      *to = (char)(high * 16 + low);
      from += 2;
    }
    to++;
  }
  *to = '\0';
}

void authorization_read(char *text, struct authorization_answer *answer) {
  *answer = (struct authorization_answer){.code = NULL};
  char *query = strchr(text, '?');
  query = query ? query + 1 : text + strspn(text, " \t");
  query[strcspn(query, "# \t\r\n")] = '\0';
  while (query) {
    char *name = strsep(&query, "&");
    char *value = strchr(name, '=');
    if (!value) continue;
    *value++ = '\0';
    decode(name);
    decode(value);
    authorization_take(answer, name, value);
  }
}

enum authorization_verdict authorization_judge(const struct authorization *authorization,
                                               const struct authorization_answer *answer) {
  const char *state = answer->state;
  if (answer->repeated || !answer->code == !answer->error) return AUTHORIZATION_NOTHING;
  if (state &&
      !digest_equal(state, strlen(state), authorization->state, strlen(authorization->state)))
    return AUTHORIZATION_FOREIGN;
  if (answer->error)
    return strcmp(answer->error, "access_denied") == 0 ? AUTHORIZATION_DENIED : AUTHORIZATION_ERROR;
  return state ? AUTHORIZATION_GRANTED : AUTHORIZATION_UNKNOWN;
}
