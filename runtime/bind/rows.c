#include "rows.h"

#include <lauxlib.h>

#include "context.h"

struct rows rows_new(lua_State *L, rows_push *push, lua_Integer most) {
  luaL_checkstack(L, 12, "rows");
  lua_newtable(L);
  return (struct rows){.L = L, .list = lua_gettop(L), .push = push, .most = most};
}

/* Stack of these: the rows, the row, the list. */
static int put(lua_State *L) {
  const struct rows *rows = lua_touserdata(L, 1);
  rows->push(L, lua_touserdata(L, 2));
  lua_rawseti(L, 3, rows->count);
  return 0;
}

bool rows_take(struct rows *rows, const void *row) {
  lua_State *L = rows->L;
  if (rows->failed || rows->count == rows->most) return false;
  rows->count++;
  lua_pushcfunction(L, put);
  lua_pushlightuserdata(L, rows);
  lua_pushlightuserdata(L, (void *)row);
  lua_pushvalue(L, rows->list);
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
