/* native.clock: the time of day, a clock that is never put, and waiting. */
#ifndef BIND_CLOCK_H
#define BIND_CLOCK_H

#include <lua.h>
#include <stdint.h>

#include "context.h"

/* Milliseconds on a clock that nobody puts, and that goes on while the machine sleeps, as Lofty's
   does. */
int64_t clock_unput(void);

/* Takes note of a reply's Date, of a reply that took so many milliseconds. */
void clock_hear(struct context *context, const char *date, int64_t elapsed);

/* The time of day by Lofty's clock, up to seven seconds too early and never too late, in
   milliseconds since 1970, as the latest replies tell it; 0: they do not. However this machine's
   clock is put, that does not change. */
int64_t clock_there(const struct context *context);

/* Lua: now() -> milliseconds since 1970 (UTC); monotonic() -> clock_unput();
        sleep(milliseconds), during which the loop goes on. */
int luaopen_native_clock(lua_State *L);

#endif
