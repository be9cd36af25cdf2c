/* The walk over what lua-cjson has decoded. */
#ifndef BIND_JSON_EXACT_H
#define BIND_JSON_EXACT_H

#include <lua.h>
#include <stdbool.h>

/* Replaces the value on top of the stack, decoded from a text that json_scan passed, by the exact
   one: whole numbers become integers, what json_scan has rewritten becomes what was meant, arrays
   get the metatable at index `array_mt`, null members leave their objects unless `keep_null`.
   May raise (out of memory). */
void json_make_exact(lua_State *L, int array_mt, bool keep_null);

#endif
