#include "../core/journal.h"

#include <lauxlib.h>

#include "../core/once.h"
#include "../core/outputs.h"
#include "clock.h"
#include "context.h"
#include "journal.h"
#include "rows.h"
#include "tables.h"

enum { MOST_WRITES = 1000 };

static int run_numbers(lua_State *L) {
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  lua_pushinteger(L, journal_run_id(journal));
  lua_pushinteger(L, journal_next_number(journal));
  return 2;
}

static void read_write(lua_State *L, int table, struct journal_write *write) {
  luaL_checktype(L, table, LUA_TTABLE);
  *write = (struct journal_write){.number = tables_integer(L, table, "number", 0),
                                  .operation = tables_text(L, table, "operation", true),
                                  .method = tables_text(L, table, "method", true),
                                  .path = tables_text(L, table, "path", true),
                                  .parameters = tables_text(L, table, "parameters", false),
                                  .fields = tables_text(L, table, "fields", false),
                                  .key = tables_text(L, table, "key", false),
                                  .image = tables_text(L, table, "image", false),
                                  .began = context_now(L),
                                  .began_there = clock_there(context_of(L))};
}

static int send_writes(lua_State *L) {
  struct failure failure;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_Integer count = luaL_len(L, 1);
  luaL_argcheck(L, count >= 1 && count <= MOST_WRITES, 1, "so many writes cannot be sent at once");
  /* A userdata, so that an error on the way leaves nothing. */
  struct journal_write *writes = lua_newuserdatauv(L, (size_t)count * sizeof *writes, 0);
  for (lua_Integer i = 0; i < count; i++) {
    lua_geti(L, 1, i + 1);
    read_write(L, lua_gettop(L), &writes[i]);
    lua_pop(L, 1);
  }
  lua_createtable(L, (int)count, 0);
  int numbers = lua_gettop(L);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  if (!journal_send(journal, writes, (size_t)count, &failure)) return context_fail(L, &failure);
  for (lua_Integer i = 0; i < count; i++) {
    lua_pushinteger(L, writes[i].number);
    lua_rawseti(L, numbers, i + 1);
  }
  return 1;
}

static int settle(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1), number = luaL_checkinteger(L, 2);
  const char *state = luaL_checkstring(L, 3), *result = luaL_optstring(L, 4, NULL);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  return context_answer(L, journal_settle(journal, run, number, state, result, &failure), &failure);
}

static int take_over(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1), number = luaL_checkinteger(L, 2);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  return context_answer(L, journal_take_over(journal, run, number, &failure), &failure);
}

static bool take_run(void *context, const struct journal_run *run) {
  return rows_take(context, run);
}

static bool take_write(void *context, const struct journal_write *write) {
  return rows_take(context, write);
}

static bool take_key(void *context, const struct once_key *key) { return rows_take(context, key); }

static void push_run(lua_State *L, const void *context) {
  const struct journal_run *run = context;
  lua_createtable(L, 0, 11);
  tables_set_integer(L, "id", run->id);
  tables_set_text(L, "script", run->script);
  tables_set_text(L, "account", run->account);
  tables_set_integer(L, "process", run->process);
  tables_set_integer(L, "began", run->began);
  if (run->ended) {
    tables_set_integer(L, "ended", run->ended);
    tables_set_integer(L, "exit_code", run->exit_code);
  }
  tables_set_boolean(L, "alive", run->alive);
  tables_set_integer(L, "done", run->done);
  tables_set_integer(L, "refused", run->refused);
  tables_set_integer(L, "open", run->open);
}

static void push_write(lua_State *L, const void *context) {
  const struct journal_write *write = context;
  lua_createtable(L, 0, 14);
  tables_set_integer(L, "run", write->run);
  tables_set_integer(L, "number", write->number);
  tables_set_text(L, "operation", write->operation);
  tables_set_text(L, "method", write->method);
  tables_set_text(L, "path", write->path);
  tables_set_text(L, "parameters", write->parameters);
  tables_set_text(L, "fields", write->fields);
  tables_set_text(L, "key", write->key);
  tables_set_text(L, "image", write->image);
  tables_set_integer(L, "began", write->began);
  if (write->began_there) tables_set_integer(L, "began_there", write->began_there);
  if (write->settled) tables_set_integer(L, "settled", write->settled);
  tables_set_text(L, "state", write->state);
  tables_set_text(L, "result", write->result);
}

static void push_key(lua_State *L, const void *context) {
  const struct once_key *key = context;
  lua_createtable(L, 0, 6);
  tables_set_text(L, "state", key->state);
  tables_set_integer(L, "run", key->run);
  tables_set_integer(L, "first", key->first);
  tables_set_integer(L, "began", key->began);
  if (key->until) tables_set_integer(L, "until", key->until);
  tables_set_text(L, "result", key->result);
}

