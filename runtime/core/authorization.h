/* Asking a person's leave in a browser: the authorization code grant (RFC 6749, 4.1) with PKCE
   (RFC 7636) and a redirect to this machine (RFC 8252), as far as it needs no network.

   Lofty's page is its own: it wants the client id as `clientId` and a redirect address that is
   registered for the application, and nobody says whether it gives `state` back. */
#ifndef CORE_AUTHORIZATION_H
#define CORE_AUTHORIZATION_H

#include <stdbool.h>

#include "buffer.h"
#include "failure.h"

enum { AUTHORIZATION_TEXT = 44, AUTHORIZATION_URI = 512 };

/* What one login is recognised by: 32 bytes in base64url each, with the NUL. */
struct authorization {
  char verifier[AUTHORIZATION_TEXT];  /* nobody else's until the code is exchanged */
  char challenge[AUTHORIZATION_TEXT]; /* its digest, told in the address */
  char state[AUTHORIZATION_TEXT];     /* comes back with the answer */
};

/* Makes the three up. False with RANDOM_FAILED. */
bool authorization_begin(struct authorization *authorization, struct failure *failure);

/* Overwrites them. Idempotent. */
void authorization_forget(struct authorization *authorization);

/* The challenge of a verifier by S256. */
bool authorization_challenge(const char *verifier, char challenge[AUTHORIZATION_TEXT]);

/* Where the browser is sent in the end. */
struct authorization_redirect {
  char uri[AUTHORIZATION_URI]; /* as it is registered */
  char path[AUTHORIZATION_URI];
  unsigned port;
  bool ours; /* http to 127.0.0.1 or localhost: this machine can receive it */
};

/* Takes a redirect address: https, or http to 127.0.0.1 or localhost, without user and fragment;
   an empty one or NULL is http://127.0.0.1:8976/callback. False with CONFIG_INVALID. */
bool authorization_redirect_set(struct authorization_redirect *redirect, const char *uri,
                                struct failure *failure);

/* Puts another port into the address of one that is ours. False with CONFIG_INVALID. */
bool authorization_redirect_move(struct authorization_redirect *redirect, unsigned port,
                                 struct failure *failure);

/* Writes the authorization page for `base_url` to `url`: Lofty's, or that of a sandbox for a base
   URL on loopback. False where it does not fit. */
bool authorization_page(const char *base_url, char *url, size_t size);

/* Appends the address to open: the page `page` (https, or http to loopback; it may have a query)
   with the client and what `authorization` tells. It holds no secret. False with CONFIG_INVALID or
   OUT_OF_MEMORY. */
bool authorization_url(const struct authorization *authorization, const char *page,
                       const char *client_id, const char *redirect_uri, struct buffer *out,
                       struct failure *failure);

/* What the browser came back with. NULL: that is not there, or empty. */
struct authorization_answer {
  const char *code;
  const char *state;
  const char *error;
  bool repeated; /* one of them is there twice, which none may be */
};

/* Notes a parameter of the query if it is one of these. */
void authorization_take(struct authorization_answer *answer, const char *name, const char *value);

/* Reads the answer from an address as a person pastes it, or from its query alone. Changes `text`,
   into which the answer points. */
void authorization_read(char *text, struct authorization_answer *answer);

enum authorization_verdict {
  AUTHORIZATION_NOTHING, /* no answer, or one that contradicts itself */
  AUTHORIZATION_FOREIGN, /* of another login, by its state; to be left alone */
  AUTHORIZATION_DENIED,  /* the person said no */
  AUTHORIZATION_ERROR,   /* Lofty refused: answer->error says why */
  AUTHORIZATION_UNKNOWN, /* a code without a state: nobody can tell whose */
  AUTHORIZATION_GRANTED  /* a code of this login */
};

/* Judges an answer; states are compared in constant time. */
enum authorization_verdict authorization_judge(const struct authorization *authorization,
                                               const struct authorization_answer *answer);

#endif
