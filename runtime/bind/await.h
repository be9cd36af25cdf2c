/* Waiting for something that the event loop will report, from inside a C function.

   A task's coroutine yields for it to the host, which resumes it. Where a yield would fail or reach
   the wrong resume - in a comparator of table.sort, in the body of a required module, inside a
   coroutine of the script's own - the task keeps its C stack and the host goes on on another. */
#ifndef BIND_AWAIT_H
#define BIND_AWAIT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "context.h"

struct await {
  struct task *task; /* the one that waits */
  const char *cut;   /* CANCELLED or DEADLINE_EXCEEDED: it was given up before it came */
  bool done;
  bool shielded; /* set it first: neither cancelling nor a deadline gives it up */
  /* Whether giving it up would leave something in doubt, a write that has left; NULL: it never does
   */
  bool (*is_firm)(const struct await *await);
};

/* Why no wait may begin now (the task was cancelled, its deadline is over) or NULL. */
const char *await_refusal(lua_State *L);

/* The sentence for a code that cuts waits short. */
const char *await_reason(const char *code);

/* Pushes nil, the code and its sentence. Returns 3. */
int await_push_cut(lua_State *L, const char *code);

/* Ends a C function whose wait is refused: the others get their turn first, so that a task which
   goes on all the same does not keep them from theirs, and then `finish` runs with the same stack
   and with `code`, as a lua_KContext. The task's refusals are counted, see struct task. May jump.
 */
int await_refuse(lua_State *L, const char *code, lua_KFunction finish);

/* A `finish` for it that returns what await_push_cut does. */
int await_finish_refused(lua_State *L, int status, lua_KContext code);

/* Ends a C function with `return await(L, ...)`: once `await->done` is set, `finish` runs with the
   same stack and its results are the C function's. May jump (yield or error): hold nothing but what
   the Lua stack owns. Raises when the run is to end. */
int await(lua_State *L, struct await *await, lua_KContext context, lua_KFunction finish);

/* Reports that what was awaited has come; the task goes on when the host comes to it. */
void await_done(struct context *context, struct await *await);

/* Gives it up; `code` is static. */
void await_cut(struct context *context, struct await *await, const char *code);

#endif
