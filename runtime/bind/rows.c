#include "rows.h"

#include <lauxlib.h>

#include "context.h"

struct rows rows_new(lua_State *L, lua_CFunction push, lua_Integer most) {
  luaL_checkstack(L, 12, "rows");
  lua_newtable(L);
  return (struct rows){.L = L, .list = lua_gettop(L), .push = push, .most = most};
}

bool rows_take(struct rows *rows, const void *row) {
  lua_State *L = rows->L;
  if (rows->failed || rows->count == rows->most) return false;
  lua_pushcfunction(L, rows->push);
  lua_pushlightuserdata(L, (void *)row);
  lua_pushvalue(L, rows->list);
  lua_pushinteger(L, ++rows->count);
  rows->failed = lua_pcall(L, 3, 0, 0) != LUA_OK;
  return !rows->failed;
}

int rows_finish(const struct rows *rows, bool fine, const struct failure *failure) {
  if (rows->failed) return lua_error(rows->L);
  if (!fine) return context_fail(rows->L, failure);
  lua_settop(rows->L, rows->list);
  return 1;
}

int rows_finish_single(const struct rows *rows, bool fine, const struct failure *failure) {
  int results = rows_finish(rows, fine, failure);
  if (results != 1) return results;
  lua_State *L = rows->L;
  lua_rawgeti(L, -1, 1);
  if (lua_isnil(L, -1)) lua_pushboolean(L, false);
  return 1;
}

void rows_set_text(lua_State *L, const char *name, const char *text) {
  if (!text) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

void rows_set_integer(lua_State *L, const char *name, int64_t integer) {
  lua_pushinteger(L, integer);
  lua_setfield(L, -2, name);
}
