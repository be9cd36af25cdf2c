/* native.text: suggestions and percent-encoding (core/text.h), dates of header fields. */
#ifndef BIND_TEXT_H
#define BIND_TEXT_H

#include <lua.h>

/* Lua: nearest(word, words) -> the word of the list that was probably meant, or nothing;
        percent_encode(s) -> s with all but RFC 3986's unreserved characters encoded;
        http_date(s) -> seconds since 1970, or nothing where s is no date of RFC 9110. */
int luaopen_native_text(lua_State *L);

#endif
