#include "text.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/http.h"
#include "../core/text.h"

enum { ENCODED_MAXIMUM = 1024 * 1024, MOST_WORDS = 10000 };

static int nearest(lua_State *L) {
  const char *word = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 2);
  luaL_argcheck(L, count <= MOST_WORDS, 2, "too many words");
  if (count == 0) return 0;
  /* The array is a userdata, so that an error on the way leaves nothing behind. */
  const char **words = lua_newuserdatauv(L, (size_t)count * sizeof *words, 0);
  for (lua_Integer i = 0; i < count; i++) {
    if (lua_rawgeti(L, 2, i + 1) != LUA_TSTRING)
      return luaL_argerror(L, 2, "a list of strings expected");
    words[i] = lua_tostring(L, -1); /* kept alive by the list */
    lua_pop(L, 1);
  }
  int found = text_nearest(word, words, (size_t)count);
  if (found < 0) return 0;
  lua_pushstring(L, words[found]);
  return 1;
}

static int percent_encode(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length <= ENCODED_MAXIMUM / 3, 1, "string is too long for a URL");
  if (text_unreserved_length(bytes, length) == length) {
    lua_settop(L, 1);
    return 1;
  }
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, length * 3 + 1);
  struct buffer encoded;
  buffer_init(&encoded, length * 3);
  bool fine = text_percent_encode(&encoded, bytes, length);
  if (fine && encoded.length > 0) memcpy(room, encoded.data, encoded.length);
  size_t size = encoded.length;
  buffer_free(&encoded); /* nothing between its first use and here can jump */
  if (!fine) return luaL_error(L, "out of memory");
  luaL_pushresultsize(&out, size);
  return 1;
}

static int push_http_date(lua_State *L) {
  int64_t seconds = http_date(luaL_checkstring(L, 1));
  if (seconds < 0) return 0;
  lua_pushinteger(L, seconds);
  return 1;
}

static const luaL_Reg functions[] = {{"http_date", push_http_date},
                                     {"nearest", nearest},
                                     {"percent_encode", percent_encode},
                                     {NULL, NULL}};

int luaopen_native_text(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
