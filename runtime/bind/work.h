/* native.work: what the worker of a file's handlers asks of the store (core/inbox_work.h), for
   stdlib/lofty/inbox/work.lua. */
#ifndef BIND_WORK_H
#define BIND_WORK_H

#include <lua.h>

/* Lua, where each may return nil, code, message:
     handlers(server, generation, file) -> those of the file, of that generation
     turn(server, settled, wanted, looks_for_dead, chance) -> { served=, more=, next=, rows= };
       settled: { event=, handler=, problem= }, wanted: { handler=, generation=, most= }; the rows
       are events, with handler, attempt, coalesced and duplicates
     changed(server) -> whether another process has changed something since it was last asked, or
       the daemon lives no more */
int luaopen_native_work(lua_State *L);

#endif
