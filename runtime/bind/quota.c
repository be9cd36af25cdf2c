#include "quota.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/journal.h"
#include "../core/quota.h"
#include "../core/rate_limit.h"
#include "await.h"
#include "clock.h"
#include "tables.h"

enum {
  BULK_REQUESTS = 200, /* a run that has made more, and was not told otherwise, is in no hurry */
  SPREAD_MS = 30,      /* processes do not wake all at once */
  SHORT_SPREAD_MS = 5
};

static int64_t quota_now(const struct context *context) { return clock_unput() + context->shift; }

/* The run's quota, opened for its first call; NULL: nothing is limited here. */
static const struct quota *quota_of(struct context *context) {
  if (!context->quota && context->open_quota && context->http && context->config &&
      context->config->credential.kind != CREDENTIAL_NONE)
    context->open_quota(context);
  return context->quota;
}

void quota_heard(struct context *context, uint32_t operation, const struct http_response *response,
                 int64_t elapsed) {
  if (!context->quota) return;
  int64_t now = quota_now(context);
  struct rate_limit limit;
  bool told = false;
  if (response) {
    struct rate_limit_fields fields = {.limit = ""};
    rate_limit_scan(&fields, &response->headers);
    clock_hear(context, fields.date, elapsed);
    told = rate_limit_read(&fields, context->clock ? context->clock : journal_now(), &limit);
  }
  quota_learn(context->quota, operation, response ? response->status : 0, told ? &limit : NULL,
              now - elapsed, now);
}

/* Who does not wait for the limit need not leave room to others either. */
static enum quota_priority priority_of(const struct context *context) {
  if (context->no_wait) return QUOTA_INTERACTIVE;
  if (!context->priority_chosen && context->requests > BULK_REQUESTS) return QUOTA_BULK;
  return context->priority;
}

static int take(lua_State *L) {
  static const char *const names[] = {[QUOTA_LEARNING] = "learning",
                                      [QUOTA_PACE] = "pace",
                                      [QUOTA_LIMIT] = "limit",
                                      [QUOTA_CLOSED] = "closed"};
  struct context *context = context_of(L);
  uint32_t operation = quota_operation(luaL_checkstring(L, 1));
  /* A call that is going to be refused on this side takes nothing from others, and waits for
     nothing. */
  bool leaves = !context_is_spent(context) && !await_refusal(L);
  const struct quota *quota = leaves ? quota_of(context) : NULL;
  enum quota_reason reason = QUOTA_GIVEN;
  int64_t wait =
      quota ? quota_take(quota, operation, priority_of(context), quota_now(context), &reason) : 0;
  if (wait > 0)
    wait += (int64_t)(retry_random() * (reason == QUOTA_LEARNING ? SHORT_SPREAD_MS : SPREAD_MS));
  lua_pushinteger(L, wait);
  if (wait == 0) return 1;
  lua_pushstring(L, names[reason]);
  return 2;
}

static int class_of(lua_State *L) {
  uint32_t operation = quota_operation(luaL_checkstring(L, 1));
  const struct quota *quota = context_of(L)->quota;
  lua_pushinteger(L, quota ? quota_class(quota, operation) : 0);
  return 1;
}

static int refused(lua_State *L) {
  uint32_t operation = quota_operation(luaL_checkstring(L, 1));
  lua_Integer elapsed = luaL_checkinteger(L, 2);
  const struct context *context = context_of(L);
  const struct quota *quota = context->quota;
  int64_t now = quota_now(context);
  if (quota) quota_learn(quota, operation, 429, NULL, now - elapsed, now);
  return 0;
}

static int waits(lua_State *L) {
  lua_pushboolean(L, !context_of(L)->no_wait);
  return 1;
}

static int rate(lua_State *L) {
  const char *name = luaL_optstring(L, 1, NULL);
  const struct quota *quota = quota_of(context_of(L));
  unsigned class = quota && name ? quota_class(quota, quota_operation(name)) : 0;
  uint32_t limit = quota ? quota_rate(quota, class) : 0;
  if (limit)
    lua_pushinteger(L, limit);
  else
    lua_pushnil(L);
  return 1;
}

static int status(lua_State *L) {
  const struct quota *quota = quota_of(context_of(L));
  struct quota_status status = {.limit = 0};
  if (quota) quota_look(quota, 0, quota_now(context_of(L)), &status);
  lua_createtable(L, 0, 4);
  tables_set_integer(L, "used", status.used);
  if (status.limit) {
    tables_set_integer(L, "limit", status.limit);
    tables_set_integer(L, "remaining", status.remaining);
  }
  tables_set_number(L, "reset", (double)status.reset / 1e3);
  return 1;
}

/* Stack: headers. */
static void take_field(lua_State *L, struct rate_limit_fields *fields, const char *name) {
  lua_getfield(L, 1, name);
  size_t length;
  const char *value = lua_tolstring(L, -1, &length);
  if (value) rate_limit_take(fields, name, strlen(name), value, length);
  lua_pop(L, 1);
}

static int read_headers(lua_State *L) {
  static const char *const names[] = {"x-ratelimit-limit", "x-ratelimit-remaining",
                                      "x-ratelimit-reset", "retry-after", "date"};
  struct rate_limit limit;
  struct rate_limit_fields fields = {.limit = ""};
  luaL_checktype(L, 1, LUA_TTABLE);
  int64_t now = luaL_checkinteger(L, 2);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) take_field(L, &fields, names[i]);
  rate_limit_read(&fields, now, &limit);
  if (limit.limit < 0 && limit.remaining < 0 && limit.reset < 0) {
    lua_pushnil(L);
  } else {
    lua_createtable(L, 0, 3);
    if (limit.limit >= 0) tables_set_integer(L, "limit", limit.limit);
    if (limit.remaining >= 0) tables_set_integer(L, "remaining", limit.remaining);
    if (limit.reset >= 0) tables_set_number(L, "reset", (double)limit.reset / 1e3);
  }
  if (limit.retry_after >= 0 && limit.retry_after % 1000 == 0)
    lua_pushinteger(L, limit.retry_after / 1000);
  else if (limit.retry_after >= 0 || limit.reset >= 0)
    lua_pushnumber(L, (double)(limit.retry_after >= 0 ? limit.retry_after : limit.reset) / 1e3);
  else
    lua_pushnil(L);
  return 2;
}

static const luaL_Reg functions[] = {
    {"take", take}, {"class", class_of}, {"refused", refused},   {"waits", waits},
    {"rate", rate}, {"status", status},  {"read", read_headers}, {NULL, NULL}};

int luaopen_native_quota(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
