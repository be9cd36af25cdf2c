#include "status.h"

#include <lauxlib.h>

#include "../core/journal.h"
#include "../core/status.h"
#include "../core/version.h"
#include "context.h"

enum { MOST_ARGUMENTS = 4, MOST_ROWS = 20000 };

/* Rows become Lua's one by one, each under protection: an error must not leave a statement open. */
struct rows {
  lua_State *L;
  int list;
  lua_Integer count;
  bool failed; /* the error is on top */
};

struct row {
  const struct store_value *columns;
  int count;
};

/* Stack: the row, the list, its place there. */
static int push_row(lua_State *L) {
  const struct row *row = lua_touserdata(L, 1);
  lua_createtable(L, row->count, 0);
  for (int i = 0; i < row->count; i++) {
    const struct store_value *column = &row->columns[i];
    if (column->kind == STORE_NULL) continue;
    if (column->kind == STORE_INTEGER)
      lua_pushinteger(L, column->integer);
    else
      lua_pushlstring(L, column->data, column->length);
    lua_rawseti(L, -2, i + 1);
  }
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static bool take_row(void *context, const struct store_value *columns, int count) {
  struct rows *rows = context;
  lua_State *L = rows->L;
  struct row row = {columns, count};
  lua_pushcfunction(L, push_row);
  lua_pushlightuserdata(L, &row);
  lua_pushvalue(L, rows->list);
  lua_pushinteger(L, ++rows->count);
  rows->failed = lua_pcall(L, 3, 0, 0) != LUA_OK;
  return !rows->failed && rows->count < MOST_ROWS;
}

/* ask(question, ...) -> an array of rows, each an array of its columns, without those that are
   null. */
static int ask(lua_State *L) {
  struct failure failure;
  struct store_value values[MOST_ARGUMENTS];
  const char *question = luaL_checkstring(L, 1);
  int count = lua_gettop(L) - 1;
  luaL_argcheck(L, count <= MOST_ARGUMENTS, 2, "too many arguments");
  for (int i = 0; i < count; i++)
    values[i] = lua_isinteger(L, i + 2) ? store_integer(lua_tointeger(L, i + 2))
                                        : store_text(luaL_checkstring(L, i + 2));
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  luaL_checkstack(L, 8, "rows");
  lua_newtable(L);
  struct rows rows = {.L = L, .list = lua_gettop(L)};
  enum store_answer answer =
      status_ask(journal_store(journal), question, (struct store_arguments){values, count},
                 take_row, &rows, &failure);
  if (rows.failed) return lua_error(L);
  if (answer == STORE_FAILED) return context_fail(L, &failure);
  return 1;
}

/* is_alive(run) -> whether a run of the journal goes on. */
static int is_alive(lua_State *L) {
  lua_Integer run = luaL_checkinteger(L, 1);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  lua_pushboolean(L, journal_is_alive(journal, run));
  return 1;
}

/* disk() -> bytes of the store, bytes that are left; nil where that cannot be told. */
static int disk(lua_State *L) {
  struct status_disk found;
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  if (!status_look_at_disk(journal_store(journal), &found)) return 0;
  lua_pushinteger(L, found.size);
  lua_pushinteger(L, found.left);
  return 2;
}

static int version(lua_State *L) {
  lua_pushliteral(L, LOFTYRUN_VERSION);
  return 1;
}

static const luaL_Reg functions[] = {
    {"ask", ask}, {"is_alive", is_alive}, {"disk", disk}, {"version", version}, {NULL, NULL}};

int luaopen_native_status(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
