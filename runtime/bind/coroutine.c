#include "coroutine.h"

#include <lauxlib.h>
#include <stdbool.h>

/* Pushes the table of all under `key`: coroutine -> integer; its keys are weak. With `make` it is
   made where there is none yet. False: there is none. */
static bool push_table(lua_State *L, const void *key, bool make) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  if (!make) return false;
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
  return true;
}

int64_t coroutine_integer(lua_State *L, lua_State *co, const void *key) {
  if (!lua_checkstack(co, 1) || !push_table(L, key, false)) return 0;
  lua_pushthread(co);
  if (co != L) lua_xmove(co, L, 1);
  lua_rawget(L, -2);
  int64_t value = (int64_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
  return value;
}

void coroutine_set_integer(lua_State *L, const void *key, int64_t value) {
  push_table(L, key, true);
  lua_pushthread(L);
  if (value)
    lua_pushinteger(L, value);
  else
    lua_pushnil(L);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}
