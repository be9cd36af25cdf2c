#include "dry.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "interrupt.h"

struct dry run_dry(const struct run_options *options, const struct script *script) {
  return (struct dry){.on = options->dry_run,
                      .plan = options->plan,
                      .script = script->name,
                      .colour = options->colour};
}

/* Stack: the name of a function of lofty.dry, its argument. Returns what it returns: true, or nil,
   a code and a message. */
static int call_library(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.dry");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, lua_tostring(L, 1));
  lua_pushvalue(L, 2);
  lua_call(L, 1, 3);
  return 3;
}

/* `argument` may be NULL: nil. */
static bool call(lua_State *L, const char *function, const char *argument,
                 struct failure *failure) {
  lua_settop(L, 0);
  lua_pushcfunction(L, call_library);
  lua_pushstring(L, function);
  lua_pushstring(L, argument);
  bool returned = lua_pcall(L, 2, 3, 0) == LUA_OK;
  bool fine = returned && lua_toboolean(L, 1);
  const char *code = returned ? lua_tostring(L, 2) : NULL;
  const char *message = lua_tostring(L, returned ? 3 : 1);
  if (!fine)
    failure_set(failure, code ? code : "STATE_FAILED", "%s", message ? message : "out of memory");
  lua_settop(L, 0);
  return fine;
}

bool run_dry_begin(const struct context *context, lua_State *L, struct failure *failure) {
  if (context->dry.on) return call(L, "begin", NULL, failure);
  if (!context->dry.plan) return true;
  return failure_set(failure, "USAGE", "--plan goes with --dry-run, which makes the plan");
}

bool run_dry_end(const struct context *context, lua_State *L, int exit_code,
                 struct failure *failure) {
  char why[64];
  if (!context->dry.on) return true;
  enum interrupt_reason reason = interrupt_pending();
  bool fine = exit_code == EXIT_DONE || exit_code == EXIT_ITEMS_FAILED;
  if (fine) return call(L, "finish", NULL, failure);
  bool outside = reason != INTERRUPT_NONE && reason != INTERRUPT_EXIT;
  snprintf(why, sizeof why, "%s, exit code %d", outside ? "it was ended" : "it failed", exit_code);
  return call(L, "finish", why, failure);
}
