/* A Lua state as scripts find it: standard library, embedded modules, strict globals. */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <lua.h>
#include <stdbool.h>

#include "../bind/context.h"

/* A new state that belongs to `context`. NULL when memory ran out. */
lua_State *state_new(struct context *context);

/* Calls function(argument), the argument as light userdata, in a state of its own that makes no
   calls: what help says, say. It returns an exit code; what it raises is said. Returns the code. */
int state_call(lua_CFunction function, void *argument);

/* Lets it hold so many bytes, those that it has now included; 0: any number. What goes beyond is no
   error that a script could catch but ends the run (interrupt.h); a little is left for that end. */
void state_limit_memory(lua_State *L, size_t bytes);

/* From now on what goes beyond the limit is an error that can be caught, "not enough memory". */
void state_memory_raises(lua_State *L);

/* Whether the last block that it asked for was refused and is not asked for any more: then the run
   is over. */
bool state_was_refused(lua_State *L);

/* Closes it, before the context's loop and client go, and frees its memory. NULL is fine. */
void state_close(lua_State *L);

/* Lets `require` find what is compiled in; done already in a state of state_new. Call it protected.
 */
void state_search_embedded(lua_State *L);

/* Makes globals strict: reading an undefined one raises with a suggestion, and so does assigning a
   new one inside a function. Call it protected. */
void state_strict_globals(lua_State *L);

/* Lets `require` find modules beside the script. Call it protected. */
void state_add_module_folder(lua_State *L, const char *folder);

#endif
