/* native.locks: locks among the processes of a machine (core/locks.h), for the library. */
#ifndef BIND_LOCKS_H
#define BIND_LOCKS_H

#include <lua.h>

int luaopen_native_locks(lua_State *L);

#endif
