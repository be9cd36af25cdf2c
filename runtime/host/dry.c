#include "dry.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "interrupt.h"
#include "library.h"

struct dry run_dry(const struct run_options *options, const struct script *script) {
  return (struct dry){.on = options->dry_run,
                      .plan = options->plan,
                      .script = script->name,
                      .colour = options->colour};
}

/* `argument` may be NULL. */
static bool call(lua_State *L, const char *function, const char *argument,
                 struct failure *failure) {
  return library_call(L, "lofty.dry", function, argument, "STATE_FAILED", failure);
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
