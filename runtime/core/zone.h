/* Time zones, by the names of the IANA database: what a clock there shows, and when.

   The arithmetic is the C library's, which knows one zone at a time, the one in TZ. For the length
   of a question that zone is changed, and nothing that could be seen from elsewhere stays changed:
   not the zone of localtime and mktime, not the environment that programs started from here get. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"

/* The zone of this machine, or of the variable TZ. */
#define ZONE_LOCAL "local"

/* Remembers what was asked lately, so that few questions reach the C library. */
struct zones;

/* NULL when memory is short. */
struct zones *zones_open(void);

/* NULL is allowed. */
void zones_close(struct zones *zones);

/* The offset of a zone's clocks, in seconds east of UTC, at an instant in seconds since 1970.
   False with ZONE_UNKNOWN or ZONE_RANGE (outside the years 1 to 9999). */
bool zone_offset(struct zones *zones, const char *name, int64_t at, int32_t *offset,
                 struct failure *failure);

/* When a zone's clocks show a time: never while they are put forward, once, or twice while they
   are put back. */
struct zone_instants {
  int count;           /* 0, 1 or 2 */
  int64_t first, last; /* never: both are the instant that lies as much later as was skipped */
};

/* The instants at which clocks show `wall`, the seconds since a clock there would have shown the
   beginning of 1970. False as zone_offset. */
bool zone_instants(struct zones *zones, const char *name, int64_t wall, struct zone_instants *found,
                   struct failure *failure);

/* The first instant with a new offset, after `low` and not after `high`, between which the offset
   changes once. False as zone_offset. */
bool zone_change(struct zones *zones, const char *name, int64_t low, int64_t high, int64_t *change,
                 struct failure *failure);

/* Whether the database has a zone of this name. The C library takes unknown names for UTC. */
bool zone_exists(const char *name);

enum { ZONE_TITLE_SIZE = 160 };

/* Writes the name of the zone that this machine's clock is set to, whatever TZ says; "" where that
   is not known. */
void zone_of_machine(char name[ZONE_TITLE_SIZE]);

/* Writes what a person is told of a zone: its name, and for the local one whose it is and, where
   that is known, which: "this machine's time, Europe/Dublin". */
void zone_title(const char *name, char title[ZONE_TITLE_SIZE]);

/* Whether this machine has the database. */
bool zone_has_database(void);

/* What TZ says where that is certainly no zone, so that this machine's time is UTC; else NULL.
   ":America/New_York" and "EST5EDT,M3.2.0,M11.1.0" are fine. */
const char *zone_misnamed(void);

/* Appends the name of the zone that was probably meant: one whose last part is this, be it with
   blanks ("New York"), or the nearest name or last part. False where there is none. */
bool zone_nearest(const char *name, struct buffer *found);

/* Appends every name there is, a line each, in no order. False when they do not fit. */
bool zone_names(struct buffer *names);

#endif
