#include "work.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/inbox_work.h"
#include "../core/schedule_jobs.h"
#include "context.h"
#include "inbox.h"

enum { ROWS_MOST = 100000 };

/* NULL, with nil, code and message pushed. */
static struct journal *journal_of(lua_State *L) {
  struct context *context = context_of(L);
  struct failure failure;
  if (context->journal) return context->journal;
  if (!context->open_journal)
    failure_set(&failure, "STATE_UNUSABLE", "there is no state here");
  else if (context->open_journal(context, &failure))
    return context->journal;
  context_fail(L, &failure);
  return NULL;
}

/* Rows become Lua's one by one, each under protection: an error must not leave a statement open. */
struct rows {
  lua_State *L;
  int list;
  lua_CFunction push;
  lua_Integer count;
  const char *file;
  int64_t generation;
  bool failed; /* the error is on top */
};

static bool take_row(struct rows *rows, const void *row) {
  lua_State *L = rows->L;
  if (rows->failed) return false;
  lua_pushcfunction(L, rows->push);
  lua_pushlightuserdata(L, (void *)row);
  lua_pushvalue(L, rows->list);
  lua_pushinteger(L, ++rows->count);
  rows->failed = lua_pcall(L, 3, 0, 0) != LUA_OK;
  return !rows->failed;
}

static void set_integer(lua_State *L, const char *name, int64_t integer) {
  lua_pushinteger(L, integer);
  lua_setfield(L, -2, name);
}

/* Stack of these: the row, the list, its place there. */
static int push_handler(lua_State *L) {
  const struct inbox_handler *handler = lua_touserdata(L, 1);
  lua_createtable(L, 0, 8);
  set_integer(L, "id", handler->id);
  set_integer(L, "generation", handler->generation);
  set_integer(L, "concurrency", handler->concurrency);
  set_integer(L, "timeout", handler->timeout);
  lua_pushstring(L, handler->name);
  lua_setfield(L, -2, "name");
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static bool take_handler(void *context, const struct inbox_handler *handler) {
  struct rows *rows = context;
  if (handler->generation != rows->generation || strcmp(handler->file, rows->file) != 0)
    return true;
  return take_row(rows, handler);
}

static int list_handlers(lua_State *L) {
  struct failure failure;
  lua_Integer server = luaL_checkinteger(L, 1);
  struct rows rows = {.L = L,
                      .push = push_handler,
                      .generation = luaL_checkinteger(L, 2),
                      .file = luaL_checkstring(L, 3)};
  struct journal *journal = journal_of(L);
  if (!journal) return 3;
  luaL_checkstack(L, 8, "handlers");
  lua_newtable(L);
  rows.list = lua_gettop(L);
  bool fine = inbox_handlers_served(journal_store(journal), server, take_handler, &rows, &failure);
  if (rows.failed) return lua_error(L);
  return fine ? 1 : context_fail(L, &failure);
}

static int push_claimed(lua_State *L) {
  const struct inbox_claimed *claimed = lua_touserdata(L, 1);
  inbox_push_event(L, claimed->event);
  set_integer(L, "handler", claimed->handler);
  set_integer(L, "attempt", claimed->attempt);
  set_integer(L, "coalesced", claimed->coalesced);
  set_integer(L, "duplicates", claimed->duplicates);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static bool take_claimed(void *context, const struct inbox_claimed *claimed) {
  return take_row(context, claimed);
}

static int64_t member(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  int64_t integer = luaL_checkinteger(L, -1);
  lua_pop(L, 1);
  return integer;
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
    list[i].event = member(L, row, "event");
    list[i].handler = member(L, row, "handler");
    lua_getfield(L, row, "problem");
    list[i].problem = luaL_optstring(L, -1, NULL);
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
    list[i] = (struct inbox_wanted){.handler = member(L, row, "handler"),
                                    .generation = member(L, row, "generation"),
                                    .most = member(L, row, "most")};
    lua_settop(L, row - 1);
  }
  return list;
}

static int turn(lua_State *L) {
  struct failure failure;
  struct rows rows = {.L = L, .push = push_claimed};
  struct inbox_turn turn = {.server = luaL_checkinteger(L, 1),
                            .now = journal_now(),
                            .looks_for_dead = lua_toboolean(L, 4),
                            .chance = (uint64_t)luaL_checkinteger(L, 5),
                            .visit = take_claimed,
                            .context = &rows};
  turn.settled = read_settled(L, 2, &turn.settled_count);
  turn.wanted = read_wanted(L, 3, &turn.wanted_count);
  struct journal *journal = journal_of(L);
  if (!journal) return 3;
  luaL_checkstack(L, 12, "rows");
  lua_createtable(L, 0, 4);
  int told = lua_gettop(L);
  lua_newtable(L);
  rows.list = lua_gettop(L);
  bool fine = inbox_work_turn(journal, &turn, &failure);
  if (rows.failed) return lua_error(L);
  if (!fine) return context_fail(L, &failure);
  lua_settop(L, rows.list);
  lua_setfield(L, told, "rows");
  lua_pushboolean(L, turn.served);
  lua_setfield(L, told, "served");
  lua_pushboolean(L, turn.more);
  lua_setfield(L, told, "more");
  if (turn.next) set_integer(L, "next", turn.next);
  return 1;
}

static int changed(lua_State *L) {
  struct failure failure;
  int64_t version;
  lua_Integer server = luaL_checkinteger(L, 1);
  struct journal *journal = journal_of(L);
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
