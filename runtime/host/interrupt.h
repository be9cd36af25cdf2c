/* Ending a run from outside: SIGINT, SIGTERM, the deadline of --timeout, and --max-memory.

   The first of them sets a flag, wakes the loop and arms a hook on whichever coroutine is running,
   so that a busy loop ends at its next instruction; re-armed on every instruction, it cannot be
   swallowed by pcall. What no hook can end (a finaliser, a pathological string pattern) is ended
   by force a second later; after --max-memory, three. */
#ifndef HOST_INTERRUPT_H
#define HOST_INTERRUPT_H

#include <lua.h>
#include <stdbool.h>

#include "../core/failure.h"
#include "../core/loop.h"

enum interrupt_reason {
  INTERRUPT_NONE,
  INTERRUPT_SIGINT,
  INTERRUPT_SIGTERM,
  INTERRUPT_DEADLINE,
  INTERRUPT_MEMORY,
  INTERRUPT_EXIT /* the script called os.exit */
};

/* Takes over SIGINT, SIGTERM and SIGALRM and wakes `loop` when one comes. `deadline` is in seconds
   from now; 0 is none. */
bool interrupt_install(struct loop *loop, double deadline, struct failure *failure);

/* Gives the signals back to their defaults. Idempotent. */
void interrupt_remove(struct loop *loop);

/* From now on SIGINT does not end the run. It raises in the Lua that runs, unless that is our own,
   until that gives its turn away, and in the next step of the loop calls `on_break`; `ran` says
   whether any Lua ran. Whoever presses Ctrl-C again and again while the loop never comes to its
   turn ends the process by force. NULL: SIGINT ends the run again. */
typedef void interrupt_break_fn(void *context, bool ran);
void interrupt_soften(interrupt_break_fn *on_break, void *context);

/* Why the run is to end, or INTERRUPT_NONE. */
enum interrupt_reason interrupt_pending(void);

/* Ends the run from inside, as os.exit does: no pcall catches it, and of the script only finalisers
   run any more. `L` is the coroutine that asks. Raises. */
int interrupt_exit(lua_State *L);

/* The run has come to its limit of memory. To be called from an allocator. */
void interrupt_memory(void);

/* Calls the last resort off: everything has ended by itself. */
void interrupt_settle(void);

/* The exit code and name of a reason. */
int interrupt_exit_code(enum interrupt_reason reason);
const char *interrupt_name(enum interrupt_reason reason);

/* Tells that `L` runs Lua from now on, or with NULL that none does; returns the one that ran
   before, to be handed to interrupt_leave when it is done. */
lua_State *interrupt_enter(lua_State *L);
void interrupt_leave(lua_State *previous);

/* Replaces coroutine.resume, wrap and close by ones that call interrupt_enter, so that the hook
   finds the script's own coroutines too, as deadlines do. They leave tasks to the host. Call it
   protected. */
void interrupt_track_coroutines(lua_State *L);

#endif
