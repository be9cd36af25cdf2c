/* The registrar of the native modules. */
#ifndef BIND_BIND_H
#define BIND_BIND_H

#include <lua.h>

/* Makes every native module known to `require`. May raise (out of memory): call it protected. */
void bind_preload(lua_State *L);

#endif
