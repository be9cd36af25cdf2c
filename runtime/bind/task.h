/* native.task: tasks, for stdlib/lofty/task.lua and map.lua. When a task runs is the host's matter
   (host/tasks.c); what its function returns or raises is stdlib's. */
#ifndef BIND_TASK_H
#define BIND_TASK_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/loop.h"
#include "context.h"

struct await;
struct stack;

#define TASK_TYPE "native.task" /* of the userdata of a task */

/* A coroutine that the host resumes: the script itself, or one that start() made, which lives as a
   userdata and is kept by the registry until it has ended. */
struct task {
  lua_State *co;
  struct await *await; /* what it waits for, or NULL */
  int64_t due;         /* the deadline it was born with; 0: none */
  struct loop_timer deadline;
  bool cancelled; /* no wait of it succeeds any more */
  /* A function that catches every error would go on for ever: the 1,000th wait that is refused ends
     the task, for from then on nothing that the script has catches an error in it (host/catch.h).
   */
  unsigned refusals;
  bool ending;
  int64_t scope; /* what it was born to work for; 0: nothing */
  /* The host's. */
  bool ended, queued;
  struct stack *blocked; /* where it waits without having yielded */
  struct task *next_ready;
  struct task *previous, *next; /* all that have not ended */
};

/* Lua: start(fn) -> task, which runs fn() when its turn comes; fn must not raise.
        cancel(task [, firmly]): every wait of it, the one under way included, is cut short with
          CANCELLED; `firmly` false lets a write end that has left already.
        is_cancelled(task) -> boolean;  is_ending(task) -> boolean: it went on after it was
          cancelled, and its errors are not caught any more but by catch();  current() -> task, or
   nil in the script's own coroutine. catch(handler or nil, f, ...) -> as xpcall does, whatever
   becomes of the task. signal() -> signal;  fire(signal): ends the wait for it, or else the next
   one. wait(signal [, shielded]) -> true, or nil, code, message when it was cut short; a shielded
          one never is. One task at a time waits for a signal.
        scope() -> the number that says what the code at hand works for; 0: nothing.
        enter_scope(number) -> token;  leave_scope(token): from now on the coroutine that runs works
          for that, and so do those that it resumes and the tasks that it starts; no longer what
          goes on once it has yielded.
        enter(milliseconds) -> token;  leave(token): see deadline.h.
        unseen() -> the table of errors that nobody has seen: [n] = { error=, traceback= }. The host
          reports those that are left at the end of the run. */
int luaopen_native_task(lua_State *L);

/* Cancels as cancel(task, firmly) does. */
void task_cancel(struct context *context, struct task *task, bool firmly);

/* Whether the task that runs is being ended: no error in it may be caught any more. */
bool task_is_ending(lua_State *L);

/* Drops what keeps the userdata of a task that has ended. `L` is the main thread. */
void task_release(lua_State *L, struct task *task);

/* Whether `L` is the coroutine of a task that has not ended, which only the host may resume. */
bool task_is_coroutine(lua_State *L, lua_State *co);

/* Pushes the table of unseen(); false, and nothing pushed, where nobody asked for one. */
bool task_push_unseen(lua_State *L);

#endif
