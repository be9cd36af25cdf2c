/* Grants: what a run must have been allowed before it may send or delete (host/grants.c collects
   them, stdlib/lofty/guard/ holds calls to them). Here are their names, what holds where nobody
   said anything, and how one is written:

     send_sms
     send_sms, at most 50 a run and 200 a day
     send_email, at most 20 a day, quiet 18:00-09:00
     send_email, quiet none

   No Lua in here, and nothing is kept. */
#ifndef CORE_GRANTS_H
#define CORE_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

enum grant_name {
  GRANT_SEND_SMS,
  GRANT_SEND_EMAIL,
  GRANT_NOTIFY_AGENTS,
  GRANT_CONTACT_BY_AI,
  GRANT_DELETE_LEADS,
  GRANT_DELETE_NOTES,
  GRANT_DELETE_TASKS,
  GRANT_DELETE_LOGS,
  GRANT_DELETE_WEBHOOKS,
  GRANT_COUNT
};

struct grant_kind {
  const char *name;
  const char *allows; /* what it allows, as a phrase */
  int64_t run, day;   /* how often, where nobody says; day 0: as often as one likes */
  bool has_quiet;     /* whether there are hours at which it may not be used */
};

extern const struct grant_kind grant_kinds[GRANT_COUNT];

/* Quiet hours, from a minute of the day until another one, by a clock where the lead lives; until a
   minute that is not later means the next day's. */
struct quiet_hours {
  bool said;
  bool none; /* what was said is that there are none */
  int from, to;
};

/* Those that hold where nobody says anything: from 9 p.m. to 8 a.m., as 47 CFR 64.1200(c)(1) has it
   for telephone solicitation in the US. */
extern const struct quiet_hours quiet_hours_default;

struct grant_terms {
  enum grant_name grant;
  int64_t run, day; /* how often, at most; 0: nothing is said */
  struct quiet_hours quiet;
};

/* Reads the first `length` bytes of `text`. False with GRANT_INVALID and a sentence that follows a
   place and a colon. */
bool grant_parse(const char *text, size_t length, struct grant_terms *terms,
                 struct failure *failure);

/* Reads a grant's name alone, likewise. */
bool grant_parse_name(const char *text, size_t length, enum grant_name *grant,
                      struct failure *failure);

/* Reads "21:00-08:00" or "none", likewise. */
bool quiet_hours_parse(const char *text, size_t length, struct quiet_hours *quiet,
                       struct failure *failure);

enum { GRANT_SHOWN_LENGTH = 64 };

/* The beginning of a text as a message shows it: cut between characters, "?" for control ones. */
const char *grant_shown(const char *text, size_t length, char shown[GRANT_SHOWN_LENGTH]);

#endif
