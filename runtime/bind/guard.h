/* native.guard: what a run may send and delete (core/grants.h), and how often that was done today
   (core/counts.h). */
#ifndef BIND_GUARD_H
#define BIND_GUARD_H

#include <lua.h>

/* The registry field in which the host leaves what holds for the run. */
#define RUN_GRANTS "loftyrun.grants"

/* Lua: grants() -> { NAME = { held=, denied=, run=, day=, quiet={ { from=, to= }, ... },
                      said={ run=, day=, quiet= } }, ..., zone=, script= }, nil where there is no
                      run: caps, minutes of the day, what of it somebody has said, the profile's
                      time zone, the path of the script if it has one;
        kinds() -> { { name=, allows=, run=, day=, quiet= }, ... }, what there is, with the caps
   that hold where nobody says any; reaches_leads() -> whether any grant that is held is for
   messages to leads; claim(account, name, day, uses, most, oldest) -> whether there were not more
   than `most` with them, and if so they are on the disk; give_back(account, name, day, uses) ->
   true; used(account, name, day) -> how many. The last three fail with nil, code and message. */
int luaopen_native_guard(lua_State *L);

#endif
