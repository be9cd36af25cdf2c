/* Making exact what lua-cjson has decoded. */
#ifndef BIND_JSON_EXACT_H
#define BIND_JSON_EXACT_H

#include <lua.h>

#include "../core/json_scan.h"

/* Makes the repairs that json_scan has found in `text` to the value on top of the stack, decoded
   from what it has made of the text. At index `array_mt` is the metatable of arrays, at `decode`
   lua-cjson's function. May raise (out of memory). */
void json_make_exact(lua_State *L, const char *text, const struct json_scanned *scanned,
                     int array_mt, int decode);

#endif
