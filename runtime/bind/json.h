/* native.json: lua-cjson made exact. Parsing and printing are lua-cjson's; core/json_scan.h looks
   at the text before it is parsed, core/json_patch.h after it was printed; what they cannot see is
   put right in what was parsed, and noted in what is to be printed, so that integers, floats, empty
   arrays and nulls stay what they are. */
#ifndef BIND_JSON_H
#define BIND_JSON_H

#include <lua.h>

/* Lua: decode(text [, options]) -> value | nil, code, message
        encode(value [, options]) -> text | nil, code, message
        null (stands for null), array([t]) -> t marked as an array, is_array(v) -> boolean
        array_mt (the mark: a metatable), depth_max (the most that max_depth may be)
   options: max_depth (128), max_size in bytes (64 MiB), keep_null (decode: objects keep their null
   members as json.null instead of dropping them).
   Codes: INVALID_JSON INVALID_UTF8 JSON_TOO_DEEP JSON_TOO_LARGE INTEGER_RANGE FLOAT_RANGE
   NOT_ENCODABLE. Raises on arguments of a wrong type and when memory runs out. */
int luaopen_native_json(lua_State *L);

/* lua-cjson itself. Only some distributions have a header that says so. */
int luaopen_cjson(lua_State *L);

#endif
