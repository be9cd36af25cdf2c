#include "../core/journal.h"

#include <lauxlib.h>

#include "../core/once.h"
#include "../core/outputs.h"
#include "clock.h"
#include "context.h"
#include "journal.h"
#include "rows.h"

enum { MOST_WRITES = 1000 };

static int answer(lua_State *L, bool fine, const struct failure *failure) {
  if (!fine) return context_fail(L, failure);
  lua_pushboolean(L, true);
  return 1;
}

static int run_numbers(lua_State *L) {
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  lua_pushinteger(L, journal_run_id(journal));
  lua_pushinteger(L, journal_next_number(journal));
  return 2;
}

/* A member that is text, or NULL. The table keeps it. */
static const char *text_member(lua_State *L, int table, const char *name, bool required) {
  int type = lua_getfield(L, table, name);
  if (type != LUA_TSTRING && (required || type != LUA_TNIL)) luaL_error(L, "%s must be text", name);
  const char *text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

static int64_t integer_member(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  lua_Integer integer = luaL_optinteger(L, -1, 0);
  lua_pop(L, 1);
  return integer;
}

static void read_write(lua_State *L, int table, struct journal_write *write) {
  luaL_checktype(L, table, LUA_TTABLE);
  *write = (struct journal_write){.number = integer_member(L, table, "number"),
                                  .operation = text_member(L, table, "operation", true),
                                  .method = text_member(L, table, "method", true),
                                  .path = text_member(L, table, "path", true),
                                  .parameters = text_member(L, table, "parameters", false),
                                  .fields = text_member(L, table, "fields", false),
                                  .key = text_member(L, table, "key", false),
                                  .image = text_member(L, table, "image", false),
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
  return answer(L, journal_settle(journal, run, number, state, result, &failure), &failure);
}

static int take_over(lua_State *L) {
  struct failure failure;
  lua_Integer run = luaL_checkinteger(L, 1), number = luaL_checkinteger(L, 2);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  return answer(L, journal_take_over(journal, run, number, &failure), &failure);
}

static bool take_run(void *context, const struct journal_run *run) {
  return rows_take(context, run);
}

static bool take_write(void *context, const struct journal_write *write) {
  return rows_take(context, write);
}

static bool take_key(void *context, const struct once_key *key) { return rows_take(context, key); }

/* Stack of these: the row, the list, its place there. */
static int push_run(lua_State *L) {
  const struct journal_run *run = lua_touserdata(L, 1);
  lua_createtable(L, 0, 11);
  rows_set_integer(L, "id", run->id);
  rows_set_text(L, "script", run->script);
  rows_set_text(L, "account", run->account);
  rows_set_integer(L, "process", run->process);
  rows_set_integer(L, "began", run->began);
  if (run->ended) {
    rows_set_integer(L, "ended", run->ended);
    rows_set_integer(L, "exit_code", run->exit_code);
  }
  lua_pushboolean(L, run->alive);
  lua_setfield(L, -2, "alive");
  rows_set_integer(L, "done", run->done);
  rows_set_integer(L, "refused", run->refused);
  rows_set_integer(L, "open", run->open);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static int push_write(lua_State *L) {
  const struct journal_write *write = lua_touserdata(L, 1);
  lua_createtable(L, 0, 13);
  rows_set_integer(L, "run", write->run);
  rows_set_integer(L, "number", write->number);
  rows_set_text(L, "operation", write->operation);
  rows_set_text(L, "method", write->method);
  rows_set_text(L, "path", write->path);
  rows_set_text(L, "parameters", write->parameters);
  rows_set_text(L, "fields", write->fields);
  rows_set_text(L, "key", write->key);
  rows_set_text(L, "image", write->image);
  rows_set_integer(L, "began", write->began);
  if (write->began_there) rows_set_integer(L, "began_there", write->began_there);
  if (write->settled) rows_set_integer(L, "settled", write->settled);
  rows_set_text(L, "state", write->state);
  rows_set_text(L, "result", write->result);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static int push_key(lua_State *L) {
  const struct once_key *key = lua_touserdata(L, 1);
  lua_createtable(L, 0, 6);
  rows_set_text(L, "state", key->state);
  rows_set_integer(L, "run", key->run);
  rows_set_integer(L, "first", key->first);
  rows_set_integer(L, "began", key->began);
  if (key->until) rows_set_integer(L, "until", key->until);
  rows_set_text(L, "result", key->result);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
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
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  if (!store_version(journal_store(journal), &number, &failure)) return context_fail(L, &failure);
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
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_key, 1);
  enum store_answer found =
      once_get(journal_store(journal), account, name, context_now(L), take_key, &rows, &failure);
  return rows_finish_single(&rows, found != STORE_FAILED, &failure);
}

static int put_key(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  enum store_durability durability = lua_toboolean(L, 4) ? STORE_DURABLE : STORE_USUAL;
  struct once_key key = {.state = text_member(L, 3, "state", true),
                         .run = integer_member(L, 3, "run"),
                         .first = integer_member(L, 3, "first"),
                         .began = integer_member(L, 3, "began"),
                         .until = integer_member(L, 3, "until"),
                         .result = text_member(L, 3, "result", false)};
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  bool fine =
      once_put(journal_store(journal), account, name, &key, context_now(L), durability, &failure);
  return answer(L, fine, &failure);
}

static int remove_key(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  return answer(L, once_remove(journal_store(journal), account, name, &failure), &failure);
}

/* Stack of these: what is kept of a run's output. */
static int push_output(lua_State *L) {
  const struct output_text *text = lua_touserdata(L, 1);
  lua_createtable(L, 0, 3);
  lua_pushlstring(L, text->head, text->head_length);
  lua_setfield(L, -2, "head");
  rows_set_integer(L, "left_out", text->left_out);
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
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct output_row row = {.L = L};
  luaL_checkstack(L, 4, "output");
  enum store_answer found = outputs_find(journal_store(journal), run, take_output, &row, &failure);
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
