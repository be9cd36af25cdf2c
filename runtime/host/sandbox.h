/* The pretend Lofty: the Lua of runtime/sandbox in a state of its own, behind a real server. */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include <stdbool.h>

#include "../bind/context.h"
#include "../core/failure.h"

struct sandbox;

/* Starts one on `context`'s loop at 127.0.0.1:`port` (0: any) with `seed` ("demo", "empty",
   "large:N"). NULL with LISTEN_FAILED or SEED_INVALID. */
struct sandbox *sandbox_start(struct context *context, const char *seed, unsigned port,
                              struct failure *failure);

unsigned sandbox_port(const struct sandbox *sandbox);

/* NULL is fine. */
void sandbox_stop(struct sandbox *sandbox);

#endif
