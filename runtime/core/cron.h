// Schedules as crontab(5) writes them: what an expression says, and when it comes next.
//
//   minute  hour  day-of-month  month    day-of-week
//   0-59    0-23  1-31          1-12     0-7
//                               JAN-DEC  SUN-SAT (0 and 7 are both Sunday)
//
// A field is a list of values, ranges and steps: 5   1,15   8-18   8-18/2   *   */15. Names have
// three letters, in either case, also in ranges. In the day of week a range may end with Sunday:
// FRI-SUN. Instead of five fields: @yearly @annually @monthly @weekly @daily @midnight @hourly.
// Fields are kept apart by blanks or tabs.
//
// The two fields of days follow the rule of crontab(5): where neither begins with *, a day that one
// of them names is enough; otherwise a day must be in both.
//
//   0 0 13 * FRI     the 13th of each month, and every Friday
//   0 0 * * FRI      Fridays
//   0 0 */2 * FRI    Fridays on odd days of the month: a field that begins with * names no days,
//                    it only takes some away
//
// Refused, each with a sentence that says what to write: seconds and years; the ? L W # ~ H of
// other schedulers; a step without a range (5/15); a step longer than its range (so that "every 90
// minutes" does not become "every hour"); ranges that run backwards; dates that never come (30
// February). 29 February comes in leap years, and 2100 is none.
//
// When the clocks change. An expression whose hour field lets all 24 hours through (*, 0-23) goes
// by the clock: it runs whenever clocks show a minute that it names. Every other expression names
// set times, and each of them comes once: at the first moment at which clocks show it or a later
// one. In New York clocks go forward from 02:00 to 03:00 on 2026-03-08, and back from 02:00 to
// 01:00 on 2026-11-01. There
//
//   30 2 * * *      runs on 2026-03-08 at 03:00, since 02:30 is skipped
//   0 2,3 * * *     runs on 2026-03-08 at 03:00, once: its two times have become one instant
//   30 1 * * *      runs on 2026-11-01 at the first 01:30 (-04:00), and not at the second (-05:00)
//   0 */2 * * *     names set times, though it has a step: 00:00 03:00 04:00 on 2026-03-08
//   */15 0-6 * * *  likewise: on 2026-11-01 nothing runs between 01:45 -04:00 and 02:00 -05:00
//   */15 * * * *    goes by the clock: 15 minutes after 01:45 -05:00 it is 03:00 -04:00, and the
//                   hour that comes twice has eight runs, one every 15 minutes
//   0 * * * *       goes by the clock: 23 runs on 2026-03-08 and 25 on 2026-11-01
//
// crontab(5) as Vixie cron, Debian's and cronie do it likewise runs skipped times right after the
// change, and repeated ones once. But there every expression with a * at the front of its minutes
// or hours goes by the clock, so that "*/15 2 * * *" is left out on 2026-03-08; here it runs, at
// 03:00. And there a change of more than three hours is a correction that catches nothing up. Here
// a whole day that is skipped (Samoa, 2011-12-30) is no exception: its set times come together, in
// one instant, when the next day begins.
#ifndef CORE_CRON_H
#define CORE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "zone.h"

/* An expression: a bit for each value of a field, the lowest for 0. */
struct cron {
  uint64_t minutes;
  uint32_t hours, days;
  uint16_t months;
  uint8_t weekdays;
  bool any_day, any_weekday; /* the field begins with * */
};

/* Reads an expression. False with CRON and a sentence that says what is wrong, where, and what to
   write instead. */
bool cron_parse(const char *text, struct cron *cron, struct failure *failure);

/* Whether the expression goes by the clock; otherwise it names set times. */
bool cron_by_the_clock(const struct cron *cron);

/* Whether a clock that shows `wall`, in seconds since it would have shown the beginning of 1970,
   shows a minute that the expression names. */
bool cron_matches(const struct cron *cron, int64_t wall);

/* The first minute at or after `wall`, in the same seconds, that the expression names; clocks are
   taken to go on evenly. False where none comes within 50 years, which parsing has ruled out. */
bool cron_wall(const struct cron *cron, int64_t wall, int64_t *found);

/* The first instant after `after`, both in seconds since 1970, at which the expression runs in a
   zone. False with ZONE_UNKNOWN, with ZONE_RANGE at the end of the year 9999, or with CRON_NEVER
   where no instant comes within 50 years. */
bool cron_next(const struct cron *cron, struct zones *zones, const char *zone, int64_t after,
               int64_t *next, struct failure *failure);

/* What the clocks have to do with an instant at which an expression runs. */
struct cron_clocks {
  bool change;           /* whether they change on the day that it lies on */
  int64_t at;            /* when: the first such instant of the day */
  int32_t before, after; /* the offsets around it */
  int skipped;           /* how many times have been skipped, for which it runs now */
  int64_t skipped_first; /* the first of them, as clocks would have shown it */
  int64_t skipped_last;
  bool is_first, is_second; /* clocks show the time twice, and this is the first or the second */
};

/* Explains an instant that cron_next has given. False as cron_next. */
bool cron_explain(const struct cron *cron, struct zones *zones, const char *zone, int64_t instant,
                  struct cron_clocks *clocks, struct failure *failure);

#endif
