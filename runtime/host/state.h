/* A Lua state as scripts find it: standard library, embedded modules, strict globals. */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <lua.h>

#include "../bind/context.h"

/* A new state that belongs to `context`. NULL when memory ran out. Close it with lua_close, before
   the context's loop and client go. */
lua_State *state_new(struct context *context);

/* Makes globals strict: reading an undefined one raises with a suggestion, and so does assigning a
   new one inside a function. Call it protected. */
void state_strict_globals(lua_State *L);

/* Lets `require` find modules beside the script. Call it protected. */
void state_add_module_folder(lua_State *L, const char *folder);

#endif
