#include "civil.h"

#include <stdio.h>
#include <stdlib.h>

/* Division that rounds down, also below zero. */
static int64_t floor_divide(int64_t value, int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int civil_month_length(int64_t year, int month) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* The days before a year, from the beginning of the year 1. */
static int64_t days_before_year(int64_t year) {
  int64_t whole = year - 1;
  return whole * 365 + floor_divide(whole, 4) - floor_divide(whole, 100) + floor_divide(whole, 400);
}

static const int64_t DAYS_TO_1970 = 719162; /* from 0001-01-01 */

int64_t civil_days(int64_t year, int month, int day) {
  int64_t days = days_before_year(year) - DAYS_TO_1970 + day - 1;
  for (int earlier = 1; earlier < month; earlier++) days += civil_month_length(year, earlier);
  return days;
}

struct civil civil_from(int64_t seconds) {
  int64_t days = floor_divide(seconds, CIVIL_DAY);
  int rest = (int)(seconds - days * CIVIL_DAY);
  /* 146097 days are 400 years: never more than a year off, which the loops put right. */
  struct civil shown = {.year = 1970 + floor_divide(days * 400, 146097),
                        .month = 1,
                        .weekday = (int)(days + 4 - floor_divide(days + 4, 7) * 7),
                        .hour = rest / 3600,
                        .minute = rest / 60 % 60,
                        .second = rest % 60};
  while (civil_days(shown.year, 1, 1) > days) shown.year--;
  while (civil_days(shown.year + 1, 1, 1) <= days) shown.year++;
  int64_t left = days - civil_days(shown.year, 1, 1);
  for (; left >= civil_month_length(shown.year, shown.month); shown.month++)
    left -= civil_month_length(shown.year, shown.month);
  shown.day = (int)left + 1;
  return shown;
}

/* Takes `count` digits, and the character `after` them unless that is 0. */
static bool take_digits(const char **text, int count, char after, int *value) {
  *value = 0;
  for (int i = 0; i < count; i++, (*text)++) {
    if (**text < '0' || **text > '9') return false;
    *value = *value * 10 + (**text - '0');
  }
  if (!after) return true;
  return *(*text)++ == after;
}

static bool take_offset(const char *text, int *offset) {
  int hours, minutes;
  if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0') {
    *offset = 0;
    return true;
  }
  char sign = *text++;
  if ((sign != '+' && sign != '-') || !take_digits(&text, 2, ':', &hours) ||
      !take_digits(&text, 2, 0, &minutes) || *text || hours > 23 || minutes > 59)
    return false;
  *offset = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
  return true;
}

bool civil_read_instant(const char *text, int64_t *instant) {
  int year, month, day, hour, minute, second = 0, offset;
  if (!take_digits(&text, 4, '-', &year) || !take_digits(&text, 2, '-', &month) ||
      !take_digits(&text, 2, 0, &day))
    return false;
  if (*text != 'T' && *text != 't') return false;
  text++;
  if (!take_digits(&text, 2, ':', &hour) || !take_digits(&text, 2, 0, &minute)) return false;
  if (*text == ':') {
    text++;
    if (!take_digits(&text, 2, 0, &second)) return false;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > civil_month_length(year, month) ||
      hour > 23 || minute > 59 || second > 59 || !take_offset(text, &offset))
    return false;
  *instant = civil_days(year, month, day) * CIVIL_DAY + hour * 3600 + minute * 60 + second - offset;
  return true;
}

void civil_write_offset(int32_t offset, char text[CIVIL_OFFSET_SIZE]) {
  int seconds = abs(offset) % CIVIL_DAY;
  int length = snprintf(text, CIVIL_OFFSET_SIZE, "%c%02d:%02d", offset < 0 ? '-' : '+',
                        seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0 && length > 0)
    snprintf(text + length, CIVIL_OFFSET_SIZE - (size_t)length, ":%02d", seconds % 60);
}

void civil_write_instant(int64_t instant, int32_t offset, char text[CIVIL_INSTANT_SIZE]) {
  char east[CIVIL_OFFSET_SIZE];
  struct civil shown = civil_from(instant + offset);
  civil_write_offset(offset, east);
  snprintf(text, CIVIL_INSTANT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%s", (int)shown.year,
           shown.month, shown.day, shown.hour, shown.minute, shown.second, east);
}
