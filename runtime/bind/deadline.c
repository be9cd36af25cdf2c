#include "deadline.h"

#include <lauxlib.h>

#include "task.h"

static const char table_key; /* of the table: coroutine -> its deadline; keys are weak */

/* Pushes that table; with `make` it is made where there is none yet. False: there is none. */
static bool push_table(lua_State *L, bool make) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &table_key) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  if (!make) return false;
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &table_key);
  return true;
}

/* The deadline that `co` itself has set; the table is on top of L's stack. */
static int64_t own_deadline(lua_State *L, lua_State *co) {
  if (!lua_checkstack(co, 1)) return 0;
  lua_pushthread(co);
  if (co != L) lua_xmove(co, L, 1);
  lua_rawget(L, -2);
  int64_t due = (int64_t)lua_tointeger(L, -1);
  lua_pop(L, 1);
  return due;
}

static int64_t earlier(int64_t a, int64_t b) { return !a || (b && b < a) ? b : a; }

int64_t deadline_in_force(lua_State *L) {
  const struct context *context = context_of(L);
  int64_t due = context->task ? context->task->due : 0;
  if (!push_table(L, false)) return due;
  for (const struct activation *active = context->active; active; active = active->below)
    due = earlier(due, own_deadline(L, active->L));
  lua_pop(L, 1);
  return due;
}

int deadline_enter(lua_State *L) {
  lua_Integer milliseconds = luaL_checkinteger(L, 1);
  luaL_argcheck(L, milliseconds >= 0, 1, "must not be negative");
  push_table(L, true);
  int64_t before = own_deadline(L, L);
  int64_t due = earlier(loop_now() + milliseconds, before);
  lua_pushthread(L);
  lua_pushinteger(L, due);
  lua_rawset(L, -3);
  lua_pushinteger(L, before);
  return 1;
}

int deadline_leave(lua_State *L) {
  lua_Integer before = luaL_checkinteger(L, 1);
  push_table(L, true);
  lua_pushthread(L);
  if (before)
    lua_pushinteger(L, before);
  else
    lua_pushnil(L);
  lua_rawset(L, -3);
  return 0;
}
