#include "tables.h"

#include <lauxlib.h>

void tables_set_text(lua_State *L, const char *name, const char *text) {
  if (!text) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

void tables_set_integer(lua_State *L, const char *name, int64_t integer) {
  lua_pushinteger(L, integer);
  lua_setfield(L, -2, name);
}

void tables_set_number(lua_State *L, const char *name, double number) {
  lua_pushnumber(L, number);
  lua_setfield(L, -2, name);
}

void tables_set_boolean(lua_State *L, const char *name, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

const char *tables_text(lua_State *L, int index, const char *name, bool required) {
  int type = lua_getfield(L, index, name);
  if (type != LUA_TSTRING && (required || type != LUA_TNIL)) luaL_error(L, "%s must be text", name);
  const char *text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

int64_t tables_integer(lua_State *L, int index, const char *name, int64_t otherwise) {
  lua_getfield(L, index, name);
  lua_Integer integer = luaL_optinteger(L, -1, otherwise);
  lua_pop(L, 1);
  return integer;
}

int64_t tables_required_integer(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  lua_Integer integer = luaL_checkinteger(L, -1);
  lua_pop(L, 1);
  return integer;
}
