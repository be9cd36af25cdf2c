/* --trace, --record and --replay: opens the files, and puts lofty.traffic between the script and
   native.http. A run without them never loads it. */
#ifndef HOST_TRAFFIC_H
#define HOST_TRAFFIC_H

#include <lua.h>

#include "../bind/context.h"
#include "run.h"

/* Fills `traffic` and opens its file. False with USAGE or CASSETTE_UNUSABLE. */
bool traffic_open(struct traffic *traffic, const struct run_options *options,
                  struct failure *failure);

/* Before the script is loaded. False with CASSETTE_UNUSABLE or CASSETTE_FAILED. */
bool traffic_begin(const struct traffic *traffic, lua_State *L, struct failure *failure);

/* After the script: what is still to be written, or to be said of calls that were not asked for.
   Where the run did not end `by_itself` that is only what was under way. False with
   CASSETTE_FAILED. */
bool traffic_end(const struct traffic *traffic, lua_State *L, bool by_itself,
                 struct failure *failure);

/* Idempotent. False with CASSETTE_FAILED. */
bool traffic_close(struct traffic *traffic, struct failure *failure);

#endif
