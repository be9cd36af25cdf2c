/* native.progress: the line on a terminal that says how far a run is (core/progress.h). */
#ifndef BIND_PROGRESS_H
#define BIND_PROGRESS_H

#include <lua.h>

int luaopen_native_progress(lua_State *L);

#endif
