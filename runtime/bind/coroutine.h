/* Integers that belong to a coroutine: what was set while it ran holds for it and for those that it
   resumes, and no longer once it has yielded out of that. */
#ifndef BIND_COROUTINE_H
#define BIND_COROUTINE_H

#include <lua.h>
#include <stdint.h>

/* What `co` itself has set under `key`, an address; 0: nothing. Needs 3 free slots of `L`. */
int64_t coroutine_integer(lua_State *L, lua_State *co, const void *key);

/* Sets it for `L`, the coroutine that runs; 0 removes it. Raises where there is no memory. */
void coroutine_set_integer(lua_State *L, const void *key, int64_t value);

#endif
