#include "sandbox.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/tables.h"
#include "../core/server.h"
#include "deliverer.h"
#include "forward.h"
#include "state.h"

struct sandbox {
  lua_State *L; /* stack: the front */
  struct server *server;
  struct forwarder *forwarder; /* NULL: requests are answered here */
  struct deliverer *deliverer; /* NULL: nobody is told of what changes */
  const struct log *log;
  long long fault_seed;
};

/* Arguments of the protected functions below, as one light userdata. */
struct exchange {
  const struct server_request *request;
  const struct forwarded *forwarded; /* instead of the request: what came of it */
  struct server_reply *reply;
  int tag; /* reference to what the front wants back; LUA_NOREF once there is a reply */
};

/* Stack: the options as light userdata. Leaves the front and the seed of its faults. */
static int create(lua_State *L) {
  const struct sandbox_options *options = lua_touserdata(L, 1);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "sandbox.front");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_createtable(L, 0, 6);
  tables_set_text(L, "seed", options->seed);
  tables_set_text(L, "faults", options->faults);
  tables_set_text(L, "rate_limit", options->rate_limit);
  tables_set_text(L, "ledger", options->ledger);
  tables_set_boolean(L, "upstream", options->upstream != NULL);
  tables_set_boolean(L, "deliver", options->deliver);
  lua_call(L, 1, 2); /* front, or nil and why there is none */
  if (lua_isnil(L, -2)) return lua_error(L);
  lua_pop(L, 1);
  lua_getfield(L, -1, "seed");
  lua_pushvalue(L, -2);
  lua_call(L, 1, 1);
  return 2;
}

static void push_headers(lua_State *L, const struct server_request *request) {
  lua_createtable(L, 0, (int)request->header_count);
  for (size_t i = 0; i < request->header_count; i++) {
    luaL_Buffer name;
    luaL_buffinit(L, &name);
    for (const char *from = request->headers[i].name; *from; from++)
      luaL_addchar(&name, (char)(*from >= 'A' && *from <= 'Z' ? *from + 32 : *from));
    luaL_pushresult(&name);
    lua_pushstring(L, request->headers[i].value);
    lua_rawset(L, -3);
  }
}

static void push_query(lua_State *L, const struct server_request *request) {
  lua_createtable(L, (int)request->query_count, 0);
  for (size_t i = 0; i < request->query_count; i++) {
    lua_createtable(L, 2, 0);
    lua_pushstring(L, request->query[i].name);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, request->query[i].value);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_request(lua_State *L, const struct server_request *request) {
  lua_createtable(L, 0, 5);
  tables_set_text(L, "method", request->method);
  tables_set_text(L, "path", request->path);
  push_query(L, request);
  lua_setfield(L, -2, "query");
  push_headers(L, request);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, request->body, request->body_length);
  lua_setfield(L, -2, "body");
}

/* Stack: a table of the kind sandbox.Ending. */
static void take_ending(lua_State *L, struct server_reply *reply) {
  static const char *const names[] = {"", "cut", "close", "reset", NULL}; /* enum server_ending */
  lua_getfield(L, -1, "ending");
  reply->ending = (enum server_ending)luaL_checkoption(L, -1, "", names);
  lua_getfield(L, -2, "delay");
  reply->delay_ms = luaL_checkinteger(L, -1);
  lua_getfield(L, -3, "cut_in_body");
  reply->cut_in_body = lua_toboolean(L, -1);
  lua_getfield(L, -4, "cut_share");
  reply->cut_share = luaL_optnumber(L, -1, 0);
  lua_pop(L, 4);
}

/* Stack: status, headers, body, ending or nil. */
static void take_reply(lua_State *L, struct server_reply *reply) {
  if (!lua_isnil(L, -1)) take_ending(L, reply);
  lua_pop(L, 1);
  size_t length;
  const char *body = luaL_checklstring(L, -1, &length);
  reply->status = (int)luaL_checkinteger(L, -3);
  if (!buffer_append(&reply->body, body, length)) luaL_error(L, "the reply is too large");
  luaL_checktype(L, -2, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, -3)) {
    if (!server_reply_header(reply, luaL_checkstring(L, -2), luaL_checkstring(L, -1)))
      luaL_error(L, "the reply's header is too large");
    lua_pop(L, 1);
  }
}

/* Stack: front, exchange. */
static int handle(lua_State *L) {
  struct exchange *exchange = lua_touserdata(L, 2);
  lua_getfield(L, 1, "handle");
  lua_pushvalue(L, 1);
  push_request(L, exchange->request);
  lua_call(L, 2, 4);
  if (lua_isnil(L, -4)) {
    lua_pop(L, 2);
    exchange->tag = luaL_ref(L, LUA_REGISTRYINDEX);
  } else {
    take_reply(L, exchange->reply);
  }
  return 0;
}

