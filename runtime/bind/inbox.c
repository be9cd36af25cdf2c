#include "inbox.h"

#include <lauxlib.h>

#include "../core/inbox.h"
#include "../core/inbox_work.h"
#include "../core/journal.h"
#include "context.h"

/* The store, opened when it is first needed; NULL, with nil, code and message pushed. */
static struct store *store_of(lua_State *L) {
  struct context *context = context_of(L);
  struct failure failure;
  if (context->journal) return journal_store(context->journal);
  if (!context->open_journal)
    failure_set(&failure, "STATE_UNUSABLE", "there is no state here");
  else if (context->open_journal(context, &failure))
    return journal_store(context->journal);
  context_fail(L, &failure);
  return NULL;
}

static int64_t integer_member(lua_State *L, const char *name, bool *known) {
  *known = lua_getfield(L, 1, name) != LUA_TNIL;
  lua_Integer integer = luaL_optinteger(L, -1, 0);
  lua_pop(L, 1);
  return integer;
}

/* The table keeps it. */
static const char *text_member(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  const char *text = luaL_optstring(L, -1, NULL);
  lua_pop(L, 1);
  return text;
}

static struct inbox_filter read_filter(lua_State *L) {
  bool known;
  struct inbox_filter filter = {.id = 0};
  luaL_checktype(L, 1, LUA_TTABLE);
  filter.id = integer_member(L, "id", &known);
  filter.name = text_member(L, "name");
  filter.state = text_member(L, "state");
  filter.lead.value = integer_member(L, "lead", &filter.lead.known);
  filter.since = integer_member(L, "since", &known);
  filter.before = integer_member(L, "before", &known);
  return filter;
}

/* Rows become Lua's one by one, each under protection: an error must not leave a statement open. */
struct rows {
  lua_State *L;
  int list; /* on the stack */
  lua_CFunction push;
  lua_Integer count, most;
  bool failed; /* the error is on top */
};

static bool take_row(struct rows *rows, const void *row) {
  lua_State *L = rows->L;
  if (rows->count == rows->most) return false;
  lua_pushcfunction(L, rows->push);
  lua_pushlightuserdata(L, (void *)row);
  lua_pushvalue(L, rows->list);
  lua_pushinteger(L, ++rows->count);
  rows->failed = lua_pcall(L, 3, 0, 0) != LUA_OK;
  return !rows->failed;
}

static bool take_event(void *context, const struct inbox_event *event) {
  return take_row(context, event);
}

static bool take_delivery(void *context, const struct inbox_delivery *delivery) {
  return take_row(context, delivery);
}

static struct rows new_rows(lua_State *L, lua_CFunction push, lua_Integer most) {
  luaL_checkstack(L, 8, "rows");
  lua_newtable(L);
  return (struct rows){.L = L, .list = lua_gettop(L), .push = push, .most = most};
}

static int finish_rows(const struct rows *rows, bool fine, const struct failure *failure) {
  if (rows->failed) return lua_error(rows->L);
  if (!fine) return context_fail(rows->L, failure);
  lua_settop(rows->L, rows->list);
  return 1;
}

static void set_text(lua_State *L, const char *name, const char *text) {
  if (!text) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int64_t integer) {
  lua_pushinteger(L, integer);
  lua_setfield(L, -2, name);
}

static void set_known(lua_State *L, const char *name, struct inbox_integer integer) {
  if (integer.known) set_integer(L, name, integer.value);
}

void inbox_push_event(lua_State *L, const struct inbox_event *event) {
  lua_createtable(L, 0, 20);
  set_integer(L, "id", event->id);
  set_integer(L, "delivery", event->delivery);
  set_integer(L, "position", event->position);
  set_text(L, "name", event->name);
  set_text(L, "array_name", event->array_name);
  set_known(L, "list_id", event->list_id);
  set_known(L, "team_id", event->team_id);
  set_text(L, "thing", event->thing);
  set_known(L, "lead", event->lead);
  set_known(L, "happened", event->happened);
  set_integer(L, "received", event->received);
  set_text(L, "state", event->state);
  set_text(L, "key", event->key);
  set_text(L, "raw", event->raw);
  if (event->next_attempt) set_integer(L, "next_attempt", event->next_attempt);
}

