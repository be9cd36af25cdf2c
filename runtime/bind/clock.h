/* native.clock: the time of day, a clock that never steps, and waiting. */
#ifndef BIND_CLOCK_H
#define BIND_CLOCK_H

#include <lua.h>

/* Lua: now() -> milliseconds since 1970 (UTC); monotonic() -> milliseconds;
        sleep(milliseconds), during which the loop goes on. */
int luaopen_native_clock(lua_State *L);

#endif
