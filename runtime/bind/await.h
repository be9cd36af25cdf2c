/* Waiting for something that the event loop will report, from inside a C function.

   A coroutine that the host resumes itself yields to it. Anywhere else - in a comparator of
   table.sort, in the body of a required module, inside a coroutine of the script's own - a yield
   would fail or reach the wrong resume, so there the loop runs in place until the answer is in. */
#ifndef BIND_AWAIT_H
#define BIND_AWAIT_H

#include <lua.h>
#include <stdbool.h>

#include "context.h"

struct await {
  lua_State *waiter; /* the coroutine that yielded for it */
  bool done;
};

/* Ends a C function with `return await(L, ...)`: once `await->done` is set, `finish` runs with the
   same stack and its results are the C function's. May jump (yield or error): hold nothing but what
   the Lua stack owns. Raises when the run is to end. */
int await(lua_State *L, struct await *await, lua_KContext context, lua_KFunction finish);

/* Reports that what was awaited has come. Call it last: the coroutine runs on inside. */
void await_done(struct context *context, struct await *await);

#endif
