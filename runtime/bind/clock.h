/* native.clock: the time of day, a clock that is never put, and waiting. */
#ifndef BIND_CLOCK_H
#define BIND_CLOCK_H

#include <lua.h>
#include <stdint.h>

/* Milliseconds on a clock that nobody puts, and that goes on while the machine sleeps, as Lofty's
   does. */
int64_t clock_unput(void);

/* Lua: now() -> milliseconds since 1970 (UTC); monotonic() -> clock_unput();
        sleep(milliseconds), during which the loop goes on. */
int luaopen_native_clock(lua_State *L);

#endif