/* Stack of these: the row, the list, its place there. */
static int push_event(lua_State *L) {
  inbox_push_event(L, lua_touserdata(L, 1));
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static int push_delivery(lua_State *L) {
  const struct inbox_delivery *delivery = lua_touserdata(L, 1);
  lua_createtable(L, 0, 8);
  set_integer(L, "id", delivery->id);
  set_text(L, "account", delivery->account);
  set_integer(L, "received", delivery->received);
  set_text(L, "origin", delivery->origin);
  set_known(L, "list_id", delivery->list_id);
  set_known(L, "team_id", delivery->team_id);
  set_text(L, "problem", delivery->problem);
  lua_pushlstring(L, delivery->body ? delivery->body : "", delivery->length);
  lua_setfield(L, -2, "body");
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static int list_events(lua_State *L) {
  struct failure failure;
  struct inbox_filter filter = read_filter(L);
  lua_Integer before = luaL_checkinteger(L, 2), most = luaL_checkinteger(L, 3);
  struct store *store = store_of(L);
  if (!store) return 3;
  struct rows rows = new_rows(L, push_event, most);
  return finish_rows(&rows, inbox_list(store, &filter, before, take_event, &rows, &failure),
                     &failure);
}

static int one_delivery(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = store_of(L);
  if (!store) return 3;
  struct rows rows = new_rows(L, push_delivery, 1);
  enum store_answer found = inbox_delivery(store, id, take_delivery, &rows, &failure);
  int results = finish_rows(&rows, found != STORE_FAILED, &failure);
  if (results != 1) return results;
  lua_rawgeti(L, -1, 1);
  if (lua_isnil(L, -1)) lua_pushboolean(L, false);
  return 1;
}

/* Decides about events anew. */
typedef bool decide_fn(struct store *store, const struct inbox_filter *filter, int64_t now,
                       int64_t *count, struct failure *failure);

static int decide(lua_State *L, decide_fn *function) {
  int64_t count = 0;
  struct failure failure;
  struct inbox_filter filter = read_filter(L);
  struct store *store = store_of(L);
  if (!store) return 3;
  if (!function(store, &filter, journal_now(), &count, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, count);
  return 1;
}

static int drop_events(lua_State *L) { return decide(L, inbox_drop); }
static int retry_events(lua_State *L) { return decide(L, inbox_retry); }
static int replay_events(lua_State *L) { return decide(L, inbox_replay); }

static int push_work(lua_State *L) {
  const struct inbox_work_row *row = lua_touserdata(L, 1);
  lua_createtable(L, 0, 9);
  set_text(L, "handler", row->handler);
  set_text(L, "state", row->state);
  set_text(L, "problem", row->problem);
  set_integer(L, "attempt", row->attempt);
  set_integer(L, "next_attempt", row->next_attempt);
  set_integer(L, "coalesced", row->coalesced);
  if (row->run) set_integer(L, "run", row->run);
  if (row->began) set_integer(L, "began", row->began);
  if (row->settled) set_integer(L, "settled", row->settled);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static int push_try(lua_State *L) {
  const struct inbox_try *one = lua_touserdata(L, 1);
  lua_createtable(L, 0, 6);
  set_text(L, "handler", one->handler);
  set_text(L, "problem", one->problem);
  set_integer(L, "attempt", one->attempt);
  set_integer(L, "run", one->run);
  set_integer(L, "began", one->began);
  set_integer(L, "ended", one->ended);
  lua_rawseti(L, 2, lua_tointeger(L, 3));
  return 0;
}

static bool take_work(void *context, const struct inbox_work_row *row) {
  return take_row(context, row);
}

static bool take_try(void *context, const struct inbox_try *one) { return take_row(context, one); }

static int work_of_event(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = store_of(L);
  if (!store) return 3;
  struct rows rows = new_rows(L, push_work, INT64_MAX);
  return finish_rows(&rows, inbox_work_of(store, id, take_work, &rows, &failure), &failure);
}

static int tries_of_event(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = store_of(L);
  if (!store) return 3;
  struct rows rows = new_rows(L, push_try, INT64_MAX);
  return finish_rows(&rows, inbox_tries_of(store, id, take_try, &rows, &failure), &failure);
}

static const luaL_Reg functions[] = {{"events", list_events},   {"delivery", one_delivery},
                                     {"drop", drop_events},     {"retry", retry_events},
                                     {"replay", replay_events}, {"work", work_of_event},
                                     {"tries", tries_of_event}, {NULL, NULL}};

int luaopen_native_inbox(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
