/* native.run: what the run is and how it goes. */
#ifndef BIND_RUN_H
#define BIND_RUN_H

#include <lua.h>

/* The registry field in which the host leaves the profile's map of numbers to code names. */
#define RUN_CODES "loftyrun.codes"

/* Lua: settings() -> { base_url=, profile=, sandbox= };
        codes() -> the names that the profile gives to numbers nobody has documented, or nil;
        redact(text) -> text without the run's secrets;
        item_failed(): counts one failed item, which makes the run end with exit code 8;
        requests() -> requests made so far, how many --max-requests allows or nil. */
int luaopen_native_run(lua_State *L);

#endif
