#include "work.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/inbox_work.h"
#include "../core/schedule_jobs.h"
#include "context.h"
#include "inbox.h"
#include "rows.h"
#include "tables.h"

enum { ROWS_MOST = 100000 };

static void push_handler(lua_State *L, const void *context) {
  const struct inbox_handler *handler = context;
  lua_createtable(L, 0, 8);
  tables_set_integer(L, "id", handler->id);
  tables_set_integer(L, "generation", handler->generation);
  tables_set_integer(L, "concurrency", handler->concurrency);
  tables_set_integer(L, "timeout", handler->timeout);
  tables_set_integer(L, "retries", handler->retries);
  tables_set_text(L, "name", handler->name);
}

/* The handlers of one file, as they were registered together. */
struct listing {
  struct rows rows;
  const char *file;
  int64_t generation;
};

static bool take_handler(void *context, const struct inbox_handler *handler) {
  struct listing *listing = context;
  if (handler->generation != listing->generation || strcmp(handler->file, listing->file) != 0)
    return true;
  return rows_take(&listing->rows, handler);
}

static int list_handlers(lua_State *L) {
  struct failure failure;
  lua_Integer server = luaL_checkinteger(L, 1);
  struct listing listing = {.generation = luaL_checkinteger(L, 2), .file = luaL_checkstring(L, 3)};
  struct store *store = context_store(L);
  if (!store) return 3;
  listing.rows = rows_new(L, push_handler, -1);
  bool fine = inbox_handlers_served(store, server, take_handler, &listing, &failure);
  return rows_finish(&listing.rows, fine, &failure);
}

static void push_claimed(lua_State *L, const void *context) {
  const struct inbox_claimed *claimed = context;
  inbox_push_event(L, claimed->event);
  tables_set_integer(L, "handler", claimed->handler);
  tables_set_integer(L, "attempt", claimed->attempt);
  tables_set_integer(L, "coalesced", claimed->coalesced);
  tables_set_integer(L, "duplicates", claimed->duplicates);
}

static bool take_claimed(void *context, const struct inbox_claimed *claimed) {
  return rows_take(context, claimed);
}

/* The list at `index` in memory that Lua frees; the texts are the tables'. */
static struct inbox_settled *read_settled(lua_State *L, int index, size_t *count) {
  luaL_checktype(L, index, LUA_TTABLE);
  *count = (size_t)lua_rawlen(L, index);
  luaL_argcheck(L, *count <= ROWS_MOST, index, "too many");
  struct inbox_settled *list = lua_newuserdatauv(L, (*count + 1) * sizeof *list, 0);
  for (size_t i = 0; i < *count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    int row = lua_gettop(L);
    list[i].event = tables_required_integer(L, row, "event");
    list[i].handler = tables_required_integer(L, row, "handler");
    list[i].problem = tables_text(L, row, "problem", false);
    lua_settop(L, row - 1);
  }
  return list;
}

static struct inbox_wanted *read_wanted(lua_State *L, int index, size_t *count) {
  luaL_checktype(L, index, LUA_TTABLE);
  *count = (size_t)lua_rawlen(L, index);
  luaL_argcheck(L, *count <= ROWS_MOST, index, "too many");
  struct inbox_wanted *list = lua_newuserdatauv(L, (*count + 1) * sizeof *list, 0);
  for (size_t i = 0; i < *count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    int row = lua_gettop(L);
    list[i] = (struct inbox_wanted){.handler = tables_required_integer(L, row, "handler"),
                                    .generation = tables_required_integer(L, row, "generation"),
                                    .most = tables_required_integer(L, row, "most")};
    lua_settop(L, row - 1);
  }
  return list;
}

static int turn(lua_State *L) {
  struct failure failure;
  struct rows rows;
  struct inbox_turn turn = {.server = luaL_checkinteger(L, 1),
                            .now = journal_now(),
                            .looks_for_dead = lua_toboolean(L, 4),
                            .chance = (uint64_t)luaL_checkinteger(L, 5),
                            .visit = take_claimed,
                            .context = &rows};
  turn.settled = read_settled(L, 2, &turn.settled_count);
  turn.wanted = read_wanted(L, 3, &turn.wanted_count);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  lua_createtable(L, 0, 4);
  int told = lua_gettop(L);
  rows = rows_new(L, push_claimed, -1);
  bool fine = inbox_work_turn(journal, &turn, &failure);
  int results = rows_finish(&rows, fine, &failure);
  if (results != 1) return results;
  lua_setfield(L, told, "rows");
  lua_pushboolean(L, turn.served);
  lua_setfield(L, told, "served");
  lua_pushboolean(L, turn.more);
  lua_setfield(L, told, "more");
  if (turn.next) tables_set_integer(L, "next", turn.next);
  return 1;
}

static int changed(lua_State *L) {
  struct failure failure;
  int64_t version;
  lua_Integer server = luaL_checkinteger(L, 1);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  if (!store_version(journal_store(journal), &version, &failure)) return context_fail(L, &failure);
  bool is_new = lua_tointeger(L, lua_upvalueindex(1)) != version ||
                !schedule_server_is_alive(journal, server);
  lua_pushinteger(L, version);
  lua_replace(L, lua_upvalueindex(1));
  lua_pushboolean(L, is_new);
  return 1;
}

static const luaL_Reg functions[] = {{"handlers", list_handlers}, {"turn", turn}, {NULL, NULL}};

int luaopen_native_work(lua_State *L) {
  luaL_newlib(L, functions);
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, changed, 1);
  lua_setfield(L, -2, "changed");
  return 1;
}
