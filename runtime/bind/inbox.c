#include "inbox.h"

#include <lauxlib.h>
#include <stdint.h>

#include "../core/inbox.h"
#include "../core/inbox_reconcile.h"
#include "../core/inbox_work.h"
#include "../core/journal.h"
#include "context.h"
#include "rows.h"
#include "tables.h"

static struct inbox_integer known_member(lua_State *L, const char *name) {
  bool known = lua_getfield(L, 1, name) != LUA_TNIL;
  lua_pop(L, 1);
  return (struct inbox_integer){known, tables_integer(L, 1, name, 0)};
}

static struct inbox_filter read_filter(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  return (struct inbox_filter){.id = tables_integer(L, 1, "id", 0),
                               .name = tables_text(L, 1, "name", false),
                               .state = tables_text(L, 1, "state", false),
                               .lead = known_member(L, "lead"),
                               .since = tables_integer(L, 1, "since", 0),
                               .before = tables_integer(L, 1, "before", 0)};
}

static bool take_event(void *context, const struct inbox_event *event) {
  return rows_take(context, event);
}

static bool take_delivery(void *context, const struct inbox_delivery *delivery) {
  return rows_take(context, delivery);
}

static void set_known(lua_State *L, const char *name, struct inbox_integer integer) {
  if (integer.known) tables_set_integer(L, name, integer.value);
}

void inbox_push_event(lua_State *L, const void *context) {
  const struct inbox_event *event = context;
  lua_createtable(L, 0, 20);
  tables_set_integer(L, "id", event->id);
  tables_set_integer(L, "delivery", event->delivery);
  tables_set_integer(L, "position", event->position);
  tables_set_text(L, "name", event->name);
  tables_set_text(L, "array_name", event->array_name);
  set_known(L, "list_id", event->list_id);
  set_known(L, "team_id", event->team_id);
  tables_set_text(L, "thing", event->thing);
  set_known(L, "lead", event->lead);
  set_known(L, "happened", event->happened);
  tables_set_integer(L, "received", event->received);
  tables_set_text(L, "state", event->state);
  tables_set_text(L, "key", event->key);
  tables_set_text(L, "raw", event->raw);
  if (event->next_attempt) tables_set_integer(L, "next_attempt", event->next_attempt);
  if (event->reconciled) tables_set_boolean(L, "reconciled", true);
}

static void push_delivery(lua_State *L, const void *context) {
  const struct inbox_delivery *delivery = context;
  lua_createtable(L, 0, 8);
  tables_set_integer(L, "id", delivery->id);
  tables_set_text(L, "account", delivery->account);
  tables_set_integer(L, "received", delivery->received);
  tables_set_text(L, "origin", delivery->origin);
  set_known(L, "list_id", delivery->list_id);
  set_known(L, "team_id", delivery->team_id);
  tables_set_text(L, "problem", delivery->problem);
  lua_pushlstring(L, delivery->body ? delivery->body : "", delivery->length);
  lua_setfield(L, -2, "body");
}

static int list_events(lua_State *L) {
  struct failure failure;
  struct inbox_filter filter = read_filter(L);
  lua_Integer before = luaL_checkinteger(L, 2), most = luaL_checkinteger(L, 3);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, inbox_push_event, most);
  return rows_finish(&rows, inbox_list(store, &filter, before, take_event, &rows, &failure),
                     &failure);
}

static int one_delivery(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_delivery, 1);
  enum store_answer found = inbox_delivery(store, id, take_delivery, &rows, &failure);
  return rows_finish_single(&rows, found != STORE_FAILED, &failure);
}

/* Decides about events anew. */
typedef bool decide_fn(struct store *store, const struct inbox_filter *filter, int64_t now,
                       int64_t *count, struct failure *failure);

static int decide(lua_State *L, decide_fn *function) {
  int64_t count = 0;
  struct failure failure;
  struct inbox_filter filter = read_filter(L);
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!function(store, &filter, journal_now(), &count, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, count);
  return 1;
}

static int drop_events(lua_State *L) { return decide(L, inbox_drop); }
static int retry_events(lua_State *L) { return decide(L, inbox_retry); }
static int replay_events(lua_State *L) { return decide(L, inbox_replay); }

static void push_work(lua_State *L, const void *context) {
  const struct inbox_work_row *row = context;
  lua_createtable(L, 0, 9);
  tables_set_text(L, "handler", row->handler);
  tables_set_text(L, "state", row->state);
  tables_set_text(L, "problem", row->problem);
  tables_set_integer(L, "attempt", row->attempt);
  tables_set_integer(L, "next_attempt", row->next_attempt);
  tables_set_integer(L, "coalesced", row->coalesced);
  if (row->run) tables_set_integer(L, "run", row->run);
  if (row->began) tables_set_integer(L, "began", row->began);
  if (row->settled) tables_set_integer(L, "settled", row->settled);
}

static void push_try(lua_State *L, const void *context) {
  const struct inbox_try *one = context;
  lua_createtable(L, 0, 6);
  tables_set_text(L, "handler", one->handler);
  tables_set_text(L, "problem", one->problem);
  tables_set_integer(L, "attempt", one->attempt);
  tables_set_integer(L, "run", one->run);
  tables_set_integer(L, "began", one->began);
  tables_set_integer(L, "ended", one->ended);
}

static bool take_work(void *context, const struct inbox_work_row *row) {
  return rows_take(context, row);
}

static bool take_try(void *context, const struct inbox_try *one) { return rows_take(context, one); }

static int work_of_event(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_work, -1);
  return rows_finish(&rows, inbox_work_of(store, id, take_work, &rows, &failure), &failure);
}

