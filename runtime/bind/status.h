/* native.status: numbers about the store (core/status.h), for the status page. */
#ifndef BIND_STATUS_H
#define BIND_STATUS_H

#include <lua.h>

int luaopen_native_status(lua_State *L);

#endif
