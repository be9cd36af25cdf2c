#include "http.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "await.h"
#include "quota.h"
#include "retry.h"

enum {
  CONNECT_TIMEOUT_MS = 10 * 1000,
  TIMEOUT_MS = 30 * 1000,
  LONGEST_TIMEOUT_MS = 60 * 60 * 1000,
  RESPONSE_MAXIMUM = 64 * 1024 * 1024,
  URL_MAXIMUM = 64 * 1024,
  HOW_MANY_MORE = 64, /* bytes that say so */
  METHOD_LENGTH = 8,
  PATH_LENGTH = CALL_LINE - METHOD_LENGTH
};

static const char type_name[] = "native.http.call";

/* The upvalues of call: the metatables of calls and of responses. */
enum { CALL_MT = 1, RESPONSE_MT, UPVALUES = RESPONSE_MT };

/* One call under way: a userdata, created closed, kept alive by the stack of whoever waits. */
struct http_call {
  struct await await;             /* first: is_firm finds the call through it */
  struct http_exchange *exchange; /* NULL: closed */
  struct context *context;
  struct http_call *next;
  const struct task *task; /* whose call it is; not to be followed */
  int64_t started;
  uint32_t operation; /* whose permit it has */
  char method[METHOD_LENGTH];
  char path[PATH_LENGTH];
};

static void close_call(struct http_call *call) {
  if (!call->exchange) return;
  for (struct http_call **place = &call->context->calls; *place; place = &(*place)->next) {
    if (*place != call) continue;
    *place = call->next;
    break;
  }
  http_exchange_free(call->exchange);
  call->exchange = NULL;
}

static int call_gc(lua_State *L) {
  close_call(luaL_checkudata(L, 1, type_name));
  return 0;
}

/* The field lines as a table: names in lower case, repeated ones joined by ", " (RFC 9110, 5.3). */
static void push_headers(lua_State *L, const char *line) {
  lua_newtable(L);
  while (*line) {
    const char *end = strchr(line, '\n');
    if (!end) break;
    const char *colon = memchr(line, ':', (size_t)(end - line));
    const char *value_end = end > line && end[-1] == '\r' ? end - 1 : end;
    if (colon && colon - line < 128) {
      char name[128];
      size_t length = (size_t)(colon - line);
      for (size_t i = 0; i < length; i++)
        name[i] = line[i] >= 'A' && line[i] <= 'Z' ? (char)(line[i] + 32) : line[i];
      const char *value = colon + 1;
      while (value < value_end && (*value == ' ' || *value == '\t')) value++;
      lua_pushlstring(L, name, length);
      lua_pushvalue(L, -1);
      lua_rawget(L, -3); /* headers name earlier */
      if (lua_isstring(L, -1)) {
        lua_pushliteral(L, ", ");
        lua_pushlstring(L, value, (size_t)(value_end - value));
        lua_concat(L, 3);
      } else {
        lua_pop(L, 1);
        lua_pushlstring(L, value, (size_t)(value_end - value));
      }
      lua_rawset(L, -3); /* headers */
    }
    line = end + 1;
  }
}

/* __index of a response. Few are asked for their headers, so these are made when they are: from the
   field lines, which until then stand in the response at 1. */
static int response_index(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "headers") != 0) return 0;
  if (lua_rawgeti(L, 1, 1) != LUA_TSTRING) return 0;
  push_headers(L, lua_tostring(L, -1));
  lua_pushvalue(L, -1);
  lua_setfield(L, 1, "headers");
  lua_pushnil(L);
  lua_rawseti(L, 1, 1);
  return 1;
}

static int push_response(lua_State *L, const struct http_call *call) {
  const struct http_response *response = http_exchange_response(call->exchange);
  lua_createtable(L, 1, 4);
  lua_pushvalue(L, lua_upvalueindex(RESPONSE_MT));
  lua_setmetatable(L, -2);
  lua_pushinteger(L, response->status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, response->headers.length > 0 ? response->headers.data : "",
                  response->headers.length);
  lua_rawseti(L, -2, 1);
  lua_pushlstring(L, response->body.length > 0 ? response->body.data : "", response->body.length);
  lua_setfield(L, -2, "body");
  lua_pushnumber(L, http_exchange_elapsed(call->exchange));
  lua_setfield(L, -2, "elapsed");
  return 1;
}

