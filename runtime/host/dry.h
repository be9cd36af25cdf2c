/* A run's part in --dry-run: lofty.dry stands between the script and its calls, and writes down at
   the end what was planned. */
#ifndef HOST_DRY_H
#define HOST_DRY_H

#include "../bind/context.h"
#include "run.h"

/* What the options say of a dry run. */
struct dry run_dry(const struct run_options *options, const struct script *script);

/* Before the script is loaded. True where it is no dry run. */
bool run_dry_begin(const struct context *context, lua_State *L, struct failure *failure);

/* After the script, however it ended: prints the plan and keeps it. */
bool run_dry_end(const struct context *context, lua_State *L, int exit_code,
                 struct failure *failure);

#endif
