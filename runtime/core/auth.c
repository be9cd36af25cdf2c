#include "auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "digest.h"
#include "redact.h"

/* The UTF-8 length of the invisible character at `text`, or 0 when it is a visible one. */
static size_t invisible(const char *text) {
  static const struct {
    const char *first, *last;
  } ranges[] = {
      {"\xC2\x80", "\xC2\xA0"},         /* controls, the space that does not break */
      {"\xC2\xAD", "\xC2\xAD"},         /* soft hyphen */
      {"\xE2\x80\x80", "\xE2\x80\x8F"}, /* spaces, joiners, directions */
      {"\xE2\x80\xA8", "\xE2\x80\xAF"}, /* separators, directions, a narrow space */
      {"\xE2\x81\x9F", "\xE2\x81\xAF"}, /* a space, joiners, directions */
      {"\xE3\x80\x80", "\xE3\x80\x80"}, /* ideographic space */
      {"\xEF\xBB\xBF", "\xEF\xBB\xBF"}, /* byte order mark */
  };
  unsigned char byte = (unsigned char)*text;
  if (byte <= 0x20 || byte == 0x7F) return 1;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    size_t length = strlen(ranges[i].first);
    if (strncmp(text, ranges[i].first, length) >= 0 && strncmp(text, ranges[i].last, length) <= 0)
      return length;
  }
  return 0;
}

static const char *skip_invisible(const char *text) {
  size_t length;
  while (*text && (length = invisible(text)) > 0) text += length;
  return text;
}

/* People paste the whole header value now and then. */
static const char *skip_scheme(const char *text) {
  static const char *const schemes[] = {"token", "bearer"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    size_t length = strlen(schemes[i]);
    if (strncasecmp(text, schemes[i], length) == 0 && text[length] && invisible(text + length) > 0)
      return skip_invisible(text + length);
  }
  return text;
}

/* Overwrites and frees a secret; NULL is fine. */
static void forget(char **secret) {
  if (!*secret) return;
  explicit_bzero(*secret, strlen(*secret));
  free(*secret);
  *secret = NULL;
}

/* Appends what is visible of `raw` to `value`; false at a character that no header may carry. */
static bool append_visible(char *value, const char *raw) {
  size_t length = strlen(value);
  while (*raw) {
    size_t skip = invisible(raw);
    if (skip == 0) {
      if ((unsigned char)*raw >= 0x80) return false;
      value[length++] = *raw++;
      value[length] = '\0';
    }
    raw += skip;
  }
  return true;
}

/* A new string: `prefix` and what is visible of `raw`, which must be something. NULL with `failure`
   filled. */
static char *cleaned(const char *prefix, const char *raw, const char *name,
                     struct failure *failure) {
  size_t length = strlen(prefix);
  char *value = malloc(length + strlen(raw) + 1);
  if (!value) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  memcpy(value, prefix, length + 1);
  bool clean = append_visible(value, raw);
  if (clean && value[length]) return value;
  forget(&value);
  if (clean)
    failure_set(failure, "CREDENTIAL_INVALID", "%s is empty", name);
  else
    failure_set(failure, "CREDENTIAL_INVALID",
                "%s holds a character that no key has; copy it again from Lofty", name);
  return NULL;
}

bool credential_set(struct credential *credential, enum credential_kind kind, const char *raw,
                    const char *name, struct failure *failure) {
  const char *scheme = kind == CREDENTIAL_API_KEY ? "token " : "Bearer ";
  credential_clear(credential);
  char *value = cleaned(scheme, skip_scheme(skip_invisible(raw)), name, failure);
  if (!value) return false;
  credential->kind = kind;
  credential->authorization = value;
  return true;
}

static bool set_part(char **value, const char *raw, const char *name, struct failure *failure) {
  *value = raw ? cleaned("", raw, name, failure) : NULL;
  return *value || !raw;
}

bool credential_set_client(struct credential *credential, struct credential_part id,
                           struct credential_part secret, struct credential_part customer_key,
                           struct failure *failure) {
  struct credential made = {.kind = customer_key.raw ? CREDENTIAL_CLIENT : CREDENTIAL_LOGIN};
  const char *key = customer_key.raw ? skip_scheme(skip_invisible(customer_key.raw)) : NULL;
  credential_clear(credential);
  bool fine = set_part(&made.client_id, id.raw, id.name, failure) &&
              set_part(&made.client_secret, secret.raw, secret.name, failure) &&
              set_part(&made.customer_key, key, customer_key.name, failure);
  /* In Basic authentication the first colon ends the id (RFC 7617). */
  if (fine && made.client_id && strchr(made.client_id, ':'))
    fine = failure_set(failure, "CREDENTIAL_INVALID",
                       "%s holds a colon, which no client id has; copy it again from Lofty's "
                       "developer portal",
                       id.name);
  if (fine)
    *credential = made;
  else
    credential_clear(&made);
  return fine;
}

