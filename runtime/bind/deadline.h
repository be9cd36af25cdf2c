/* The deadlines that lofty.deadline sets. One belongs to the coroutine that set it: it holds for
   what runs in that coroutine and in those that it resumes, and no longer once the coroutine has
   yielded out of it. A task is born with the deadline of whoever started it. */
#ifndef BIND_DEADLINE_H
#define BIND_DEADLINE_H

#include <lua.h>
#include <stdint.h>

/* The earliest deadline that holds for `L`, the coroutine that runs, as loop_now() counts; 0: none.
   Needs 4 free slots. */
int64_t deadline_in_force(lua_State *L);

/* Lua: enter(milliseconds) -> token. From now on waits end no later than that, or than before. */
int deadline_enter(lua_State *L);

/* Lua: leave(token): things are as they were before the enter that returned the token. */
int deadline_leave(lua_State *L);

#endif
