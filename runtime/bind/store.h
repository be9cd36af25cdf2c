/* native.store: what outlives a run (core/store.h), for the library. */
#ifndef BIND_STORE_H
#define BIND_STORE_H

#include <lua.h>

int luaopen_native_store(lua_State *L);

#endif
