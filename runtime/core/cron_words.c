#include "cron_words.h"

enum { MINUTES = 60, HOURS = 24, FEW = 6 };

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};
static const char *const weekday_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday"};

/* The values of one field that are set, in order. */
struct values {
  int at[MINUTES];
  int count;
};

static struct values values_of(uint64_t bits) {
  struct values values = {.count = 0};
  for (int i = 0; i < 64; i++)
    if (bits >> i & 1 && values.count < MINUTES) values.at[values.count++] = i;
  return values;
}

/* The distance between values that all have the same one, or 0. */
static int even_step(const struct values *values) {
  int step = values->count > 1 ? values->at[1] - values->at[0] : 0;
  for (int i = 1; i < values->count; i++)
    if (values->at[i] - values->at[i - 1] != step) return 0;
  return step;
}

/* The minutes between two runs where they are the same also from hour to hour: 1, 15, 30; or 0. */
static int minutes_apart(const struct values *minutes) {
  int step = even_step(minutes);
  return step > 0 && minutes->at[0] == 0 && step * minutes->count == MINUTES ? step : 0;
}

static bool append_value(struct buffer *words, int value, const char *const *names) {
  return names ? buffer_append_string(words, names[value]) : buffer_printf(words, "%d", value);
}

/* Appends "1, 3 to 5 and 9"; with names, those of the values. */
static bool append_list(struct buffer *words, const struct values *values,
                        const char *const *names) {
  for (int i = 0, end; i < values->count; i = end) {
    end = i + 1;
    while (end < values->count && values->at[end] == values->at[end - 1] + 1) end++;
    if (end - i < 3) end = i + 1;
    const char *glue = i == 0 ? "" : end == values->count ? " and " : ", ";
    if (!buffer_append_string(words, glue) || !append_value(words, values->at[i], names))
      return false;
    if (end - i > 1 &&
        (!buffer_append_string(words, " to ") || !append_value(words, values->at[end - 1], names)))
      return false;
  }
  return true;
}

/* Appends each time of a day: at 08:00, 12:30 and 18:00. */
static bool append_times(struct buffer *words, const struct values *minutes,
                         const struct values *hours) {
  int count = minutes->count * hours->count;
  bool fine = buffer_append_string(words, "at ");
  for (int i = 0; fine && i < count; i++)
    fine = buffer_printf(words, "%s%02d:%02d",
                         i == 0           ? ""
                         : i == count - 1 ? " and "
                                          : ", ",
                         hours->at[i / minutes->count], minutes->at[i % minutes->count]);
  return fine;
}

static bool append_every(struct buffer *words, int step, const char *unit) {
  return step == 1 ? buffer_printf(words, "every %s", unit)
                   : buffer_printf(words, "every %d %ss", step, unit);
}

static bool append_minutes(struct buffer *words, const struct values *minutes) {
  int apart = minutes_apart(minutes);
  if (apart > 0) return append_every(words, apart, "minute");
  return buffer_append_string(words, minutes->count == 1 ? "at minute " : "at minutes ") &&
         append_list(words, minutes, NULL);
}

static bool append_every_hour(struct buffer *words, const struct values *minutes) {
  if (minutes_apart(minutes) > 0) return append_minutes(words, minutes);
  if (minutes->count == 1 && minutes->at[0] == 0) return buffer_append_string(words, "every hour");
  return append_minutes(words, minutes) && buffer_append_string(words, " of every hour");
}

static bool append_time(struct buffer *words, const struct values *minutes,
                        const struct values *hours) {
  int apart = minutes_apart(minutes), step = even_step(hours);
  int first = hours->at[0], last = hours->at[hours->count - 1];
  if (hours->count == HOURS) return append_every_hour(words, minutes);
  if (minutes->count == 1 && hours->count > 2 && step > 0)
    return append_every(words, step, "hour") &&
           buffer_printf(words, " from %02d:%02d to %02d:%02d", first, minutes->at[0], last,
                         minutes->at[0]);
  if (minutes->count * hours->count <= FEW) return append_times(words, minutes, hours);
  if (apart > 0 && (step == 1 || hours->count == 1))
    return append_every(words, apart, "minute") &&
           buffer_printf(words, " from %02d:00 to %02d:%02d", first, last, MINUTES - apart);
  return append_minutes(words, minutes) &&
         buffer_append_string(words, hours->count == 1 ? " of hour " : " of the hours ") &&
         append_list(words, hours, NULL);
}

static bool append_days(struct buffer *words, const struct values *days) {
  return buffer_append_string(words, days->count == 1 ? "day " : "days ") &&
         append_list(words, days, NULL);
}

/* The days of the week, from Monday, as 0, to Sunday, as people count them. */
static struct values weekdays_of(const struct cron *cron) {
  unsigned sunday = cron->weekdays & 1u;
  return values_of((uint64_t)(cron->weekdays >> 1 | sunday << 6));
}

static bool append_weekdays(struct buffer *words, const char *lead, const struct values *weekdays) {
  bool is_range = weekdays->count > 2 && even_step(weekdays) == 1;
  return buffer_append_string(words, lead) && (is_range || buffer_append_string(words, "on ")) &&
         append_list(words, weekdays, weekday_names);
}

/* What a day must be, after the time of day. */
static bool append_date(struct buffer *words, const struct cron *cron, bool by_the_clock) {
  struct values days = values_of(cron->days), weekdays = weekdays_of(cron);
  struct values months = values_of(cron->months >> 1);
  bool every_day = days.count == 31, every_weekday = weekdays.count == 7;
  bool every_month = months.count == 12, fine = true;
  bool either = !cron->any_day && !cron->any_weekday;
  if (either && (every_day || every_weekday)) every_day = every_weekday = true;
  if (every_day && every_weekday) {
    if (!by_the_clock) fine = buffer_append_string(words, ", every day");
  } else if (every_weekday) {
    fine = buffer_append_string(words, ", on ") && append_days(words, &days) &&
           buffer_append_string(words, " of ") &&
           (every_month ? buffer_append_string(words, "the month")
                        : append_list(words, &months, month_names));
    every_month = true;
  } else if (every_day) {
    fine = append_weekdays(words, ", ", &weekdays);
  } else if (either) {
    fine = buffer_append_string(words, ", on ") && append_days(words, &days) &&
           buffer_append_string(words, " of the month") &&
           append_weekdays(words, ", and besides ", &weekdays);
  } else {
    fine = append_weekdays(words, ", ", &weekdays) &&
           buffer_append_string(words, days.count > 1 ? ", if that is one of " : ", if that is ") &&
           append_days(words, &days) && buffer_append_string(words, " of the month");
  }
  if (!fine || every_month) return fine;
  return buffer_append_string(words, ", in ") && append_list(words, &months, month_names);
}

bool cron_words(const struct cron *cron, struct buffer *words) {
  struct values minutes = values_of(cron->minutes), hours = values_of(cron->hours);
  return append_time(words, &minutes, &hours) && append_date(words, cron, cron_by_the_clock(cron));
}
