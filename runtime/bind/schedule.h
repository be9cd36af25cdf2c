/* native.schedule: cron expressions, what a file registers, and the jobs that are known. */
#ifndef BIND_SCHEDULE_H
#define BIND_SCHEDULE_H

#include <lua.h>

int luaopen_native_schedule(lua_State *L);

#endif
