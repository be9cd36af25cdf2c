/* native.process: this program as a child, for loftyrun test. */
#ifndef BIND_PROCESS_H
#define BIND_PROCESS_H

#include <lua.h>

/* Lua: run(arguments, seconds) -> { exit_code=, late=, output=, report=, cut= } once the child has
        ended; `late`: it was ended, because it reported nothing for so long; `cut`: it printed or
        reported more than is kept. Or nil, code, message. No variable LOFTY... reaches it, and a
        loftyrun that it starts in turn finds no account. */
int luaopen_native_process(lua_State *L);

#endif
