#include "cron_calendar.h"

#include <string.h>

#include "civil.h"

enum { MINUTE = 60, HOUR = 3600 };

/* No zone changes twice in so many seconds, see core/zone.c. */
static const int64_t SPAN = 2 * CIVIL_DAY;

/* One field of a calendar or a crontab: its bits from `low` to `high`, as numbers of `width` digits
   with `dash` between the ends of a range. */
struct field {
  uint64_t bits;
  int low, high, width;
  const char *dash;
};

static bool has(const struct field *field, int value) {
  return value <= field->high && field->bits >> value & 1;
}

static int last_of_run(const struct field *field, int value) {
  while (has(field, value + 1)) value++;
  return value;
}

/* Appends the values as a list, with a range where three or more follow each other. */
static bool add_list(const struct field *field, struct buffer *out) {
  bool fine = true, is_first = true;
  for (int value = field->low; fine && value <= field->high; value++) {
    if (!has(field, value)) continue;
    int last = last_of_run(field, value);
    if (!is_first) fine = buffer_append_string(out, ",");
    fine = fine && buffer_printf(out, "%0*d", field->width, value);
    if (last - value >= 2) {
      fine = fine && buffer_printf(out, "%s%0*d", field->dash, field->width, last);
      value = last;
    }
    is_first = false;
  }
  return fine;
}

static bool is_whole(const struct field *field) {
  for (int value = field->low; value <= field->high; value++)
    if (!has(field, value)) return false;
  return true;
}

static bool add_calendar_field(struct field field, struct buffer *out) {
  return is_whole(&field) ? buffer_append_string(out, "*") : add_list(&field, out);
}

static bool add_weekdays(uint8_t bits, struct buffer *out) {
  static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  bool fine = true, is_first = true;
  /* From Monday on, as systemd counts them. */
  struct field week = {.bits = (bits >> 1 & 0x3F) | (bits & 1) << 6, .high = 6};
  if (is_whole(&week)) return true;
  for (int day = 0; fine && day <= 6; day++) {
    if (!has(&week, day)) continue;
    int last = last_of_run(&week, day);
    fine = buffer_printf(out, "%s%s", is_first ? "" : ",", names[day]);
    if (last - day >= 2) {
      fine = fine && buffer_printf(out, "..%s", names[last]);
      day = last;
    }
    is_first = false;
  }
  return fine && buffer_append_string(out, " ");
}

/* One line of a calendar: on days that are of these weekdays and of these days of the month. */
static bool add_line(const struct cron *cron, uint8_t weekdays, uint32_t days, const char *zone,
                     struct buffer *out) {
  const struct field month = {cron->months, 1, 12, 2, ".."}, day = {days, 1, 31, 2, ".."},
                     hour = {cron->hours, 0, 23, 2, ".."}, minute = {cron->minutes, 0, 59, 2, ".."};
  bool is_local = strcmp(zone, ZONE_LOCAL) == 0;
  return add_weekdays(weekdays, out) && buffer_append_string(out, "*-") &&
         add_calendar_field(month, out) && buffer_append_string(out, "-") &&
         add_calendar_field(day, out) && buffer_append_string(out, " ") &&
         add_calendar_field(hour, out) && buffer_append_string(out, ":") &&
         add_calendar_field(minute, out) &&
         buffer_printf(out, ":00%s%s\n", is_local ? "" : " ", is_local ? "" : zone);
}

static const uint8_t every_weekday = 0x7F;
static const uint32_t every_day = 0xFFFFFFFE;

static bool add_lines(const struct cron *cron, const char *zone, struct buffer *out) {
  if (cron->any_day || cron->any_weekday)
    return add_line(cron, cron->weekdays, cron->days, zone, out);
  return add_line(cron, every_weekday, cron->days, zone, out) &&
         add_line(cron, cron->weekdays, every_day, zone, out);
}

/* One change of the clocks. */
struct change {
  int64_t at;
  int32_t before, after;
};

/* What is asked about the changes of a zone. */
struct place {
  struct zones *zones;
  const char *name;
  struct failure *failure;
};

static bool offset_at(const struct place *place, int64_t at, int32_t *offset) {
  return zone_offset(place->zones, place->name, at, offset, place->failure);
}

