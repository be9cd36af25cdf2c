/* OAuth 2.0 (RFC 6749, RFC 7636) as Lofty documents it, which is twice:

     https://api.lofty.com/oauth/token                client id and secret in the body
     https://crm.lofty.com/api/user-web/oauth/token   client id and secret as Basic authentication

   Here requests are written and replies judged; host/grant.h sends them. No JSON in here. */
#ifndef CORE_OAUTH_H
#define CORE_OAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"

enum {
  OAUTH_ENDPOINTS = 2,     /* the most there are to try */
  OAUTH_URL_LENGTH = 600,  /* bytes with the NUL */
  OAUTH_LIFETIME_S = 3600, /* of a token whose reply does not say */
  OAUTH_TOKEN_MAXIMUM = 16 * 1024
};

/* What a grant gave. All zero: nothing. */
struct oauth_tokens {
  char *access_token;
  char *refresh_token;             /* or NULL */
  int64_t obtained_at;             /* epoch milliseconds, when it was asked for */
  int64_t expires_at;              /* epoch milliseconds */
  char endpoint[OAUTH_URL_LENGTH]; /* that gave it */
};

/* Overwrites and frees what it holds; all zero afterwards. Idempotent. */
void oauth_tokens_clear(struct oauth_tokens *tokens);

/* Overwrites and frees the refresh token. */
void oauth_tokens_drop_refresh(struct oauth_tokens *tokens);

enum oauth_grant { OAUTH_AUTHORIZATION_CODE, OAUTH_CLIENT_CREDENTIALS, OAUTH_REFRESH_TOKEN };

/* What is asked for; the strings stay the caller's. */
struct oauth_request {
  enum oauth_grant grant;
  const char *client_id;
  const char *client_secret; /* NULL: a public client */
  const char *customer_key;  /* client credentials: the user's API key */
  const char *code;          /* authorization code */
  const char *redirect_uri;  /* authorization code; or NULL */
  const char *code_verifier; /* authorization code with PKCE; or NULL */
  const char *refresh_token; /* refresh */
};

struct oauth_endpoint {
  char url[OAUTH_URL_LENGTH];
  bool basic; /* the client goes into the Authorization field */
};

/* Writes the endpoints to try, in order, and returns how many: `token_url` alone where it is given;
   Lofty's two for Lofty's own hosts; both paths on the host of any other base URL. The one that
   worked before (`worked`, or NULL) comes first. The second is for where the first is unknown. */
size_t oauth_endpoints(const char *base_url, const char *token_url, const char *worked,
                       struct oauth_endpoint endpoints[OAUTH_ENDPOINTS]);

/* Appends the form body to `body` and, where it has one, the Authorization field's value to
   `authorization`. False with OUT_OF_MEMORY. */
bool oauth_write(const struct oauth_request *request, const struct oauth_endpoint *endpoint,
                 struct buffer *body, struct buffer *authorization, struct failure *failure);

/* What a reply's body says; the strings are its owner's. */
struct oauth_reply {
  bool is_object;           /* it is a JSON object */
  const char *access_token; /* or NULL, as all of these */
  const char *refresh_token;
  const char *error;       /* RFC 6749, 5.2: "invalid_grant" */
  const char *description; /* error_description, or Lofty's message */
  int64_t expires_in;      /* seconds; below 0: it does not say */
  int64_t code;            /* Lofty's, 0: none */
};

enum oauth_answer {
  OAUTH_GRANTED,
  OAUTH_REFUSED,   /* TOKEN_REFUSED: it would be refused again */
  OAUTH_UNKNOWN,   /* NO_TOKEN_ENDPOINT, INVALID_RESPONSE: nobody there knows of tokens */
  OAUTH_TEMPORARY, /* SERVER_ERROR: later it may work */
  OAUTH_LIMITED    /* TOO_MANY_REQUESTS */
};

/* Judges the reply with this status. Fills `failure` unless it is OAUTH_GRANTED. The message names
   the endpoint; what the server said is in it, so secrets have to be taken out (core/auth.h). */
enum oauth_answer oauth_judge(int status, const struct oauth_reply *reply,
                              const struct oauth_endpoint *endpoint, struct failure *failure);

/* Takes what a reply granted: a refresh token that it does not have stays `earlier`, or NULL.
   `asked_at` in epoch milliseconds. False with INVALID_RESPONSE or OUT_OF_MEMORY. */
bool oauth_take(struct oauth_tokens *tokens, const struct oauth_reply *reply,
                const struct oauth_endpoint *endpoint, const char *earlier, int64_t asked_at,
                struct failure *failure);

/* How many milliseconds of a token's life are not used any more: it would end on the way. A minute,
   or half of a life shorter than two. */
int64_t oauth_margin(int64_t obtained_at, int64_t expires_at);

#endif
