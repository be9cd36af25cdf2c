#include "traffic.h"

#include <lauxlib.h>

#include "../core/exit_code.h"
#include "context.h"
#include "tables.h"

static const struct traffic *traffic_of(lua_State *L) {
  static const struct traffic none = {.trace = false};
  const struct traffic *traffic = context_of(L)->traffic;
  return traffic ? traffic : &none;
}

static int settings(lua_State *L) {
  const struct context *context = context_of(L);
  const struct traffic *traffic = traffic_of(L);
  const struct config *config = context->config;
  enum credential_kind kind = config ? config->credential.kind : CREDENTIAL_NONE;
  bool bearer = kind != CREDENTIAL_NONE && kind != CREDENTIAL_API_KEY;
  lua_createtable(L, 0, 6);
  tables_set_boolean(L, "trace", traffic->trace);
  tables_set_text(L, "record", traffic->record_path);
  tables_set_text(L, "replay", traffic->replay_path);
  tables_set_text(L, "base_url", config ? config->base_url : NULL);
  tables_set_text(L, "scheme", bearer ? "Bearer" : "token");
  tables_set_text(L, "variable", bearer ? "LOFTY_ACCESS_TOKEN" : "LOFTY_API_KEY");
  return 1;
}

static int print_text(lua_State *L) {
  log_text(context_of(L)->log, LOG_LEVEL_DEBUG, luaL_checkstring(L, 1));
  return 0;
}

static int write_text(lua_State *L) {
  struct failure failure;
  size_t length;
  const struct traffic *traffic = traffic_of(L);
  const char *text = luaL_checklstring(L, 1, &length);
  if (!traffic->cassette) return luaL_error(L, "nothing is recorded here");
  return context_answer(L, cassette_write(traffic->cassette, text, length, &failure), &failure);
}

static int recorded(lua_State *L) {
  const struct buffer *text = &traffic_of(L)->recorded;
  lua_pushlstring(L, text->data ? text->data : "", text->length);
  return 1;
}

static int stop(lua_State *L) {
  static const char *const kinds[] = {"script", "temporary", NULL};
  static const int exit_codes[] = {EXIT_SCRIPT, EXIT_TEMPORARY};
  struct context *context = context_of(L);
  int kind = luaL_checkoption(L, 1, NULL, kinds);
  const char *message = luaL_checkstring(L, 2);
  if (!context->stop) return luaL_error(L, "%s", message);
  return context->stop(context, L, exit_codes[kind], message);
}

static const luaL_Reg functions[] = {{"settings", settings}, {"print", print_text},
                                     {"write", write_text},  {"recorded", recorded},
                                     {"stop", stop},         {NULL, NULL}};

int luaopen_native_traffic(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
