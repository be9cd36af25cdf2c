/* native.coverage: which lines of a script's files have run, for loftyrun test. */
#ifndef BIND_COVERAGE_H
#define BIND_COVERAGE_H

#include <lua.h>

/* Lua: start() counts from now on, in the coroutine that calls, and in those that it makes.
        take() -> { [path] = { [line] = count } } of all that was loaded from files; the library is
          not counted. */
int luaopen_native_coverage(lua_State *L);

#endif
