/* The token of a run: where it comes from, when it is renewed, and by whom.

   A token is taken from its file (host/tokens.h) while that one is good. Else one process gets a
   new one: under the file's lock, and after another look at the file, since the process that had
   the lock before has mostly done it. Within the process whoever needs a token meanwhile waits for
   the same request. It goes on when those who wait give up: its reply may bring the only refresh
   token that is still good. */
#ifndef HOST_CREDENTIAL_H
#define HOST_CREDENTIAL_H

#include "../bind/context.h"
#include "../bind/credential.h"
#include "../core/config.h"

struct credentials;

/* Gives the context its source of tokens. `config` is resolved, and its credential changes from now
   on. NULL when memory ran out. */
struct credentials *credentials_new(struct context *context, struct config *config);

/* Ends what is under way, after some seconds at most in which a request that has left may still get
   its reply. Call it after the state was closed, while loop and HTTP client are there. NULL is
   fine. */
void credentials_free(struct credentials *credentials);

#endif