static int push_failure(lua_State *L, const struct failure *failure, bool sent, double elapsed) {
  context_fail(L, failure);
  lua_createtable(L, 0, 2);
  lua_pushboolean(L, sent);
  lua_setfield(L, -2, "sent");
  lua_pushnumber(L, elapsed);
  lua_setfield(L, -2, "elapsed");
  return 4;
}

static int fail_unsent(lua_State *L, const char *code, const char *message) {
  struct failure failure;
  failure_set(&failure, code, "%s", message);
  push_failure(L, &failure, false, 0);
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "begun");
  return 4;
}

/* What came of a call that was given up: what has left may be done by Lofty all the same. */
static int push_cut(lua_State *L, const struct http_call *call) {
  struct failure failure;
  failure_set(&failure, call->await.cut, "%s", await_reason(call->await.cut));
  return push_failure(L, &failure, http_exchange_sent(call->exchange),
                      (double)(loop_now() - call->started) / 1e3);
}

/* A write that has left is not given up where nobody insists on it: its reply tells what became of
   it. */
static bool is_firm(const struct await *await) {
  const struct http_call *call = (const struct http_call *)await;
  return strcmp(call->method, "GET") != 0 && http_exchange_sent(call->exchange);
}

/* "POST /v1.0/notes" */
static void write_line(const struct http_call *call, char line[CALL_LINE]) {
  size_t length = strlen(call->method);
  memcpy(line, call->method, length);
  line[length] = ' ';
  memcpy(line + length + 1, call->path, strlen(call->path) + 1);
}

static void remember_answered(struct http_call *call) {
  struct answered *answered = &call->context->answered;
  if (strcmp(call->method, "GET") == 0 || !http_exchange_sent(call->exchange)) return;
  answered->task = call->task;
  write_line(call, answered->line);
}

static int finish_call(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct http_call *call = lua_touserdata(L, (int)k);
  int results =
      call->await.cut ? push_cut(L, call)
      : http_exchange_response(call->exchange)
          ? push_response(L, call)
          : push_failure(L, http_exchange_failure(call->exchange),
                         http_exchange_sent(call->exchange), http_exchange_elapsed(call->exchange));
  remember_answered(call);
  close_call(call);
  return results;
}

static int finish_refused(lua_State *L, int status, lua_KContext code) {
  (void)status;
  return fail_unsent(L, (const char *)code, await_reason((const char *)code));
}

static void on_done(void *context) {
  struct http_call *call = context;
  quota_heard(call->context, call->operation, http_exchange_response(call->exchange),
              loop_now() - call->started);
  await_done(call->context, &call->await);
}

static const char *check_method(lua_State *L) {
  static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", NULL};
  lua_getfield(L, 1, "method");
  return methods[luaL_checkoption(L, -1, NULL, methods)];
}

static const char *check_target(lua_State *L) {
  lua_getfield(L, 1, "target");
  size_t length;
  const char *target = luaL_checklstring(L, -1, &length);
  luaL_argcheck(L, target[0] == '/', 1, "target must begin with /");
  for (size_t i = 0; i < length; i++)
    luaL_argcheck(L, target[i] > 0x20 && target[i] < 0x7F, 1, "target must be percent-encoded");
  luaL_argcheck(L, length < URL_MAXIMUM, 1, "target is too long");
  return target;
}

static long check_timeout(lua_State *L) {
  lua_getfield(L, 1, "timeout");
  lua_Integer timeout = luaL_optinteger(L, -1, TIMEOUT_MS);
  luaL_argcheck(L, timeout >= 1 && timeout <= LONGEST_TIMEOUT_MS, 1,
                "timeout must be between 1 and 3600000 milliseconds");
  return (long)timeout;
}

