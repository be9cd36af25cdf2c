/* The pretend Lofty of a daemon: `loftyrun serve --sandbox`. There is one for the daemon and for
   all that it starts, as there is one account; it answers on the daemon's own loop, posts what
   changes in it to the daemon's receiver, and ends with it.

   What the daemon starts has --sandbox too, and finds it by LOFTYRUN_SANDBOX_URL. Where --state
   names no folder, what is kept is as short-lived: in a folder that is removed at the end. Where
   webhooks are taken and no secret is set, one is made up. */
#ifndef HOST_SERVE_SANDBOX_H
#define HOST_SERVE_SANDBOX_H

#include <stdbool.h>

#include "../core/failure.h"
#include "../core/loop.h"
#include "serve.h"

struct serve_sandbox;

/* `serve` with a sandbox. Returns its exit code. */
int serve_in_sandbox(const struct serve_options *options);

/* For the daemon, which has the loop. Starts it. False with LISTEN_FAILED,
   USAGE or OUT_OF_MEMORY; true for NULL. */
bool serve_sandbox_start(struct serve_sandbox *sandbox, struct loop *loop, struct failure *failure);

/* Says where it is. */
void serve_sandbox_tell(const struct serve_sandbox *sandbox);

/* Before the loop goes. Idempotent; NULL is fine. */
void serve_sandbox_stop(struct serve_sandbox *sandbox);

/* The base URL of the daemon's sandbox, for a run that it has started; NULL for every other. */
const char *serve_sandbox_url(void);

/* Where the sandbox can deliver to a receiver at that place, "127.0.0.1:8443", as an https URL that
   it takes for loopback; false where it cannot. */
bool serve_sandbox_target(const char *place, char *url, size_t size);

#endif
