#include "json_exact.h"

#include <lauxlib.h>
#include <math.h>

#include "../core/json_scan.h"

struct exact {
  lua_State *L;
  int array_mt;
  bool keep_null;
};

static bool exact_table(struct exact *exact, int table);

/* Whether the number stands for another value: a whole one for an integer, for json_scan has set
   apart whole floats and all that lies beyond 2^53; infinity for an empty array. */
static inline bool is_another(lua_Number number) {
  if (number >= (lua_Number)-JSON_EXACT_DOUBLE && number <= (lua_Number)JSON_EXACT_DOUBLE)
    return (lua_Number)(lua_Integer)number == number;
  return number == (lua_Number)INFINITY;
}

/* Pushes what such a number stands for. */
static void push_other(const struct exact *exact, lua_Number number) {
  lua_State *L = exact->L;
  if (number != (lua_Number)INFINITY) {
    lua_pushinteger(L, (lua_Integer)number);
    return;
  }
  lua_createtable(L, 0, 0);
  lua_pushvalue(L, exact->array_mt);
  lua_setmetatable(L, -2);
}

/* The table on top of the stack is json_scan's: [NaN,float] or [NaN,"integer"]. */
static void resolve_rewritten(lua_State *L) { /* ..., table */
  if (lua_rawgeti(L, -1, 2) == LUA_TNUMBER) { /* ..., table, content */
    lua_pushnumber(L, lua_tonumber(L, -1));
  } else {
    size_t length;
    const char *digits = lua_tolstring(L, -1, &length);
    int64_t integer = 0;
    json_read_integer(digits, length, &integer); /* json_scan has seen that it fits */
    lua_pushinteger(L, integer);
  }
  lua_replace(L, -3); /* ..., value, content */
  lua_pop(L, 1);
}

static void exact_array(struct exact *exact, int table) {
  lua_State *L = exact->L;
  lua_Integer count = (lua_Integer)lua_rawlen(L, table);
  for (lua_Integer i = 1; i <= count; i++) {
    int type = lua_rawgeti(L, table, i); /* ..., value */
    if (type == LUA_TNUMBER && is_another(lua_tonumber(L, -1))) {
      push_other(exact, lua_tonumber(L, -1));
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

/* Fields are set while the table is gone through, which Lua allows for those that are there. */
static void exact_object(struct exact *exact, int table) {
  lua_State *L = exact->L;
  lua_pushnil(L);
  while (lua_next(L, table)) { /* ..., key, value */
    int type = lua_type(L, -1);
    lua_Number number = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 0.5;
    if (type == LUA_TTABLE && exact_table(exact, table + 2)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, table);
    }
    lua_pop(L, 1); /* ..., key */
    if (is_another(number)) {
      lua_pushvalue(L, -1);
      push_other(exact, number);
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
  else if (first == first)
    exact_array(exact, table);
  else
    resolve_rewritten(L);
  return first != first;
}

void json_make_exact(lua_State *L, int array_mt, bool keep_null) {
  struct exact exact = {.L = L, .array_mt = lua_absindex(L, array_mt), .keep_null = keep_null};
  int type = lua_type(L, -1);
  if (type == LUA_TTABLE) {
    exact_table(&exact, lua_gettop(L));
  } else if (type == LUA_TNUMBER && is_another(lua_tonumber(L, -1))) {
    push_other(&exact, lua_tonumber(L, -1));
    lua_replace(L, -2);
  }
}
