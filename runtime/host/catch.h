/* How a task is ended that catches every error and goes on after it was cancelled: from its last
   refused wait on (bind/await.c) the errors of the script pass through pcall, xpcall, load and
   coroutine.resume, so that they leave the task and close its variables on the way, as errors do.
   A loop that does not wait is not ended: Lua that runs keeps its turn. */
#ifndef HOST_CATCH_H
#define HOST_CATCH_H

#include <lua.h>

/* Replaces pcall, xpcall and load by ones that let such errors pass. Call it protected, before
   anything keeps the library's own. */
void catch_replace(lua_State *L);

/* For those that return what is false and an error: raises it where it has to pass. `results` lie
   on top of the stack. Returns their number otherwise. */
int catch_pass(lua_State *L, int results);

#endif
