#include "civil.h"
#include "cron.h"

/* "Wall" is what clocks show, in seconds since they would have shown the beginning of 1970. */

enum { HOUR = 3600, MINUTE = 60, YEARS = 50 };

/* No zone has changed its offset twice within four days, see core/zone.c, so that within two days
   there is at most one change, and different offsets at both ends say whether. */
static const int64_t SPAN = 2 * CIVIL_DAY;

static bool names_day(const struct cron *cron, int day, int weekday) {
  bool by_day = cron->days >> day & 1;
  bool by_weekday = cron->weekdays >> weekday & 1;
  return cron->any_day || cron->any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

bool cron_matches(const struct cron *cron, int64_t wall) {
  struct civil shown = civil_from(wall);
  return cron->months >> shown.month & 1 && names_day(cron, shown.day, shown.weekday) &&
         cron->hours >> shown.hour & 1 && cron->minutes >> shown.minute & 1;
}

/* The lowest bit that is set at or above `from`, or -1. */
static int bit_from(uint64_t bits, int from) {
  uint64_t left = from < 64 ? bits >> from << from : 0;
  return left ? __builtin_ctzll(left) : -1;
}

/* The first minute named at or after one of a day, or -1; both counted from the day's beginning. */
static int minute_of_day(const struct cron *cron, int from) {
  int hour = from / 60;
  int minute = cron->hours >> hour & 1 ? bit_from(cron->minutes, from % 60) : -1;
  if (minute < 0) {
    hour = bit_from(cron->hours, hour + 1);
    minute = bit_from(cron->minutes, 0);
  }
  return hour < 0 ? -1 : hour * 60 + minute;
}

bool cron_wall(const struct cron *cron, int64_t wall, int64_t *found) {
  int64_t whole = wall + ((MINUTE - wall % MINUTE) % MINUTE) % MINUTE; /* the next full minute */
  struct civil at = civil_from(whole);
  int minute = minute_of_day(cron, at.hour * 60 + at.minute);
  int64_t day = civil_days(at.year, at.month, at.day), last_year = at.year + YEARS;
  while (at.year <= last_year) {
    int length = civil_month_length(at.year, at.month);
    bool is_named = cron->months >> at.month & 1;
    for (; is_named && at.day <= length; at.day++, day++) {
      if (minute >= 0 && names_day(cron, at.day, at.weekday)) {
        *found = day * CIVIL_DAY + minute * MINUTE;
        return true;
      }
      at.weekday = (at.weekday + 1) % 7;
      minute = minute_of_day(cron, 0);
    }
    int left = length - at.day + 1; /* days of the month that were not looked at */
    day += left;
    at.weekday = (at.weekday + left) % 7;
    if (left > 0) minute = minute_of_day(cron, 0);
    at.day = 1;
    at.year += at.month / 12;
    at.month = at.month % 12 + 1;
  }
  return false;
}

/* What a question is about. */
struct place {
  struct zones *zones;
  const char *name;
  struct failure *failure;
};

static bool offset_at(const struct place *place, int64_t at, int32_t *offset) {
  return zone_offset(place->zones, place->name, at, offset, place->failure);
}

static bool find_change(const struct place *place, int64_t low, int64_t high, int64_t *change) {
  return zone_change(place->zones, place->name, low, high, change, place->failure);
}

/* The first instant at which clocks show `wall` or something later. It never decreases with
   `wall`, which is what makes set times come once and in order. */
static bool first_shown(const struct place *place, int64_t wall, int64_t *instant) {
  struct zone_instants found;
  int32_t offset;
  if (!zone_instants(place->zones, place->name, wall, &found, place->failure)) return false;
  *instant = found.first;
  if (found.count > 0) return true;
  /* Skipped: `first` was reckoned with the offset before the change, and lies after it by what of
     the gap comes before `wall`. */
  if (!offset_at(place, found.first, &offset)) return false;
  int64_t gap = found.first + offset - wall;
  return find_change(place, found.first - gap, found.first, instant);
}

/* The least wall that has not been shown up to and with `at`. */
static bool first_unseen(const struct place *place, int64_t at, int64_t *wall) {
  struct zone_instants found;
  int32_t offset;
  int64_t change;
  if (!offset_at(place, at, &offset)) return false;
  *wall = at + offset + 1;
  if (!zone_instants(place->zones, place->name, at + offset, &found, place->failure)) return false;
  if (found.count < 2 || at < found.last) return true;
  /* Shown for the second time: the first time went on until the clocks were put back. */
  if (!find_change(place, found.first, found.last, &change) ||
      !offset_at(place, change - 1, &offset))
    return false;
  *wall = change + offset;
  return true;
}

static bool never(struct failure *failure) {
  return failure_set(failure, "CRON_NEVER", "the expression does not come within %d years", YEARS);
}

static bool next_set_time(const struct cron *cron, const struct place *place, int64_t after,
                          int64_t *next) {
  int64_t unseen, wall;
  if (!first_unseen(place, after, &unseen)) return false;
  if (!cron_wall(cron, unseen, &wall)) return never(place->failure);
  return first_shown(place, wall, next);
}

static bool next_by_the_clock(const struct cron *cron, const struct place *place, int64_t after,
                              int64_t *next) {
  const int64_t latest = after + (int64_t)YEARS * 366 * CIVIL_DAY;
  for (int64_t from = after + 1; from <= latest;) {
    int32_t offset, later;
    int64_t wall, end = from + SPAN;
    if (!offset_at(place, from, &offset)) return false;
    if (!cron_wall(cron, from + offset, &wall)) break;
    *next = wall - offset;
    if (*next < end) end = *next;
    if (!offset_at(place, end, &later)) return false;
    if (later != offset) {
      /* What clocks show from the change on may come before or after what it would have been. */
      if (!find_change(place, from, end, &from)) return false;
    } else if (end == *next) {
      return true;
    } else {
      /* From `end` on clocks are a day or more beyond `from`, however they are put back, so that
         nothing can come before `wall` does. */
      from = *next - SPAN > end ? *next - SPAN : end;
    }
  }
  return never(place->failure);
}

bool cron_next(const struct cron *cron, struct zones *zones, const char *zone, int64_t after,
               int64_t *next, struct failure *failure) {
  struct place place = {.zones = zones, .name = zone, .failure = failure};
  int32_t offset;
  if (!offset_at(&place, after, &offset)) return false; /* from here on nothing can overflow */
  return cron_by_the_clock(cron) ? next_by_the_clock(cron, &place, after, next)
                                 : next_set_time(cron, &place, after, next);
}

/* Finds the change on the day that holds the instant: the days that clocks show begin when they
   first show the day's beginning. */
static bool explain_day(const struct place *place, int64_t instant, struct cron_clocks *clocks) {
  int32_t offset, before, after;
  int64_t begin, end;
  if (!offset_at(place, instant, &offset)) return false;
  struct civil shown = civil_from(instant + offset);
  int64_t midnight = civil_days(shown.year, shown.month, shown.day) * CIVIL_DAY;
  if (!first_shown(place, midnight, &begin) || !first_shown(place, midnight + CIVIL_DAY, &end) ||
      !offset_at(place, begin - 1, &before) || !offset_at(place, end - 1, &after))
    return false;
  /* Put back at midnight, the day is shown again after the next had begun. */
  if (instant >= end && !offset_at(place, instant, &after)) return false;
  clocks->change = before != after;
  clocks->before = before;
  clocks->after = after;
  return !clocks->change ||
         find_change(place, begin - 1, instant >= end ? instant : end - 1, &clocks->at);
}

/* Counts the set times that the change has skipped. */
static void explain_skipped(const struct cron *cron, struct cron_clocks *clocks) {
  int64_t wall = clocks->at + clocks->before, end = clocks->at + clocks->after;
  for (; cron_wall(cron, wall, &wall) && wall < end; wall += MINUTE) {
    if (clocks->skipped == 0) clocks->skipped_first = wall;
    clocks->skipped_last = wall;
    clocks->skipped++;
  }
}

bool cron_explain(const struct cron *cron, struct zones *zones, const char *zone, int64_t instant,
                  struct cron_clocks *clocks, struct failure *failure) {
  struct place place = {.zones = zones, .name = zone, .failure = failure};
  struct zone_instants found;
  int32_t offset;
  *clocks = (struct cron_clocks){.change = false};
  if (!explain_day(&place, instant, clocks) || !offset_at(&place, instant, &offset) ||
      !zone_instants(zones, zone, instant + offset, &found, failure))
    return false;
  clocks->is_first = found.count == 2 && instant == found.first;
  clocks->is_second = found.count == 2 && instant == found.last;
  if (clocks->change && clocks->at == instant && clocks->after > clocks->before &&
      !cron_by_the_clock(cron))
    explain_skipped(cron, clocks);
  return true;
}
