#include "credential.h"

#include <lauxlib.h>
#include <time.h>

#include "await.h"
#include "tables.h"

static const char type_name[] = "native.credential.wait";

/* A task that waits for a token: a userdata on its stack. */
struct waiting {
  struct credential_wait wait; /* first: on_done finds the rest through it */
  struct await await;
  struct context *context;
};

static int64_t epoch_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_grant(lua_State *L) {
  const struct context *context = context_of(L);
  lua_pushboolean(L, context->credentials && credential_is_grant(&context->config->credential));
  return 1;
}

static int ready(lua_State *L) {
  const struct credential_source *source = context_of(L)->credentials;
  if (source && source->serial && epoch_ms() < source->usable_until)
    lua_pushinteger(L, (lua_Integer)source->serial);
  else
    lua_pushnil(L);
  return 1;
}

static void leave(struct waiting *waiting) {
  struct credential_source *source = waiting->context->credentials;
  if (waiting->wait.listed && source) source->leave(source, &waiting->wait);
}

static int waiting_gc(lua_State *L) {
  leave(luaL_checkudata(L, 1, type_name));
  return 0;
}

static void on_done(struct credential_wait *wait) {
  struct waiting *waiting = (struct waiting *)wait;
  await_done(waiting->context, &waiting->await);
}

/* Pushes what went wrong; the call itself has not been sent. */
static int push_failure(lua_State *L, double retry_after) {
  lua_createtable(L, 0, 2);
  tables_set_boolean(L, "sent", false);
  if (retry_after >= 0) tables_set_number(L, "retry_after", retry_after);
  return 4;
}

static int finish(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct waiting *waiting = lua_touserdata(L, (int)k);
  leave(waiting);
  if (waiting->await.cut) {
    await_push_cut(L, waiting->await.cut);
    return push_failure(L, -1);
  }
  if (!waiting->wait.fine) {
    context_fail(L, &waiting->wait.failure);
    push_failure(L, waiting->wait.retry_after);
    tables_set_boolean(L, "token", true); /* it is the token that was not got */
    return 4;
  }
  lua_pushinteger(L, (lua_Integer)waiting->context->credentials->serial);
  return 1;
}

static int obtain(lua_State *L) {
  struct context *context = context_of(L);
  lua_Integer refused = luaL_optinteger(L, 1, 0);
  if (!context->credentials) return luaL_error(L, "no tokens can be got here");
  const char *refusal = await_refusal(L);
  if (refusal) {
    await_push_cut(L, refusal);
    return push_failure(L, -1);
  }
  struct waiting *waiting = lua_newuserdatauv(L, sizeof *waiting, 0);
  *waiting = (struct waiting){.context = context, .wait = {.done = on_done, .retry_after = -1}};
  luaL_setmetatable(L, type_name);
  context->credentials->obtain(context->credentials, (unsigned)refused, &waiting->wait);
  return await(L, &waiting->await, lua_gettop(L), finish);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  if (text && *text) tables_set_text(L, name, text);
}

static void set_time(lua_State *L, const char *name, int64_t time) {
  if (time > 0) tables_set_integer(L, name, time);
}

static int describe(lua_State *L) {
  const struct context *context = context_of(L);
  const struct config *config = context->config;
  struct credential_facts facts = {.endpoint = NULL};
  lua_createtable(L, 0, 10);
  if (!context->credentials || !config) {
    set_text(L, "kind", credential_kind_name(CREDENTIAL_NONE));
    return 1;
  }
  context->credentials->describe(context->credentials, &facts);
  set_text(L, "kind", credential_kind_name(config->credential.kind));
  set_text(L, "from", config->credential_from);
  set_text(L, "profile", config->profile);
  set_text(L, "base_url", config->base_url);
  set_text(L, "base_url_from", config->base_url_from);
  set_text(L, "client_id", config->credential.client_id);
  set_text(L, "endpoint", facts.endpoint);
  set_time(L, "obtained_at", facts.obtained_at);
  set_time(L, "ends_at", facts.ends_at);
  tables_set_boolean(L, "signed", facts.is_signed);
  return 1;
}

static const luaL_Reg functions[] = {{"describe", describe},
                                     {"is_grant", is_grant},
                                     {"obtain", obtain},
                                     {"ready", ready},
                                     {NULL, NULL}};

int luaopen_native_credential(lua_State *L) {
  context_new_type(L, type_name, NULL, waiting_gc);
  luaL_newlib(L, functions);
  return 1;
}
