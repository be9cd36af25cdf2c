/* native.files: what folders hold and when files were changed, for loftyrun test. */
#ifndef BIND_FILES_H
#define BIND_FILES_H

#include <lua.h>

/* Lua: list(folder) -> names, in order, without those that begin with a dot; or nil, message.
        kind(path) -> "file", "folder", "other", and whether a link leads there; or nil, message
        where there is nothing.
        stamp(path) -> a text that differs once the file has changed; nil where there is none. */
int luaopen_native_files(lua_State *L);

#endif
