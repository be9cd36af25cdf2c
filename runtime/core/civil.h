/* Dates of the Gregorian calendar as numbers, and instants as ISO 8601 writes them. No zones, no
   clock: core/zone.h has the one, callers have the other. */
#ifndef CORE_CIVIL_H
#define CORE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

enum { CIVIL_DAY = 86400 }; /* seconds */

/* What a clock and the calendar beside it show. */
struct civil {
  int64_t year;
  int month;          /* 1 to 12 */
  int day;            /* 1 to 31 */
  int weekday;        /* 0 to 6, Sunday to Saturday */
  int hour;           /* 0 to 23 */
  int minute, second; /* 0 to 59 */
};

/* The days from 1970-01-01 to a date; negative before it. */
int64_t civil_days(int64_t year, int month, int day);

/* What is shown `seconds` after the beginning of 1970 was shown. */
struct civil civil_from(int64_t seconds);

/* The days of a month: 28 to 31. */
int civil_month_length(int64_t year, int month);

/* Reads an instant with its offset, 2026-03-08T02:30-05:00 or 2026-03-08T07:30:00Z, into seconds
   since 1970. False for anything else: no offset, no such date, years other than 1 to 9999. */
bool civil_read_instant(const char *text, int64_t *instant);

enum { CIVIL_OFFSET_SIZE = 16, CIVIL_INSTANT_SIZE = 48 };

/* Writes an offset, in seconds east of UTC, as -05:00; with seconds where it has some. */
void civil_write_offset(int32_t offset, char text[CIVIL_OFFSET_SIZE]);

/* Writes an instant as clocks with that offset show it: 2026-03-08T03:00:00-04:00. */
void civil_write_instant(int64_t instant, int32_t offset, char text[CIVIL_INSTANT_SIZE]);

#endif
