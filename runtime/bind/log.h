/* native.log: log lines (core/log.h). */
#ifndef BIND_LOG_H
#define BIND_LOG_H

#include <lua.h>

/* Lua: write(level, message [, fields]); `fields` is a table with string keys, written in the order
   of their names, each value as tostring gives it. */
int luaopen_native_log(lua_State *L);

#endif
