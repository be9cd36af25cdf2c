#include "run.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/auth.h"
#include "context.h"
#include "tables.h"

static int run_settings(lua_State *L) {
  const struct context *context = context_of(L);
  lua_createtable(L, 0, 4);
  tables_set_boolean(L, "dry_run", context->dry.on);
  if (context->config) tables_set_text(L, "base_url", context->config->base_url);
  tables_set_text(L, "profile", context->profile);
  tables_set_boolean(L, "sandbox", context->sandbox);
  tables_set_boolean(L, "read_before_write", context->read_before_write);
  return 1;
}

/* The host leaves the profile's numbers of codes in the registry (host/profile.c). */
static int run_codes(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, RUN_CODES);
  return 1;
}

static int run_item_failed(lua_State *L) {
  context_of(L)->items_failed++;
  return 0;
}

/* requests() -> requests made so far, how many there may be; nil: any number. */
static int run_requests(lua_State *L) {
  const struct context *context = context_of(L);
  lua_pushinteger(L, (lua_Integer)context->requests);
  if (context->requests_maximum)
    lua_pushinteger(L, (lua_Integer)context->requests_maximum);
  else
    lua_pushnil(L);
  return 2;
}

/* Whatever a server says may end up in a log; a secret that it echoes must not. */
static int run_redact(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  const struct context *context = context_of(L);
  const struct config *config = context->config;
  bool has_credential = config && config->credential.kind != CREDENTIAL_NONE;
  lua_settop(L, 1);
  if (!has_credential && context->secret_count == 0) return 1;
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, length);
  memcpy(room, text, length);
  if (has_credential) length = credential_redact(&config->credential, room, length);
  length = secrets_redact(context->secrets, context->secret_count, room, length);
  luaL_pushresultsize(&out, length);
  return 1;
}

static const luaL_Reg functions[] = {{"settings", run_settings},       {"codes", run_codes},
                                     {"item_failed", run_item_failed}, {"redact", run_redact},
                                     {"requests", run_requests},       {NULL, NULL}};

int luaopen_native_run(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
