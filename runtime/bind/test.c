#include "test.h"

#include <lauxlib.h>

enum { OUTPUT_MAXIMUM = 64 * 1024 * 1024 };

static const char type_name[] = "native.test.printed";

/* What was printed, as long as it becomes a value. */
struct printed {
  struct buffer output, errors;
};

static int printed_gc(lua_State *L) {
  struct printed *printed = luaL_checkudata(L, 1, type_name);
  buffer_free(&printed->output);
  buffer_free(&printed->errors);
  return 0;
}

static const struct test_host *host_of(lua_State *L) {
  const struct test_host *host = context_of(L)->test;
  if (!host) luaL_error(L, "tests are run by loftyrun test");
  return host;
}

static int sandbox(lua_State *L) {
  struct failure failure;
  struct test_sandbox wanted = {.seed = luaL_checkstring(L, 1),
                                .faults = luaL_optstring(L, 2, NULL),
                                .rate_limit = luaL_optstring(L, 3, NULL)};
  return context_answer(L, host_of(L)->sandbox(context_of(L), &wanted, &failure), &failure);
}

static int load(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  return host_of(L)->load(context_of(L), L, path);
}

static int capture(lua_State *L) {
  struct failure failure;
  return context_answer(L, host_of(L)->capture(context_of(L), &failure), &failure);
}

static int release(lua_State *L) {
  struct failure failure;
  const struct test_host *host = host_of(L);
  struct printed *printed = lua_newuserdatauv(L, sizeof *printed, 0);
  buffer_init(&printed->output, OUTPUT_MAXIMUM);
  buffer_init(&printed->errors, OUTPUT_MAXIMUM);
  luaL_setmetatable(L, type_name);
  if (!host->release(context_of(L), &printed->output, &printed->errors, &failure))
    return context_fail(L, &failure);
  lua_pushlstring(L, printed->output.data ? printed->output.data : "", printed->output.length);
  lua_pushlstring(L, printed->errors.data ? printed->errors.data : "", printed->errors.length);
  return 2;
}

static int tell(lua_State *L) {
  struct failure failure;
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  return context_answer(L, host_of(L)->tell(text, length, &failure), &failure);
}

static int exit_code(lua_State *L) {
  const char *code = luaL_checkstring(L, 1), *category = luaL_checkstring(L, 2);
  lua_pushinteger(L, host_of(L)->exit_code(code, category));
  return 1;
}

static int clock_of_test(lua_State *L) {
  context_of(L)->clock = luaL_optinteger(L, 1, 0);
  context_of(L)->shift = luaL_optinteger(L, 2, 0);
  return 0;
}

static const luaL_Reg functions[] = {
    {"sandbox", sandbox}, {"load", load},           {"capture", capture},     {"release", release},
    {"tell", tell},       {"exit_code", exit_code}, {"clock", clock_of_test}, {NULL, NULL}};

int luaopen_native_test(lua_State *L) {
  context_new_type(L, type_name, NULL, printed_gc);
  luaL_newlib(L, functions);
  return 1;
}
