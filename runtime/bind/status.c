#include "status.h"

#include <lauxlib.h>

#include "../core/journal.h"
#include "../core/status.h"
#include "../core/version.h"
#include "context.h"
#include "rows.h"

enum { MOST_ARGUMENTS = 4, MOST_ROWS = 20000 };

struct row {
  const struct store_value *columns;
  int count;
};

static void push_row(lua_State *L, const void *context) {
  const struct row *row = context;
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
}

static bool take_row(void *context, const struct store_value *columns, int count) {
  struct row row = {columns, count};
  return rows_take(context, &row);
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
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_row, MOST_ROWS);
  enum store_answer answer = status_ask(store, question, (struct store_arguments){values, count},
                                        take_row, &rows, &failure);
  return rows_finish(&rows, answer != STORE_FAILED, &failure);
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
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!status_look_at_disk(store, &found)) return 0;
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
