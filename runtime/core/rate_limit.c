#include "rate_limit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"

enum {
  WINDOW_MS = 60 * 1000,
  TOLERANCE_MS = 2 * 1000, /* further outside a minute no reset is believed */
  SKEW_MS = 2 * 1000       /* between clocks that are set by themselves */
};

static const double LARGEST = 1e15;
static const double MOST_LIMIT = 1e9;
static const double LONGEST_WAIT_SECONDS = 366.0 * 86400;

static void copy(char *to, size_t size, const char *value, size_t length) {
  while (length > 0 && (*value == ' ' || *value == '\t')) value++, length--;
  while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t')) length--;
  if (length >= size || *to) return; /* of several, the first */
  memcpy(to, value, length);
  to[length] = '\0';
}

static bool is(const char *name, size_t length, const char *wanted) {
  return strlen(wanted) == length && strncasecmp(name, wanted, length) == 0;
}

void rate_limit_take(struct rate_limit_fields *fields, const char *name, size_t name_length,
                     const char *value, size_t value_length) {
  static const char prefix[] = "x-ratelimit-";
  size_t skip = sizeof prefix - 1;
  switch (*name | 0x20) {
    case 'd':
      if (is(name, name_length, "date"))
        copy(fields->date, sizeof fields->date, value, value_length);
      return;
    case 'r':
      if (is(name, name_length, "retry-after"))
        copy(fields->retry_after, sizeof fields->retry_after, value, value_length);
      return;
    case 'x':
      if (name_length <= skip || strncasecmp(name, prefix, skip) != 0) return;
      if (is(name + skip, name_length - skip, "limit"))
        copy(fields->limit, sizeof fields->limit, value, value_length);
      else if (is(name + skip, name_length - skip, "remaining"))
        copy(fields->remaining, sizeof fields->remaining, value, value_length);
      else if (is(name + skip, name_length - skip, "reset"))
        copy(fields->reset, sizeof fields->reset, value, value_length);
      return;
    default:
      return;
  }
}

/* By the first letter of its name, whether a field is one of those. */
static bool may_speak(char letter) {
  letter |= 0x20;
  return letter == 'x' || letter == 'd' || letter == 'r';
}

void rate_limit_scan(struct rate_limit_fields *fields, const struct buffer *headers) {
  const char *line = headers->data;
  const char *end = line ? line + headers->length : NULL;
  while (line && line < end) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    const char *stop = next ? next : end;
    const char *colon = may_speak(*line) ? memchr(line, ':', (size_t)(stop - line)) : NULL;
    if (colon && colon > line) {
      const char *value_end = stop[-1] == '\r' ? stop - 1 : stop;
      if (value_end > colon)
        rate_limit_take(fields, line, (size_t)(colon - line), colon + 1,
                        (size_t)(value_end - colon - 1));
    }
    line = next ? next + 1 : NULL;
  }
}

/* Some digits as a number; -1 where there is anything else among them. */
static int64_t digits(const char *text, size_t count) {
  int64_t value = 0;
  for (size_t i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/* A number that is not negative; below 0 for anything else. */
static double number(const char *text) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  size_t length = strlen(text);
  int64_t plain = length < 16 ? digits(text, length) : -1;
  if (plain >= 0) return (double)plain;
  double value = strtod(text, &end);
  return *end == '\0' && value <= LARGEST ? value : -1;
}

static bool is_whole(double value) { return value == (double)(int64_t)value; }

static int64_t whole(const char *text) {
  double value = number(text);
  return value >= 0 && value <= MOST_LIMIT && is_whole(value) ? (int64_t)value : -1;
}

/* The Date in epoch milliseconds; -1: none. It was true for the second that began then. */
static int64_t date(const char *text) {
  int64_t seconds = http_date(text);
  return seconds < 0 ? -1 : seconds * 1000;
}

static int64_t within(int64_t value) {
  return value < 0 ? 0 : value > WINDOW_MS ? WINDOW_MS : value;
}

/* Reads the reset. `dated` or `clock` is when the reply was made, as the server or we see it. */
static void read_reset(double value, int64_t dated, int64_t clock, struct rate_limit *limit) {
  int64_t now = dated >= 0 ? dated : clock;
  bool in_seconds = value >= 1e9 && value < 1e12;
  int64_t left = value < 1e9    ? (int64_t)value
                 : value < 1e12 ? (int64_t)(value * 1000 + 0.999) - now
                                : (int64_t)value - now;
  limit->reset = within(left);
  if (left < -TOLERANCE_MS || left > WINDOW_MS + TOLERANCE_MS) return;
  int64_t early = 0;
  int64_t late = 0;
  if (value < 1e9 ? left % 1000 == 0 : in_seconds && is_whole(value))
    early = late = 1000; /* rounded, and nobody knows which way */
  if (value >= 1e9 && dated >= 0) {
    early += 1000; /* the second that the Date names was under way */
  } else if (value >= 1e9) {
    early += SKEW_MS;
    late += SKEW_MS;
  }
  limit->least = within(left - early);
  limit->most = within(left + late);
}

bool rate_limit_read(const struct rate_limit_fields *fields, int64_t clock,
                     struct rate_limit *limit) {
  *limit = (struct rate_limit){.limit = whole(fields->limit),
                               .remaining = whole(fields->remaining),
                               .reset = -1,
                               .least = -1,
                               .most = -1,
                               .retry_after = -1};
  double reset = number(fields->reset);
  double wait = number(fields->retry_after);
  if (reset < 0 && !*fields->retry_after) return limit->limit >= 0 || limit->remaining >= 0;
  int64_t dated = date(fields->date);
  if (reset >= 0) read_reset(reset, dated, clock, limit);
  if (wait >= 0) {
    limit->retry_after =
        (int64_t)((wait < LONGEST_WAIT_SECONDS ? wait : LONGEST_WAIT_SECONDS) * 1000);
  } else if (*fields->retry_after) {
    int64_t at = date(fields->retry_after);
    int64_t left = at - (dated >= 0 ? dated : clock);
    if (at >= 0) limit->retry_after = left > 0 ? left : 0;
  }
  return limit->limit >= 0 || limit->remaining >= 0 || limit->reset >= 0 || limit->retry_after >= 0;
}
