/* Credentials: how one is cleaned, carried, told apart and forgotten. */
#ifndef CORE_AUTH_H
#define CORE_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "failure.h"

enum credential_kind {
  CREDENTIAL_NONE,
  CREDENTIAL_API_KEY,      /* sent as `Authorization: token KEY` */
  CREDENTIAL_ACCESS_TOKEN, /* OAuth 2.0 access token, sent as `Authorization: Bearer TOKEN` */
  CREDENTIAL_CLIENT,       /* client credentials grant: tokens are got in its name, as they end */
  CREDENTIAL_LOGIN         /* tokens that auth login got, renewed as they end */
};

struct credential {
  enum credential_kind kind;
  char *authorization; /* value of the Authorization field; NULL: there is none, or no token yet */
  char *replaced;      /* the value before that one: servers may still speak of it; or NULL */
  char *client_id;     /* of the last two kinds, as the next three */
  char *client_secret; /* NULL: a public client */
  char *customer_key;  /* the API key of whom a client credentials grant is for; or NULL */
  char *refresh_token; /* of the token in force, or NULL */
  char identity[33];   /* 32 hex digits that stay when a token is renewed; "" for no credential */
  char spelled_identity[33]; /* what it was to versions that took the base URL as it was written */
};

/* Makes the Authorization value from `raw` as a person pasted it: white space, control characters
   and invisible Unicode (U+0080..U+00A0, U+00AD, U+2000..U+200F, U+2028..U+202F, U+205F..U+206F,
   U+3000, U+FEFF) are dropped, as is a scheme word in front. False with code CREDENTIAL_INVALID
   (the message never holds any of it) when nothing is left or a character remains that no header
   may carry. `name` is where it came from, for the message. For the first two kinds. */
bool credential_set(struct credential *credential, enum credential_kind kind, const char *raw,
                    const char *name, struct failure *failure);

/* One setting of a client as a person pasted it, and where it came from. */
struct credential_part {
  const char *raw; /* or NULL */
  const char *name;
};

/* Makes the client of a grant: CREDENTIAL_CLIENT with a customer key, else CREDENTIAL_LOGIN. The
   parts are cleaned as above; id must be there. False with CREDENTIAL_INVALID. */
bool credential_set_client(struct credential *credential, struct credential_part id,
                           struct credential_part secret, struct credential_part customer_key,
                           struct failure *failure);

/* Puts a token of the grant in force, in the place of the one before. `refresh_token` may be NULL.
   False with CREDENTIAL_INVALID, or OUT_OF_MEMORY; then the one before stays. */
bool credential_use_token(struct credential *credential, const char *access_token,
                          const char *refresh_token, struct failure *failure);

/* Fills `identity`: the first 16 bytes of SHA-256 over the kind, the base URL and the secret that
   lasts; for a login over the client id and the profile's name. And `spelled_identity`, the same
   over the base URL as it was written, `spelled`. */
bool credential_identify(struct credential *credential, const char *base_url, const char *spelled,
                         const char *profile, struct failure *failure);

/* Writes "[secret]" over every secret of the credential in `text`, also as it stands in a form or
   URL, and returns the length that is left. Secrets shorter than 8 characters, such as a sandbox's,
   are words that occur by themselves. */
size_t credential_redact(const struct credential *credential, char *text, size_t length);

/* The same for a list of secrets, any of which may be NULL. */
size_t secrets_redact(const char *const *secrets, size_t count, char *text, size_t length);

/* "api_key", "access_token", "client_credentials", "login"; "none". */
const char *credential_kind_name(enum credential_kind kind);

/* Whether tokens are got and renewed in its name. */
bool credential_is_grant(const struct credential *credential);

/* Overwrites and frees it. Idempotent. */
void credential_clear(struct credential *credential);

#endif