static uint32_t operation_of(lua_State *L) {
  lua_getfield(L, 1, "operation");
  return quota_operation(luaL_optstring(L, -1, ""));
}

static int http_call(lua_State *L) {
  struct context *context = context_of(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct http_request request = {.connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                 .response_maximum = RESPONSE_MAXIMUM};
  request.method = check_method(L);      /* 2 */
  const char *target = check_target(L);  /* 3 */
  request.timeout_ms = check_timeout(L); /* 4 */
  lua_getfield(L, 1, "body");            /* 5 */
  request.body = luaL_optlstring(L, -1, NULL, &request.body_length);
  uint32_t operation = operation_of(L); /* 6 */
  if (!context->http) return luaL_error(L, "calls cannot be made here");
  const char *refusal = await_refusal(L);
  if (refusal) return await_refuse(L, refusal, finish_refused);
  request.authorization = context->config->credential.authorization;
  if (!request.authorization) return fail_unsent(L, "NO_CREDENTIALS", config_missing_credential());
  if (context_is_spent(context)) {
    context->requests_refused++;
    return fail_unsent(L, "TOO_MANY_CALLS", "the run has made as many requests as it may");
  }
  lua_pushstring(L, context->config->base_url);
  lua_pushvalue(L, 3);
  lua_concat(L, 2);
  request.url = lua_tostring(L, -1); /* 7 */

  struct http_call *call = lua_newuserdatauv(L, sizeof *call, 0); /* 8 */
  *call = (struct http_call){.context = context,
                             .task = context->task,
                             .await = {.is_firm = is_firm},
                             .started = loop_now(),
                             .operation = operation};
  lua_pushvalue(L, lua_upvalueindex(CALL_MT));
  lua_setmetatable(L, -2);
  memcpy(call->method, request.method, strlen(request.method) + 1);
  size_t path_length = strcspn(target, "?");
  memcpy(call->path, target, path_length < PATH_LENGTH ? path_length : PATH_LENGTH - 1);
  struct failure failure;
  call->exchange = http_start(context->http, &request, on_done, call, &failure);
  if (!call->exchange) return push_failure(L, &failure, false, 0);
  context->requests++;
  call->next = context->calls;
  context->calls = call;
  return await(L, &call->await, lua_gettop(L), finish_call);
}

int http_calls_in_flight(const struct context *context, struct buffer *out) {
  int unnamed = 0;
  int count = retry_doubts(context, out, &unnamed);
  for (const struct http_call *call = context->calls; call; call = call->next) {
    if (strcmp(call->method, "GET") == 0 || !http_exchange_sent(call->exchange)) continue;
    char line[CALL_LINE];
    write_line(call, line);
    if (retry_doubts_have(context, call->task, line)) continue;
    if (unnamed > 0 || !buffer_printf(out, count > 0 ? "    %s\n" : "%s\n", line)) unnamed++;
    count++;
  }
  const struct answered *answered = &context->answered;
  if (answered->task && !retry_doubts_have(context, answered->task, answered->line)) {
    if (unnamed > 0 || !buffer_printf(out, "%s%s (answered; the script may not know)\n",
                                      count > 0 ? "    " : "", answered->line))
      unnamed++;
    count++;
  }
  if (unnamed > 0) {
    out->maximum += HOW_MANY_MORE;
    buffer_printf(out, "    and %d more\n", unnamed);
  }
  return count;
}

static const luaL_Reg functions[] = {{"call", http_call}, {NULL, NULL}};

int luaopen_native_http(lua_State *L) {
  luaL_newmetatable(L, type_name);
  lua_pushcfunction(L, call_gc);
  lua_setfield(L, -2, "__gc");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, response_index);
  lua_setfield(L, -2, "__index");
  luaL_newlibtable(L, functions);
  lua_insert(L, -3); /* module, call_mt, response_mt */
  luaL_setfuncs(L, functions, UPVALUES);
  return 1;
}
