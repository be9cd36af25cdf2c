/* A schedule as a calendar of systemd.time(7), for timers that come when cron_next says.

     15 6 * * 1-5   in America/New_York   Mon..Fri *-*-* 06:15:00 America/New_York
     0 0 13 * FRI                         *-*-13 00:00:00, and Fri *-*-* 00:00:00

   Where clocks change, systemd leaves out what is skipped, in some zones with all that comes behind
   it on that day, and of what comes twice it takes the first. That is not what cron.h says, so such
   instants are added, in UTC, for as long as is asked. */
#ifndef CORE_CRON_CALENDAR_H
#define CORE_CRON_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "cron.h"

/* The length that no calendar of ten years goes beyond. */
enum { CRON_CALENDAR_MAXIMUM = 256 * 1024 };

/* What the changes of a zone's clocks do to set times, or to those that go by the clock. */
struct cron_changes {
  int64_t first; /* the first change that matters; 0: none does */
  bool is_skip;  /* it skips set times */
  int most;      /* the most set times that one change skips */
};

/* Finds the changes from `from` on and before `until` at which clocks skip or show twice a minute
   that the expression names. False with ZONE_UNKNOWN or ZONE_RANGE. */
bool cron_changes(const struct cron *cron, struct zones *zones, const char *zone, int64_t from,
                  int64_t until, struct cron_changes *changes, struct failure *failure);

/* Appends the calendar, a line each, one or two; and to `extra` the instants between `from` and
   `until` that it leaves out. False with ZONE_UNKNOWN, ZONE_RANGE or OUT_OF_MEMORY. */
bool cron_calendar(const struct cron *cron, struct zones *zones, const char *zone, int64_t from,
                   int64_t until, struct buffer *lines, struct buffer *extra,
                   struct failure *failure);

/* Appends the five fields in numbers, as every cron reads them. Where the expression names set
   times, no field of minutes or hours begins with *, so that Vixie cron, Debian's and cronie take
   them for set times as well. False when it does not fit or memory is short. */
bool cron_fields(const struct cron *cron, struct buffer *fields);

#endif