static int list_runs(lua_State *L) {
  struct failure failure;
  lua_Integer before = luaL_optinteger(L, 1, 0), most = luaL_checkinteger(L, 2);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_run, most);
  return rows_finish(&rows, journal_runs(journal, before, take_run, &rows, &failure), &failure);
}

static int one_run(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_run, 1);
  enum store_answer found = journal_run(journal, id, take_run, &rows, &failure);
  return rows_finish_single(&rows, found != STORE_FAILED, &failure);
}

static int list_writes(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1), after = luaL_checkinteger(L, 2);
  lua_Integer most = luaL_checkinteger(L, 3);
  const char *key = luaL_optstring(L, 4, NULL);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_write, most);
  return rows_finish(&rows, journal_writes(journal, run, after, key, take_write, &rows, &failure),
                     &failure);
}

static int list_back(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1), before = luaL_checkinteger(L, 2);
  lua_Integer most = luaL_checkinteger(L, 3);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_write, most);
  return rows_finish(&rows, journal_writes_back(journal, run, before, take_write, &rows, &failure),
                     &failure);
}

/* Another number as soon as another process has written. */
static int version(lua_State *L) {
  struct failure failure;
  int64_t number;
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!store_version(store, &number, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, number);
  return 1;
}

static int list_made(lua_State *L) {
  struct failure failure;
  const char *operation = luaL_checkstring(L, 1);
  lua_Integer since = luaL_checkinteger(L, 2), run = luaL_checkinteger(L, 3);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_write, -1);
  return rows_finish(
      &rows, journal_made(journal, operation, since, run, take_write, &rows, &failure), &failure);
}

static int get_key(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_key, 1);
  enum store_answer found =
      once_get(store, account, name, context_now(L), take_key, &rows, &failure);
  return rows_finish_single(&rows, found != STORE_FAILED, &failure);
}

static int put_key(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  enum store_durability durability = lua_toboolean(L, 4) ? STORE_DURABLE : STORE_USUAL;
  struct once_key key = {.state = tables_text(L, 3, "state", true),
                         .run = tables_integer(L, 3, "run", 0),
                         .first = tables_integer(L, 3, "first", 0),
                         .began = tables_integer(L, 3, "began", 0),
                         .until = tables_integer(L, 3, "until", 0),
                         .result = tables_text(L, 3, "result", false)};
  struct store *store = context_store(L);
  if (!store) return 3;
  bool fine = once_put(store, account, name, &key, context_now(L), durability, &failure);
  return context_answer(L, fine, &failure);
}

static int remove_key(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  struct store *store = context_store(L);
  if (!store) return 3;
  return context_answer(L, once_remove(store, account, name, &failure), &failure);
}

/* Stack of these: what is kept of a run's output. */
static int push_output(lua_State *L) {
  const struct output_text *text = lua_touserdata(L, 1);
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, text->head, text->head_length);
  lua_setfield(L, -2, "head");
  tables_set_integer(L, "left_out", text->left_out);
  lua_pushlstring(L, text->tail, text->tail_length);
  lua_setfield(L, -2, "tail");
  return 1;
}

struct output_row {
  lua_State *L;
  bool failed; /* the error is on top */
};

static void take_output(void *context, const struct output_text *text) {
  struct output_row *row = context;
  lua_pushcfunction(row->L, push_output);
  lua_pushlightuserdata(row->L, (void *)text);
  row->failed = lua_pcall(row->L, 1, 1, 0) != LUA_OK;
}

/* output(run) -> { head=, left_out=, tail= }, or false where nothing is kept. */
static int get_output(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct output_row row = {.L = L};
  luaL_checkstack(L, 4, "output");
  enum store_answer found = outputs_find(store, run, take_output, &row, &failure);
  if (row.failed) return lua_error(L);
  if (found == STORE_FAILED) return context_fail(L, &failure);
  if (found == STORE_NO) lua_pushboolean(L, false);
  return 1;
}

static const luaL_Reg functions[] = {{"output", get_output},
                                     {"run", run_numbers},
                                     {"send", send_writes},
                                     {"settle", settle},
                                     {"take_over", take_over},
                                     {"runs", list_runs},
                                     {"of", one_run},
                                     {"writes", list_writes},
                                     {"made", list_made},
                                     {"key", get_key},
                                     {"put_key", put_key},
                                     {"remove_key", remove_key},
                                     {"writes_back", list_back},
                                     {"version", version},
                                     {NULL, NULL}};

int luaopen_native_journal(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
