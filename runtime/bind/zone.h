/* native.zone: time zones by their IANA names (core/zone.h). */
#ifndef BIND_ZONE_H
#define BIND_ZONE_H

#include <lua.h>

/* Lua: offset(name, seconds) -> seconds east of UTC, or nil, code, message;
        instants(name, wall) -> how many there are (0, 1, 2), the first and the last, or nil, code,
        message; with 0 the first is the instant as much later as the clocks skipped;
        exists(name) -> boolean; title(name) -> what a person is told of it; has_database() ->
   boolean; names() -> text, a name a line. Seconds are integers since 1970; the name "local" is
   this machine's zone. */
int luaopen_native_zone(lua_State *L);

#endif
