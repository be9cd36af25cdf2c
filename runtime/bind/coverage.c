#include "coverage.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

static const char counts_key; /* of the table: source -> table of counts, or false */
static const char library[] = "@[loftyrun]/";

/* Leaves the table of counts of that source, or false. */
static void push_counts(lua_State *L, const char *source) {
  if (lua_getfield(L, -1, source) != LUA_TNIL) return;
  lua_pop(L, 1);
  bool counts = source[0] == '@' && strncmp(source, library, sizeof library - 1) != 0;
  if (counts)
    lua_newtable(L);
  else
    lua_pushboolean(L, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, source);
}

static void on_line(lua_State *L, lua_Debug *debug) {
  if (!lua_getinfo(L, "S", debug) || !lua_checkstack(L, 8)) return;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &counts_key);
  push_counts(L, debug->source);
  if (lua_istable(L, -1)) {
    lua_rawgeti(L, -1, debug->currentline);
    lua_Integer count = lua_tointeger(L, -1);
    lua_pushinteger(L, count + 1);
    lua_rawseti(L, -3, debug->currentline);
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}

static int start(lua_State *L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &counts_key);
  lua_sethook(L, on_line, LUA_MASKLINE, 0);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main = lua_tothread(L, -1);
  if (main) lua_sethook(main, on_line, LUA_MASKLINE, 0);
  return 0;
}

static int take(lua_State *L) {
  lua_newtable(L);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &counts_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    return 1;
  }
  lua_pushnil(L);
  while (lua_next(L, -2)) { /* all counts source one */
    if (lua_istable(L, -1)) {
      lua_pushstring(L, lua_tostring(L, -2) + 1);
      lua_pushvalue(L, -2);
      lua_rawset(L, -6);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return 1;
}

static const luaL_Reg functions[] = {{"start", start}, {"take", take}, {NULL, NULL}};

int luaopen_native_coverage(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
