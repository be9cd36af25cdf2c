/* What a run may send and delete (core/grants.h): the header of its script, --allow and the profile
   together say it. The header is the comment lines above the first line of code, in it

     -- loftyrun: allow send_sms, at most 50 a run and 200 a day

   A module's header grants nothing. Whoever grants may set caps and quiet hours; of several caps
   the smallest holds, so that no header goes beyond the profile. Where the profile speaks of quiet
   hours, header and --allow can only add to them. */
#ifndef HOST_GRANTS_H
#define HOST_GRANTS_H

#include <lua.h>
#include <stdbool.h>

#include "../core/failure.h"
#include "../core/grants.h"
#include "script.h"

enum { GRANT_ZONE_LENGTH = 64 };

struct grant_state {
  bool held, denied;
  bool in_header;
  int64_t run, day;           /* 0: nobody has said */
  struct quiet_hours profile; /* what the profile says of this one */
  struct quiet_hours header, option;
};

/* Zeroed before it is first used: nothing is granted. */
struct grants {
  struct grant_state each[GRANT_COUNT];
  struct quiet_hours quiet; /* of the profile, for all that have quiet hours */
  char zone[GRANT_ZONE_LENGTH];
  bool all; /* a person's single call: what the profile does not deny, with no caps but its own */
};

/* What the profile's lists are for. */
enum grant_list { GRANT_ALLOW, GRANT_LIMIT, GRANT_DENY };

/* Takes an entry of a list of the profile. False with GRANT_INVALID and what is wrong. */
bool grants_take_setting(struct grants *grants, enum grant_list list, const char *entry,
                         struct failure *failure);

/* Takes the profile's quiet_hours and timezone, likewise. */
bool grants_take_quiet_hours(struct grants *grants, const char *hours, struct failure *failure);
bool grants_take_zone(struct grants *grants, const char *zone, struct failure *failure);

/* Takes what a script's header grants. False with GRANT_INVALID, "SCRIPT:LINE: " and what is wrong:
   a line that is meant as a grant and is none is never passed over. */
bool grants_take_header(struct grants *grants, const struct script *script,
                        struct failure *failure);

/* Takes the value of --allow: names with commas between them, or one grant with its caps. False
   with USAGE. */
bool grants_take_option(struct grants *grants, const char *value, struct failure *failure);

/* Leaves what holds for the run in `L`'s registry under RUN_GRANTS (bind/guard.h). May raise: call
   it protected. */
void grants_give(const struct grants *grants, const struct script *script, lua_State *L);

#endif
