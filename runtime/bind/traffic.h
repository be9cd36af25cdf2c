/* native.traffic: what --trace, --record and --replay need of the program. */
#ifndef BIND_TRAFFIC_H
#define BIND_TRAFFIC_H

#include <lua.h>

/* Lua:
     settings() -> { trace, record, replay, base_url, scheme, variable }: what was asked for, where
       calls go, the scheme word of the credential and the variable that such a one is kept in
     print(text): writes it to standard error, whatever the level of the log
     write(text) -> true, or nil, code, message: appends to the cassette that is recorded
     recorded() -> the text of the cassette that is replayed
     stop(kind, message): ends the run, whatever the script catches; kind is "script" or
   "temporary", for the exit code */
int luaopen_native_traffic(lua_State *L);

#endif
