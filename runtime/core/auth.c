#include "auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The UTF-8 length of the invisible character at `text`, or 0 when it is a visible one. */
static size_t invisible(const char *text) {
  static const char *const characters[] = {
      "\xC2\xA0",     "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E",
      "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x81\xA0", "\xEF\xBB\xBF"};
  unsigned char byte = (unsigned char)*text;
  if (byte <= 0x20 || byte == 0x7F) return 1;
  for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
    size_t length = strlen(characters[i]);
    if (strncmp(text, characters[i], length) == 0) return length;
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

static void forget(char *secret) {
  explicit_bzero(secret, strlen(secret));
  free(secret);
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

bool credential_set(struct credential *credential, enum credential_kind kind, const char *raw,
                    const char *name, struct failure *failure) {
  const char *scheme = kind == CREDENTIAL_API_KEY ? "token " : "Bearer ";
  credential_clear(credential);
  char *value = malloc(strlen(scheme) + strlen(raw) + 1);
  if (!value) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  memcpy(value, scheme, strlen(scheme) + 1);
  bool clean = append_visible(value, skip_scheme(skip_invisible(raw)));
  if (clean && strlen(value) > strlen(scheme)) {
    credential->kind = kind;
    credential->authorization = value;
    return true;
  }
  forget(value);
  if (!clean)
    return failure_set(failure, "CREDENTIAL_INVALID",
                       "%s holds a character that no key has; copy it again from Lofty", name);
  return failure_set(failure, "CREDENTIAL_INVALID", "%s is empty", name);
}

void credential_clear(struct credential *credential) {
  if (credential->authorization) forget(credential->authorization);
  *credential = (struct credential){.kind = CREDENTIAL_NONE};
}
