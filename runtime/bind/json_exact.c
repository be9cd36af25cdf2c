#include "json_exact.h"

#include <lauxlib.h>

#include "../core/json_scan.h"

struct exact {
  lua_State *L;
  int array_mt;
  bool keep_null;
};

static bool exact_table(struct exact *exact, int table);

/* Whether the number on top of the stack is a whole one, and then an integer: json_scan has set
   apart whole floats, and all that lies beyond 2^53. */
static inline bool is_whole(lua_State *L, lua_Integer *integer) {
  lua_Number number = lua_tonumber(L, -1);
  if (!(number >= (lua_Number)-JSON_EXACT_DOUBLE && number <= (lua_Number)JSON_EXACT_DOUBLE))
    return false;
  *integer = (lua_Integer)number;
  return (lua_Number)*integer == number;
}

/* The table on top of the stack is json_scan's: [NaN], [NaN,float] or [NaN,"integer"]. */
static bool resolve_rewritten(struct exact *exact) {
  lua_State *L = exact->L;          /* ..., table */
  int type = lua_rawgeti(L, -1, 2); /* ..., table, content */
  if (type == LUA_TNUMBER) {
    lua_pushnumber(L, lua_tonumber(L, -1));
  } else if (type == LUA_TSTRING) {
    size_t length;
    const char *digits = lua_tolstring(L, -1, &length);
    int64_t integer = 0;
    json_read_integer(digits, length, &integer); /* json_scan has seen that it fits */
    lua_pushinteger(L, integer);
  } else {
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, exact->array_mt);
    lua_setmetatable(L, -2);
    return false;
  }
  lua_replace(L, -3); /* ..., value, content */
  lua_pop(L, 1);
  return true;
}

static void exact_array(struct exact *exact, int table) {
  lua_State *L = exact->L;
  lua_Integer count = (lua_Integer)lua_rawlen(L, table), integer;
  for (lua_Integer i = 1; i <= count; i++) {
    int type = lua_rawgeti(L, table, i); /* ..., value */
    if (type == LUA_TNUMBER && is_whole(L, &integer)) {
      lua_pushinteger(L, integer);
      lua_rawseti(L, table, i);
    } else if (type == LUA_TTABLE && exact_table(exact, table + 1)) {
      lua_rawseti(L, table, i);
      continue;
    }
    lua_pop(L, 1);
  }
  lua_pushvalue(L, exact->array_mt);
  lua_setmetatable(L, table);
}

static void exact_object(struct exact *exact, int table) {
  lua_State *L = exact->L;
  lua_Integer integer;
  lua_pushnil(L);
  while (lua_next(L, table)) { /* ..., key, value */
    int type = lua_type(L, -1);
    if (type == LUA_TTABLE && exact_table(exact, table + 2)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, table);
    }
    bool whole = type == LUA_TNUMBER && is_whole(L, &integer);
    lua_pop(L, 1); /* ..., key */
    if (whole) {
      lua_pushvalue(L, -1);
      lua_pushinteger(L, integer);
      lua_rawset(L, table);
    } else if (type == LUA_TLIGHTUSERDATA && !exact->keep_null) {
      lua_pushvalue(L, -1);
      lua_pushnil(L);
      lua_rawset(L, table);
    }
  }
}

/* Makes the table at that index, the top of the stack, exact; true when another value is there now.
 */
static bool exact_table(struct exact *exact, int table) {
  lua_State *L = exact->L;
  luaL_checkstack(L, 6, "nested too deep");
  int type = lua_rawgeti(L, table, 1);
  lua_Number first = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  lua_pop(L, 1);
  if (type == LUA_TNIL)
    exact_object(exact, table);
  else if (first != first)
    return resolve_rewritten(exact);
  else
    exact_array(exact, table);
  return false;
}

void json_make_exact(lua_State *L, int array_mt, bool keep_null) {
  struct exact exact = {.L = L, .array_mt = lua_absindex(L, array_mt), .keep_null = keep_null};
  lua_Integer integer;
  int type = lua_type(L, -1);
  if (type == LUA_TTABLE) {
    exact_table(&exact, lua_gettop(L));
  } else if (type == LUA_TNUMBER && is_whole(L, &integer)) {
    lua_pushinteger(L, integer);
    lua_replace(L, -2);
  }
}
