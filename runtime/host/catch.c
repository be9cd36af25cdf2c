#include "catch.h"

#include <lauxlib.h>
#include <lualib.h>

#include "../bind/task.h"

int catch_pass(lua_State *L, int results) {
  if (results < 2 || lua_toboolean(L, -results) || !task_is_ending(L)) return results;
  lua_settop(L, lua_gettop(L) - results + 2);
  return lua_error(L);
}

/* Stack: `skipped` values, true, and the results or the error. */
static int finish(lua_State *L, int status, lua_KContext skipped) {
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)skipped;
  if (task_is_ending(L)) return lua_error(L);
  lua_pushboolean(L, false);
  lua_insert(L, -2);
  return 2;
}

static int call_protected(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, true);
  lua_insert(L, 1); /* true f ... */
  return finish(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish), 0);
}

static int call_protected_with_handler(lua_State *L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushboolean(L, true);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2); /* f handler true f ... */
  return finish(L, lua_pcallk(L, lua_gettop(L) - 4, LUA_MULTRET, 2, 2, finish), 2);
}

/* Upvalue 1 is the library's own. The text may come from a function of the script's. */
static int load(lua_State *L) {
  int arguments = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, arguments, LUA_MULTRET);
  return catch_pass(L, lua_gettop(L));
}

void catch_replace(lua_State *L) {
  lua_pushcfunction(L, call_protected);
  lua_setglobal(L, "pcall");
  lua_pushcfunction(L, call_protected_with_handler);
  lua_setglobal(L, "xpcall");
  lua_getglobal(L, "load");
  lua_pushcclosure(L, load, 1);
  lua_setglobal(L, "load");
}