static int tries_of_event(lua_State *L) {
  struct failure failure;
  lua_Integer id = luaL_checkinteger(L, 1);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_try, -1);
  return rows_finish(&rows, inbox_tries_of(store, id, take_try, &rows, &failure), &failure);
}

static void push_handler(lua_State *L, const void *context) {
  const struct inbox_handler_state *state = context;
  const struct inbox_handler *handler = &state->handler;
  lua_createtable(L, 0, 12);
  tables_set_text(L, "name", handler->name);
  tables_set_text(L, "pattern", handler->pattern);
  tables_set_text(L, "file", handler->file);
  tables_set_integer(L, "line", handler->line);
  tables_set_integer(L, "concurrency", handler->concurrency);
  tables_set_integer(L, "timeout", handler->timeout);
  tables_set_integer(L, "retries", handler->retries);
  tables_set_boolean(L, "coalesces", handler->coalesces);
  if (state->server) tables_set_integer(L, "server", state->server);
  tables_set_integer(L, "waiting", state->waiting);
  tables_set_integer(L, "running", state->running);
}

static void push_pattern(lua_State *L, const void *context) {
  const struct inbox_handler *handler = context;
  lua_pushstring(L, handler->pattern);
}

static bool take_handler(void *context, const struct inbox_handler_state *state) {
  return rows_take(context, state);
}

/* handlers(account) -> an array of the handlers that are known, by name. */
static int list_handlers(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct rows rows = rows_new(L, push_handler, -1);
  return rows_finish(&rows, inbox_handlers_of(journal, account, take_handler, &rows, &failure),
                     &failure);
}

/* forget(account, name) -> how many events waited for the handler; false: there is none. */
static int forget_handler(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  int64_t count;
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  enum store_answer answer =
      inbox_handler_forget(journal, account, name, journal_now(), &count, &failure);
  if (answer == STORE_FAILED) return context_fail(L, &failure);
  if (answer == STORE_YES)
    lua_pushinteger(L, count);
  else
    lua_pushboolean(L, false);
  return 1;
}

static bool take_pattern(void *context, const struct inbox_handler *handler) {
  return rows_take(context, handler);
}

static int list_patterns(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1);
  struct store *store = context_store(L);
  if (!store) return 3;
  struct rows rows = rows_new(L, push_pattern, -1);
  return rows_finish(
      &rows, inbox_handlers_registered(store, account, take_pattern, &rows, &failure), &failure);
}

static int forgotten(lua_State *L) {
  int64_t received;
  struct failure failure;
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!inbox_forgotten(store, &received, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, received);
  return 1;
}

enum { VALUES_OF_AN_EVENT = 8, RECONCILED_MOST = 10000 };

static const char *text_at(lua_State *L, lua_Integer index) {
  lua_rawgeti(L, 2, index);
  const char *text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

static struct inbox_integer integer_at(lua_State *L, lua_Integer index) {
  lua_rawgeti(L, 2, index);
  struct inbox_integer integer = {lua_isinteger(L, -1), lua_tointeger(L, -1)};
  lua_pop(L, 1);
  return integer;
}

/* Stack of these: what it is of (account, list_id, team_id), and the events as lofty.inbox.read has
   them, eight values each. The list keeps the texts. */
static int reconcile(lua_State *L) {
  struct failure failure;
  struct inbox_delivery delivery = {.origin = "reconcile", .received = journal_now(), .body = ""};
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, 2, LUA_TTABLE);
  delivery.account = tables_text(L, 1, "account", false);
  delivery.list_id = known_member(L, "list_id");
  delivery.team_id = known_member(L, "team_id");
  delivery.count = (size_t)lua_rawlen(L, 2) / VALUES_OF_AN_EVENT;
  luaL_argcheck(L, delivery.account && delivery.list_id.known, 1, "account and list_id needed");
  luaL_argcheck(L, delivery.count <= RECONCILED_MOST, 2, "too many");
  delivery.events =
      lua_newuserdatauv(L, (delivery.count + 1) * sizeof *delivery.events + delivery.count, 0);
  bool *made = (bool *)(delivery.events + delivery.count + 1);
  for (size_t i = 0; i < delivery.count; i++) {
    lua_Integer first = (lua_Integer)i * VALUES_OF_AN_EVENT;
    struct inbox_event *event = &delivery.events[i];
    *event = (struct inbox_event){.name = text_at(L, first + 1),
                                  .array_name = text_at(L, first + 2),
                                  .position = integer_at(L, first + 3).value,
                                  .thing = text_at(L, first + 4),
                                  .lead = integer_at(L, first + 5),
                                  .happened = integer_at(L, first + 6),
                                  .key = text_at(L, first + 7),
                                  .raw = text_at(L, first + 8)};
    luaL_argcheck(L, event->name && event->thing && event->happened.known, 2,
                  "a member is missing");
    made[i] = false;
  }
  struct store *store = context_store(L);
  if (!store) return 3;
  if (!inbox_reconcile(store, &delivery, made, &failure)) return context_fail(L, &failure);
  lua_createtable(L, (int)delivery.count, 0);
  for (size_t i = 0; i < delivery.count; i++) {
    lua_pushboolean(L, made[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static const luaL_Reg functions[] = {{"events", list_events},
                                     {"delivery", one_delivery},
                                     {"drop", drop_events},
                                     {"retry", retry_events},
                                     {"replay", replay_events},
                                     {"work", work_of_event},
                                     {"tries", tries_of_event},
                                     {"patterns", list_patterns},
                                     {"forgotten", forgotten},
                                     {"reconcile", reconcile},
                                     {"handlers", list_handlers},
                                     {"forget", forget_handler},
                                     {NULL, NULL}};

int luaopen_native_inbox(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