bool credential_use_token(struct credential *credential, const char *access_token,
                          const char *refresh_token, struct failure *failure) {
  char *authorization = cleaned("Bearer ", access_token, "the access token", failure);
  char *refresh = NULL;
  if (!authorization || !set_part(&refresh, refresh_token, "the refresh token", failure)) {
    forget(&authorization);
    return false;
  }
  if (!credential->authorization || strcmp(credential->authorization, authorization) != 0) {
    forget(&credential->replaced);
    credential->replaced = credential->authorization;
  } else {
    forget(&credential->authorization);
  }
  credential->authorization = authorization;
  forget(&credential->refresh_token);
  credential->refresh_token = refresh;
  return true;
}

/* The part of an Authorization value behind the scheme. */
static const char *token_of(const char *authorization) {
  const char *space = authorization ? strchr(authorization, ' ') : NULL;
  return space ? space + 1 : "";
}

static bool identify(const struct credential *credential, const char *base_url, size_t length,
                     const char *profile, char *identity) {
  enum { TEXT_MAXIMUM = 256 * 1024, BYTES = 16 };
  unsigned char digest[DIGEST_SHA256_SIZE];
  struct buffer text;
  buffer_init(&text, TEXT_MAXIMUM);
  bool fine = buffer_printf(&text, "%s\n%.*s\n", credential_kind_name(credential->kind),
                            (int)length, base_url) &&
              (credential->kind == CREDENTIAL_CLIENT
                   ? buffer_printf(&text, "%s\n%s", credential->client_id, credential->customer_key)
               : credential->kind == CREDENTIAL_LOGIN
                   ? buffer_printf(&text, "%s\nlogin\n%s", credential->client_id, profile)
                   : buffer_append_string(&text, token_of(credential->authorization)));
  fine = fine && digest_sha256(text.data, text.length, digest);
  for (int i = 0; fine && i < BYTES; i++) snprintf(identity + 2 * (size_t)i, 3, "%02x", digest[i]);
  if (text.data) explicit_bzero(text.data, text.length);
  buffer_free(&text);
  return fine;
}

bool credential_identify(struct credential *credential, const char *base_url, const char *spelled,
                         const char *profile, struct failure *failure) {
  size_t length = strlen(spelled);
  credential->identity[0] = credential->spelled_identity[0] = '\0';
  if (credential->kind == CREDENTIAL_NONE) return true;
  while (length > 0 && spelled[length - 1] == '/') length--;
  bool fine = identify(credential, base_url, strlen(base_url), profile, credential->identity) &&
              identify(credential, spelled, length, profile, credential->spelled_identity);
  return fine || failure_set(failure, "OUT_OF_MEMORY", "the credential could not be told apart");
}

size_t secrets_redact(const char *const *secrets, size_t count, char *text, size_t length) {
  for (size_t i = 0; i < count; i++)
    if (secrets[i]) length = redact(text, length, secrets[i]);
  return length;
}

size_t credential_redact(const struct credential *credential, char *text, size_t length) {
  const char *const secrets[] = {token_of(credential->authorization),
                                 token_of(credential->replaced), credential->refresh_token,
                                 credential->client_secret, credential->customer_key};
  return secrets_redact(secrets, sizeof secrets / sizeof *secrets, text, length);
}

const char *credential_kind_name(enum credential_kind kind) {
  static const char *const names[] = {[CREDENTIAL_NONE] = "none",
                                      [CREDENTIAL_API_KEY] = "api_key",
                                      [CREDENTIAL_ACCESS_TOKEN] = "access_token",
                                      [CREDENTIAL_CLIENT] = "client_credentials",
                                      [CREDENTIAL_LOGIN] = "login"};
  return names[kind];
}

bool credential_is_grant(const struct credential *credential) {
  return credential->kind == CREDENTIAL_CLIENT || credential->kind == CREDENTIAL_LOGIN;
}

void credential_clear(struct credential *credential) {
  forget(&credential->authorization);
  forget(&credential->replaced);
  forget(&credential->client_id);
  forget(&credential->client_secret);
  forget(&credential->customer_key);
  forget(&credential->refresh_token);
  *credential = (struct credential){.kind = CREDENTIAL_NONE};
}
