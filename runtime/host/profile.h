/* Profiles: named settings in $XDG_CONFIG_HOME/loftyrun/config.lua, a Lua file that returns

     { profiles = { NAME = { base_url = "...", api_key = "...",
                             codes = { [NUMBER] = "TASK_IS_SMARTPLAN" } } } }

   with api_key_file, access_token, or client_id, client_secret and customer_key, in the place of
   the key; and token_url, authorize_url and redirect_uri for OAuth where Lofty's own do not do;
   requests_per_minute, the most calls that runs on this machine make, and priority, "interactive",
   "scheduled" or "bulk", where they wait for each other; ping, URLs by name, and ping_output,
   whether a failure's ping says what was printed; on_failure, a command; max_memory; and what its
   runs may send and delete (host/grants.h): allow and limit, lists of grants with or without caps,
   deny, a list of their names, quiet_hours and timezone; read_before_write, true where what an
   update or a delete is about is read first, so that it can be undone; schedule, what
   loftyrun serve runs; webhooks, as webhook_config.h has them; and status, where its status page
   is.

   It runs without any library, so that reading settings can do nothing else. */
#ifndef HOST_PROFILE_H
#define HOST_PROFILE_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "../core/config.h"
#include "../core/failure.h"
#include "grants.h"
#include "webhook_config.h"

/* The profile that is there without having been written down, also for those who name it. */
#define PROFILE_DEFAULT "default"

struct profile;

/* Writes where the configuration is, or would be. False with CONFIG_INVALID: the path is too long.
 */
bool profile_path(char *path, size_t size, struct failure *failure);

/* Opens the profile `name`, NULL for "default"; that one need not exist. False with
   CONFIG_INVALID: no such file or profile, an unknown or mistyped setting, a file that holds a
   secret and that others can read. On success `*profile` is set, to NULL where there is none. */
bool profile_open(const char *name, struct profile **profile, struct failure *failure);

/* Its settings; the strings live until profile_close. An empty layer for NULL. */
struct config_layer profile_layer(const struct profile *profile);

/* What it says about the limit of calls: a number above 0, and the name of a priority; 0 and NULL
   where it says nothing. */
unsigned profile_requests_per_minute(const struct profile *profile);
const char *profile_priority(const struct profile *profile);

/* The ping URL of that name, which is a secret; the command for failures. NULL: there is none. */
const char *profile_ping(const struct profile *profile, const char *name);
const char *profile_on_failure(const struct profile *profile);

/* Whether the ping of a failure says what was printed, which may be personal. */
bool profile_ping_output(const struct profile *profile);

/* The most memory that scripts may take, in bytes; 0 where it says nothing. */
size_t profile_memory(const struct profile *profile);

/* What it says about grants; nothing for NULL. */
const struct grants *profile_grants(const struct profile *profile);

/* Whether what is changed is to be read first; false for NULL. */
bool profile_reads_before_write(const struct profile *profile);

/* Its schedule, as profile_schedule.h has it; NULL where it has none. */
const struct buffer *profile_schedule(const struct profile *profile);

/* What it says about the webhook receiver; NULL for NULL. */
const struct webhook_config *profile_webhooks(const struct profile *profile);

/* Where the status page of loftyrun serve is; NULL where it says nothing. */
const char *profile_status(const struct profile *profile);

/* Its name, or NULL for NULL. */
const char *profile_name(const struct profile *profile);

/* Checks the code names of its map against the catalogue, in `L`, a state with the standard
   library. False with CONFIG_INVALID and the nearest name. */
bool profile_check_codes(const struct profile *profile, lua_State *L, struct failure *failure);

/* Leaves its map of numbers to code names in `L`'s registry under RUN_CODES (bind/run.h); an empty
   one for NULL. May raise: call it protected. */
void profile_give_codes(const struct profile *profile, lua_State *L);

/* Idempotent; NULL is fine. */
void profile_close(struct profile *profile);

#endif
