/* Credentials: how one is cleaned, carried and forgotten. */
#ifndef CORE_AUTH_H
#define CORE_AUTH_H

#include <stdbool.h>

#include "failure.h"

enum credential_kind {
  CREDENTIAL_NONE,
  CREDENTIAL_API_KEY,     /* sent as `Authorization: token KEY` */
  CREDENTIAL_ACCESS_TOKEN /* OAuth 2.0 access token, sent as `Authorization: Bearer TOKEN` */
};

struct credential {
  enum credential_kind kind;
  char *authorization; /* value of the Authorization field; NULL when there is no credential */
};

/* Makes the Authorization value from `raw` as a person pasted it: white space, control characters
   and invisible Unicode (U+00A0, U+200B..U+200F, U+2028, U+2029, U+2060, U+FEFF) are dropped, as is
   a scheme word in front. False with code CREDENTIAL_INVALID (the message never holds any of it)
   when nothing is left or a character remains that no header may carry. `name` is where it came
   from, for the message. */
bool credential_set(struct credential *credential, enum credential_kind kind, const char *raw,
                    const char *name, struct failure *failure);

/* Overwrites and frees it. Idempotent. */
void credential_clear(struct credential *credential);

#endif
