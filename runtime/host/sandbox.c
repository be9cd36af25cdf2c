#include "sandbox.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdlib.h>

#include "../core/server.h"
#include "state.h"

struct sandbox {
  lua_State *L; /* stack: the box */
  struct server *server;
  const struct log *log;
};

/* Arguments of the protected functions below, as one light userdata. */
struct exchange {
  const struct server_request *request;
  struct server_reply *reply;
};

/* Stack: the seed, a C string as light userdata. Leaves the box. */
static int create(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "sandbox");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_createtable(L, 0, 1);
  lua_pushstring(L, lua_touserdata(L, 1));
  lua_setfield(L, -2, "seed");
  lua_call(L, 1, 2); /* box, or nil and why there is none */
  if (lua_isnil(L, -2)) return lua_error(L);
  lua_pop(L, 1);
  return 1;
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
  lua_pushstring(L, request->method);
  lua_setfield(L, -2, "method");
  lua_pushstring(L, request->path);
  lua_setfield(L, -2, "path");
  push_query(L, request);
  lua_setfield(L, -2, "query");
  push_headers(L, request);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, request->body, request->body_length);
  lua_setfield(L, -2, "body");
}

/* Stack: status, headers, body. */
static void take_reply(lua_State *L, struct server_reply *reply) {
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

/* Stack: box, exchange. */
static int handle(lua_State *L) {
  const struct exchange *exchange = lua_touserdata(L, 2);
  lua_getfield(L, 1, "handle");
  lua_pushvalue(L, 1);
  push_request(L, exchange->request);
  lua_call(L, 2, 3);
  take_reply(L, exchange->reply);
  return 0;
}

static void on_request(void *context, const struct server_request *request,
                       struct server_reply *reply) {
  struct sandbox *sandbox = context;
  struct exchange exchange = {.request = request, .reply = reply};
  lua_State *L = sandbox->L;
  lua_pushcfunction(L, handle);
  lua_pushvalue(L, 1);
  lua_pushlightuserdata(L, &exchange);
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return;
  const char *message = lua_tostring(L, -1);
  struct log_field field = {.name = "error", .value = message ? message : "?"};
  log_write(sandbox->log, LOG_LEVEL_ERROR, "the sandbox itself failed", &field, 1);
  lua_settop(L, 1);
  reply->status = 500;
  buffer_free(&reply->headers);
  buffer_free(&reply->body);
}

static bool create_box(struct sandbox *sandbox, const char *seed, struct failure *failure) {
  lua_State *L = sandbox->L;
  lua_pushcfunction(L, create);
  lua_pushlightuserdata(L, (void *)(uintptr_t)seed);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) return true;
  const char *message = lua_tostring(L, -1);
  return failure_set(failure, "SEED_INVALID", "%s", message ? message : "the sandbox failed");
}

struct sandbox *sandbox_start(struct context *context, const char *seed, unsigned port,
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
  if (create_box(sandbox, seed, failure))
    sandbox->server = server_start(context->loop, port, on_request, sandbox, failure);
  if (sandbox->server) return sandbox;
  sandbox_stop(sandbox);
  return NULL;
}

unsigned sandbox_port(const struct sandbox *sandbox) { return server_port(sandbox->server); }

void sandbox_stop(struct sandbox *sandbox) {
  if (!sandbox) return;
  server_stop(sandbox->server);
  if (sandbox->L) lua_close(sandbox->L);
  free(sandbox);
}
