#include "guard.h"

#include <lauxlib.h>

#include "../core/counts.h"
#include "../core/grants.h"
#include "../core/journal.h"
#include "context.h"
#include "tables.h"

static int push_grants(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, RUN_GRANTS);
  return 1;
}

static int reaches_leads(lua_State *L) {
  bool reaches = false;
  lua_settop(L, 0);
  bool is_run = lua_getfield(L, LUA_REGISTRYINDEX, RUN_GRANTS) == LUA_TTABLE;
  static const enum grant_name names[] = {GRANT_SEND_SMS, GRANT_SEND_EMAIL, GRANT_CONTACT_BY_AI};
  for (size_t i = 0; i < sizeof names / sizeof *names && is_run; i++) {
    lua_getfield(L, 1, grant_kinds[names[i]].name);
    lua_getfield(L, -1, "held");
    reaches = reaches || lua_toboolean(L, -1);
    lua_pop(L, 2);
  }
  lua_pushboolean(L, reaches);
  return 1;
}

static int push_kinds(lua_State *L) {
  lua_createtable(L, GRANT_COUNT, 0);
  for (int i = 0; i < GRANT_COUNT; i++) {
    const struct grant_kind *kind = &grant_kinds[i];
    lua_createtable(L, 0, 5);
    tables_set_text(L, "name", kind->name);
    tables_set_text(L, "allows", kind->allows);
    tables_set_integer(L, "run", kind->run);
    if (kind->day) tables_set_integer(L, "day", kind->day);
    tables_set_boolean(L, "quiet", kind->has_quiet);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static struct count check_count(lua_State *L) {
  return (struct count){.account = luaL_checkstring(L, 1),
                        .name = luaL_checkstring(L, 2),
                        .day = luaL_checkstring(L, 3)};
}

static int claim(lua_State *L) {
  struct failure failure;
  struct count count = check_count(L);
  lua_Integer uses = luaL_checkinteger(L, 4), most = luaL_checkinteger(L, 5);
  const char *oldest = luaL_checkstring(L, 6);
  luaL_argcheck(L, uses > 0, 4, "must be above 0");
  struct store *store = context_store(L);
  if (!store) return 3;
  enum store_answer answer = counts_claim(store, &count, uses, most, oldest, &failure);
  if (answer == STORE_FAILED) return context_fail(L, &failure);
  lua_pushboolean(L, answer == STORE_YES);
  return 1;
}

static int give_back(lua_State *L) {
  struct failure failure;
  struct count count = check_count(L);
  lua_Integer uses = luaL_checkinteger(L, 4);
  luaL_argcheck(L, uses > 0, 4, "must be above 0");
  struct store *store = context_store(L);
  if (!store) return 3;
  return context_answer(L, counts_give_back(store, &count, uses, &failure), &failure);
}

static int used(lua_State *L) {
  struct failure failure;
  int64_t number;
  struct count count = check_count(L);
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!counts_used(store, &count, &number, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, number);
  return 1;
}

static const luaL_Reg functions[] = {{"grants", push_grants},
                                     {"kinds", push_kinds},
                                     {"reaches_leads", reaches_leads},
                                     {"claim", claim},
                                     {"used", used},
                                     {"give_back", give_back},
                                     {NULL, NULL}};

int luaopen_native_guard(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
