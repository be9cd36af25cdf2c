#include "retry.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/retry.h"
#include "../core/tally.h"
#include "tables.h"

static const char type_name[] = "native.retry.doubt";

static bool flag(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  bool set = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return set;
}

static double number(lua_State *L, const char *name, double otherwise) {
  lua_getfield(L, 1, name);
  double value = luaL_optnumber(L, -1, otherwise);
  lua_pop(L, 1);
  return value;
}

/* Raises for anything but the number of retries that can be meant. */
static unsigned count(lua_State *L, const char *name, unsigned otherwise) {
  int64_t value = tables_integer(L, 1, name, otherwise);
  luaL_argcheck(L, value >= 0 && value <= RETRY_MOST, 1, "so many retries are not possible");
  return (unsigned)value;
}

/* decide(attempt) -> milliseconds, retries left; or nil, why not. */
static int retry_decide_call(lua_State *L) {
  static const char *const safeties[] = {"read", "repeatable", "once", NULL};
  struct context *context = context_of(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  struct retry_attempt attempt = {.temporary = flag(L, "temporary"),
                                  .sent = flag(L, "sent"),
                                  .status = (int)number(L, "status", 0),
                                  .made = count(L, "made", 0),
                                  .allowed = count(L, "allowed", 0),
                                  .elapsed = number(L, "elapsed", 0),
                                  .retry_after = number(L, "retry_after", -1),
                                  .no_wait = context->no_wait,
                                  .random = retry_random()};
  lua_getfield(L, 1, "safety");
  attempt.safety = (enum retry_safety)luaL_checkoption(L, -1, NULL, safeties);
  lua_getfield(L, 1, "category");
  attempt.category = luaL_checkstring(L, -1);
  int64_t delay = 0;
  enum retry_verdict verdict = retry_decide(&attempt, &context->host, &delay);
  if (verdict == RETRY_AGAIN) {
    lua_pushinteger(L, delay);
    lua_pushinteger(L, (lua_Integer)(attempt.allowed - attempt.made - 1));
  } else {
    lua_pushnil(L);
    lua_pushstring(L, retry_verdict_name(verdict));
  }
  return 2;
}

/* admit(fresh) -> milliseconds to leave the host alone; 0: go. `fresh`: a call begins. */
static int retry_admit(lua_State *L) {
  struct context *context = context_of(L);
  if (lua_toboolean(L, 1)) retry_host_earn(&context->host);
  lua_pushinteger(L, retry_host_wait(&context->host, loop_now() + context->shift));
  return 1;
}

/* heard(category or nil, status or nil, operation or nil, code or nil): how an attempt ended; with
   the operation it is counted. */
static int retry_heard(lua_State *L) {
  struct context *context = context_of(L);
  const char *operation = luaL_optstring(L, 3, NULL);
  if (operation) tally_count(context->tally, operation, luaL_optstring(L, 4, NULL));
  retry_host_heard(&context->host, luaL_optstring(L, 1, NULL), (int)luaL_optinteger(L, 2, 0),
                   loop_now() + context->shift);
  return 0;
}

/* retries() -> how often a call may be made again that does not say otherwise. */
static int retry_retries(lua_State *L) {
  lua_pushinteger(L, context_of(L)->retries);
  return 1;
}

static int doubt_close(lua_State *L) {
  struct retry_doubt *doubt = luaL_checkudata(L, 1, type_name);
  if (!doubt->context) return 0;
  for (struct retry_doubt **place = &doubt->context->doubts; *place; place = &(*place)->next) {
    if (*place != doubt) continue;
    *place = doubt->next;
    break;
  }
  doubt->context = NULL;
  return 0;
}

/* doubt(line) -> a value to be closed when nobody need know any more. */
static int retry_doubt(lua_State *L) {
  const char *line = luaL_checkstring(L, 1);
  struct retry_doubt *doubt = lua_newuserdatauv(L, sizeof *doubt, 0);
  struct context *context = context_of(L);
  *doubt = (struct retry_doubt){.context = context, .task = context->task};
  strncpy(doubt->line, line, sizeof doubt->line - 1);
  luaL_setmetatable(L, type_name);
  doubt->next = doubt->context->doubts;
  doubt->context->doubts = doubt;
  return 1;
}

bool retry_doubts_have(const struct context *context, const struct task *task, const char *line) {
  const struct retry_doubt *doubt = context->doubts;
  while (doubt && (doubt->task != task || strcmp(doubt->line, line) != 0)) doubt = doubt->next;
  return doubt != NULL;
}

int retry_doubts(const struct context *context, struct buffer *out, int *unnamed) {
  int found = 0;
  for (const struct retry_doubt *doubt = context->doubts; doubt; doubt = doubt->next, found++)
    if (*unnamed > 0 || !buffer_printf(out, found > 0 ? "    %s\n" : "%s\n", doubt->line))
      (*unnamed)++;
  return found;
}

static const luaL_Reg functions[] = {{"admit", retry_admit},     {"decide", retry_decide_call},
                                     {"doubt", retry_doubt},     {"heard", retry_heard},
                                     {"retries", retry_retries}, {NULL, NULL}};

int luaopen_native_retry(lua_State *L) {
  luaL_newmetatable(L, type_name);
  lua_pushcfunction(L, doubt_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, doubt_close);
  lua_setfield(L, -2, "__close");
  luaL_newlib(L, functions);
  tables_set_integer(L, "DEADLINE", RETRY_DEADLINE_SECONDS);
  tables_set_integer(L, "MOST", RETRY_MOST);
  return 1;
}
