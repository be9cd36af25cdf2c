/* The worker of a file's handlers (lofty.on.webhook): a run that lasts as long as the daemon wants
   it. Which event is whose turn is in core/inbox_work.h, what it does in
   stdlib/lofty/inbox/work.lua. */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

#include <lua.h>

#include "run.h"

struct worker_run;

/* Runs the worker for the handlers that the daemon `server` has registered of `file` in that
   generation, by the text that was validated. Returns the exit code of the run, EXIT_DONE where the
   daemon does not want it any more; all has been said. */
int worker_run(const struct run_options *options, int64_t server, int64_t generation,
               const char *file);

/* Has the script's coroutine, on which its code is, do that; does nothing for other runs. Runs
   protected. */
void worker_give_body(lua_State *L, lua_State *co, const struct run_options *options);

#endif
