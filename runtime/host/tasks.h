/* Who runs when: the tasks of a run, the script's own coroutine being the first of them.

   A task runs until it waits. Whoever's wait is over stands in a queue and goes on in its turn;
   between two rounds of the queue the loop looks at the world. Nothing is resumed from inside a
   callback, so tasks never stand on each other.

   Most waits yield. Where a task cannot (see bind/await.h) it keeps the C stack it is on and this
   scheduler moves to another one, on which it goes on exactly as before; it comes back to the first
   stack when that wait is over. So a task that is stopped in a comparator holds up nobody, not even
   those it waits for, and what it costs is one stack. With no such wait there is one stack. */
#ifndef HOST_TASKS_H
#define HOST_TASKS_H

#include <lua.h>
#include <stdbool.h>

#include "../bind/context.h"
#include "../bind/task.h"

struct tasks;

/* Takes the context's tasks over; NULL when memory ran out. `L` is the main thread. */
struct tasks *tasks_new(struct context *context, lua_State *L);

/* Call it after the state was closed. NULL is fine. */
void tasks_free(struct tasks *tasks);

/* Called, on any stack, when a coroutine has ended with an error, which is on top of `co`. What it
   does may wait: to the others it is as if the task had not ended. */
typedef void tasks_failure_fn(void *context, lua_State *co, int status);

/* Runs the script, `co` with function and arguments on its stack, and all that it starts, until all
   have ended. Returns the script's status, LUA_OK or an error's; or LUA_YIELD when something has
   not ended, because the run is to end or the loop failed. */
int tasks_run(struct tasks *tasks, lua_State *co, int arguments, tasks_failure_fn *on_failure,
              void *context);

/* Whether `co` is the script's own coroutine. */
bool tasks_is_script(const struct tasks *tasks, const lua_State *co);

/* Cancels all that the script has started. Writes that have left this machine are let end. */
void tasks_cancel(struct tasks *tasks);

/* Whether nothing goes on any more, because the run is to end or cannot go on. */
bool tasks_are_stopped(const struct tasks *tasks);

bool tasks_loop_failed(const struct tasks *tasks);

#endif