/* Stack: front, exchange. */
static int finish(lua_State *L) {
  const struct exchange *exchange = lua_touserdata(L, 2);
  const struct forwarded *forwarded = exchange->forwarded;
  const struct http_response *response = forwarded->response;
  lua_getfield(L, 1, response ? "finish" : "lost");
  lua_pushvalue(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, forwarded->tag);
  luaL_unref(L, LUA_REGISTRYINDEX, forwarded->tag);
  if (response) {
    lua_pushinteger(L, response->status);
    lua_pushlstring(L, response->headers.data ? response->headers.data : "",
                    response->headers.length);
    lua_pushlstring(L, response->body.data ? response->body.data : "", response->body.length);
  } else {
    lua_pushboolean(L, forwarded->sent);
    lua_pushstring(L, forwarded->failure->message);
  }
  lua_call(L, response ? 5 : 4, 4);
  take_reply(L, exchange->reply);
  return 0;
}

/* Runs one of the two above; when it raises, the reply says that the sandbox itself failed. */
static void converse(struct sandbox *sandbox, lua_CFunction function, struct exchange *exchange) {
  lua_State *L = sandbox->L;
  lua_pushcfunction(L, function);
  lua_pushvalue(L, 1);
  lua_pushlightuserdata(L, exchange);
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return;
  const char *message = lua_tostring(L, -1);
  struct log_field field = {.name = "error", .value = message ? message : "?"};
  log_write(sandbox->log, LOG_LEVEL_ERROR, "the sandbox itself failed", &field, 1);
  lua_settop(L, 1);
  exchange->reply->status = 500;
  buffer_free(&exchange->reply->headers);
  buffer_free(&exchange->reply->body);
}

static void on_request(void *context, const struct server_request *request,
                       struct server_reply *reply) {
  struct sandbox *sandbox = context;
  struct exchange exchange = {.request = request, .reply = reply, .tag = LUA_NOREF};
  converse(sandbox, handle, &exchange);
  if (sandbox->deliverer) deliverer_look(sandbox->deliverer);
  if (exchange.tag == LUA_NOREF) return;
  struct failure failure;
  if (forwarder_pass(sandbox->forwarder, request, exchange.tag, &failure)) {
    reply->later = true;
    return;
  }
  struct forwarded nowhere = {.tag = exchange.tag, .failure = &failure};
  exchange.forwarded = &nowhere;
  converse(sandbox, finish, &exchange);
}

static void on_forwarded(void *context, const struct forwarded *forwarded) {
  struct exchange exchange = {.forwarded = forwarded, .reply = server_reply_of(forwarded->call)};
  converse(context, finish, &exchange);
  server_answer(forwarded->call);
}

static bool create_front(struct sandbox *sandbox, const struct sandbox_options *options,
                         struct failure *failure) {
  lua_State *L = sandbox->L;
  lua_pushcfunction(L, create);
  lua_pushlightuserdata(L, (void *)(uintptr_t)options);
  if (lua_pcall(L, 1, 2, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    failure_set(failure, "USAGE", "%s", message ? message : "the sandbox failed");
    lua_settop(L, 0);
    return false;
  }
  sandbox->fault_seed = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return true;
}

static bool create_forwarder(struct sandbox *sandbox, struct context *context,
                             const struct sandbox_options *options, struct failure *failure) {
  if (!options->upstream) return true;
  struct failure problem;
  sandbox->forwarder =
      forwarder_new(context->http, options->upstream, on_forwarded, sandbox, &problem);
  return sandbox->forwarder || failure_set(failure, "USAGE", "--upstream: %s", problem.message);
}

static bool create_deliverer(struct sandbox *sandbox, struct context *context,
                             const struct sandbox_options *options, struct failure *failure) {
  if (!options->deliver || options->upstream) return true;
  sandbox->deliverer = deliverer_new(context->loop, context->http, sandbox->L, context->log);
  return sandbox->deliverer || failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

struct sandbox *sandbox_start(struct context *context, const struct sandbox_options *options,
                              struct failure *failure) {
  struct sandbox *sandbox = calloc(1, sizeof *sandbox);
  if (sandbox) {
    sandbox->log = context->log;
    sandbox->L = state_new(context);
  }
  if (!sandbox || !sandbox->L) {
    free(sandbox);
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  if (create_forwarder(sandbox, context, options, failure) &&
      create_front(sandbox, options, failure) &&
      create_deliverer(sandbox, context, options, failure))
    sandbox->server = server_start(context->loop, options->port, on_request, sandbox, failure);
  if (sandbox->server) return sandbox;
  sandbox_stop(sandbox);
  return NULL;
}

long long sandbox_fault_seed(const struct sandbox *sandbox) { return sandbox->fault_seed; }

unsigned sandbox_port(const struct sandbox *sandbox) { return server_port(sandbox->server); }

/* Stack: the front. Writes the ledger; raises when it cannot. */
static int close_front(lua_State *L) {
  lua_getfield(L, 1, "close");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 2);
  return lua_toboolean(L, -2) ? 0 : lua_error(L);
}

void sandbox_stop(struct sandbox *sandbox) {
  if (!sandbox) return;
  forwarder_free(sandbox->forwarder);
  deliverer_free(sandbox->deliverer);
  server_stop(sandbox->server);
  lua_State *L = sandbox->L;
  if (L && lua_gettop(L) > 0) {
    lua_pushcfunction(L, close_front);
    lua_insert(L, 1);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
      const char *message = lua_tostring(L, -1);
      struct log_field field = {.name = "error", .value = message ? message : "?"};
      log_write(sandbox->log, LOG_LEVEL_ERROR, "the ledger could not be written", &field, 1);
    }
  }
  state_close(L);
  free(sandbox);
}
