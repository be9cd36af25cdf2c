/* How the host calls a function of the standard library that answers true, or nil, a code and a
   message. */
#ifndef HOST_LIBRARY_H
#define HOST_LIBRARY_H

#include <lua.h>
#include <stdbool.h>

#include "../core/failure.h"

/* Calls `function` of `module` with `argument`, NULL being nil; protected, also where the script
   has left no memory. `L`, whose stack is emptied, runs nothing else. False with what it answered,
   or under `code` with what it raised. */
bool library_call(lua_State *L, const char *module, const char *function, const char *argument,
                  const char *code, struct failure *failure);

#endif