/* The first change after `from` and not after `until`; `change->at` is 0 where there is none. */
static bool next_change(const struct place *place, int64_t from, int64_t until,
                        struct change *change) {
  int64_t low = from, high = from;
  change->at = 0;
  if (!offset_at(place, from, &change->before)) return false;
  do {
    low = high;
    if (low >= until) return true;
    high = low + SPAN < until ? low + SPAN : until;
    if (!offset_at(place, high, &change->after)) return false;
  } while (change->after == change->before);
  return zone_change(place->zones, place->name, low, high, &change->at, place->failure);
}

/* How many minutes that the expression names lie from one wall time on and before another. */
static int count_named(const struct cron *cron, int64_t from, int64_t until) {
  int count = 0;
  for (int64_t wall = from; cron_wall(cron, wall, &wall) && wall < until; wall += MINUTE) count++;
  return count;
}

bool cron_changes(const struct cron *cron, struct zones *zones, const char *zone, int64_t from,
                  int64_t until, struct cron_changes *changes, struct failure *failure) {
  const struct place place = {zones, zone, failure};
  struct change change;
  *changes = (struct cron_changes){.first = 0};
  for (int64_t at = from;; at = change.at) {
    if (!next_change(&place, at, until, &change)) return false;
    if (change.at == 0) return true;
    int64_t left = change.at + change.before, reached = change.at + change.after;
    bool is_skip = reached > left;
    int named = count_named(cron, is_skip ? left : reached, is_skip ? reached : left);
    if (named == 0) continue;
    if (changes->first == 0) changes->first = change.at;
    changes->is_skip = changes->is_skip || is_skip;
    if (is_skip && named > changes->most) changes->most = named;
  }
}

/* Instants of one day of UTC that share their minutes. */
struct group {
  int64_t day; /* since 1970 */
  uint64_t hours, minutes;
};

static bool add_group(const struct group *group, struct buffer *out) {
  const struct field hours = {group->hours, 0, 23, 2, ".."},
                     minutes = {group->minutes, 0, 59, 2, ".."};
  struct civil day = civil_from(group->day * CIVIL_DAY);
  return group->hours == 0 ||
         (buffer_printf(out, "%04d-%02d-%02d ", (int)day.year, day.month, day.day) &&
          add_list(&hours, out) && buffer_append_string(out, ":") && add_list(&minutes, out) &&
          buffer_append_string(out, ":00 UTC\n"));
}

/* Puts the instants of one hour into the group, or begins another. */
static bool add_hour(struct group *group, int64_t day, int hour, uint64_t minutes,
                     struct buffer *out) {
  if (group->day != day || group->minutes != minutes) {
    if (!add_group(group, out)) return false;
    *group = (struct group){.day = day, .minutes = minutes};
  }
  group->hours |= UINT64_C(1) << hour;
  return true;
}

/* Appends the instants as calendars in UTC; clocks have one offset all the while. */
static bool add_instants(const struct cron *cron, int64_t from, int64_t until, int32_t offset,
                         struct buffer *out) {
  struct group group = {.day = 0};
  int64_t wall = from + offset;
  bool fine = true, more = cron_wall(cron, wall, &wall) && wall < until + offset;
  while (fine && more) {
    uint64_t minutes = 0;
    struct civil hour = civil_from(wall - offset);
    int64_t next_hour = wall + HOUR - (hour.minute * MINUTE + hour.second);
    while (more && wall < next_hour) {
      minutes |= UINT64_C(1) << civil_from(wall - offset).minute;
      more = cron_wall(cron, wall + MINUTE, &wall) && wall < until + offset;
    }
    fine = add_hour(&group, civil_days(hour.year, hour.month, hour.day), hour.hour, minutes, out);
  }
  return fine && add_group(&group, out);
}

/* Appends what systemd leaves out at one change: of what is shown twice the second; and where it
   meets a time that is skipped, in some zones all that comes on that day. */
static bool add_left_out(const struct cron *cron, const struct change *change, struct buffer *out) {
  int64_t left = change->at + change->before, reached = change->at + change->after;
  if (reached < left)
    return !cron_by_the_clock(cron) ||
           add_instants(cron, change->at, change->at + (left - reached), change->after, out);
  if (count_named(cron, left, reached) == 0) return true;
  struct civil at = civil_from(change->at);
  bool at_once = !cron_by_the_clock(cron) && !cron_matches(cron, reached);
  return (!at_once || buffer_printf(out, "%04d-%02d-%02d %02d:%02d:%02d UTC\n", (int)at.year,
                                    at.month, at.day, at.hour, at.minute, at.second)) &&
         add_instants(cron, change->at, change->at + CIVIL_DAY - reached % CIVIL_DAY, change->after,
                      out);
}

/* Whether it runs at the same minutes of every hour there is, so that only the minutes of the
   offset count, and writes them as `fraction`; it must not change. */
static bool is_every_hour(const struct cron *cron, const struct place *place, int64_t from,
                          int64_t until, int *fraction, bool *every_hour) {
  struct change change;
  int32_t offset;
  *every_hour = false;
  bool every = cron_by_the_clock(cron) && cron->months == 0x1FFE &&
               (cron->days | 1) == UINT32_MAX && cron->weekdays == every_weekday;
  if (!offset_at(place, from, &offset)) return false;
  *fraction = ((offset % HOUR) + HOUR) % HOUR;
  for (int64_t at = from; every; at = change.at) {
    if (!next_change(place, at, until, &change)) return false;
    if (change.at == 0) break;
    every = ((change.after % HOUR) + HOUR) % HOUR == *fraction;
  }
  *every_hour = every && *fraction % MINUTE == 0;
  *fraction /= MINUTE;
  return true;
}

bool cron_calendar(const struct cron *cron, struct zones *zones, const char *zone, int64_t from,
                   int64_t until, struct buffer *lines, struct buffer *extra,
                   struct failure *failure) {
  static const char no_memory[] = "out of memory";
  const struct place place = {zones, zone, failure};
  struct change change;
  int fraction;
  bool every_hour;
  if (!is_every_hour(cron, &place, from, until, &fraction, &every_hour)) return false;
  if (every_hour) { /* then it is the same in UTC, whatever the clocks do */
    struct cron shifted = *cron;
    shifted.minutes = ((cron->minutes >> fraction) | (cron->minutes << (60 - fraction))) &
                      ((UINT64_C(1) << 60) - 1);
    if (fraction == 0) shifted.minutes = cron->minutes;
    return add_lines(&shifted, "UTC", lines) || failure_set(failure, "OUT_OF_MEMORY", no_memory);
  }
  if (!add_lines(cron, zone, lines)) return failure_set(failure, "OUT_OF_MEMORY", no_memory);
  for (int64_t at = from;; at = change.at) {
    if (!next_change(&place, at, until, &change)) return false;
    if (change.at == 0) return true;
    if (!add_left_out(cron, &change, extra))
      return failure_set(failure, "OUT_OF_MEMORY", no_memory);
  }
}

/* A field that begins with *, and so holds its lowest value: the densest step that is part of it,
   and then the rest. */
static bool add_starred(const struct field *field, struct buffer *out) {
  struct field rest = *field;
  int step = 0;
  for (bool part = false; !part;) {
    step++;
    part = true;
    for (int value = field->low; value <= field->high; value += step)
      part = part && has(field, value);
  }
  for (int value = field->low; value <= field->high; value += step)
    rest.bits &= ~(UINT64_C(1) << value);
  if (!(step == 1 ? buffer_append_string(out, "*") : buffer_printf(out, "*/%d", step)))
    return false;
  return !rest.bits || (buffer_append_string(out, ",") && add_list(&rest, out));
}

bool cron_fields(const struct cron *cron, struct buffer *out) {
  const struct field minute = {cron->minutes, 0, 59, 1, "-"}, hour = {cron->hours, 0, 23, 1, "-"},
                     day = {cron->days & every_day, 1, 31, 1, "-"},
                     month = {cron->months, 1, 12, 1, "-"}, week = {cron->weekdays, 0, 6, 1, "-"};
  bool by_the_clock = cron_by_the_clock(cron);
  return (by_the_clock && is_whole(&minute) ? buffer_append_string(out, "*")
                                            : add_list(&minute, out)) &&
         buffer_append_string(out, " ") &&
         (by_the_clock ? buffer_append_string(out, "*") : add_list(&hour, out)) &&
         buffer_append_string(out, " ") &&
         (cron->any_day ? add_starred(&day, out) : add_list(&day, out)) &&
         buffer_append_string(out, " ") &&
         (is_whole(&month) ? buffer_append_string(out, "*") : add_list(&month, out)) &&
         buffer_append_string(out, " ") &&
         (cron->any_weekday ? add_starred(&week, out) : add_list(&week, out));
}
