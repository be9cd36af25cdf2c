#include "schedule.h"

#include <string.h>

#include "exit_code.h"

enum { SECOND = 1000 };

static const int64_t LONGEST_DELAY = 60 * 60 * SECOND;

static const char *const overlaps[] = {"skip", "queue", "cancel", "allow"};
static const char *const catch_ups[] = {"none", "one", "all"};

static int find(const char *const *names, int count, const char *text) {
  for (int i = 0; i < count; i++)
    if (strcmp(names[i], text) == 0) return i;
  return -1;
}

bool schedule_read_overlap(const char *text, enum schedule_overlap *overlap) {
  int place = find(overlaps, sizeof overlaps / sizeof *overlaps, text);
  if (place >= 0) *overlap = (enum schedule_overlap)place;
  return place >= 0;
}

bool schedule_read_catch_up(const char *text, enum schedule_catch_up *catch_up) {
  int place = find(catch_ups, sizeof catch_ups / sizeof *catch_ups, text);
  if (place >= 0) *catch_up = (enum schedule_catch_up)place;
  return place >= 0;
}

const char *schedule_overlap_name(enum schedule_overlap overlap) { return overlaps[overlap]; }

const char *schedule_catch_up_name(enum schedule_catch_up catch_up) { return catch_ups[catch_up]; }

/* Before 1970 a division must not round up. */
static int64_t seconds_of(int64_t milliseconds) {
  return milliseconds / SECOND - (milliseconds % SECOND < 0);
}

bool schedule_next(const struct schedule *schedule, struct zones *zones, int64_t after,
                   int64_t *next, struct failure *failure) {
  int64_t found;
  if (!cron_next(&schedule->cron, zones, schedule->zone, seconds_of(after), &found, failure))
    return false;
  *next = found * SECOND;
  return true;
}

static int64_t grace(const struct schedule_options *options) {
  return options->jitter > SCHEDULE_GRACE ? options->jitter : SCHEDULE_GRACE;
}

static enum schedule_verdict judge(const struct schedule *schedule, int64_t instant, bool is_last,
                                   int64_t now) {
  const struct schedule_options *options = &schedule->options;
  int64_t late = now - instant;
  if (schedule->paused) return SCHEDULE_PAUSED;
  if (late < grace(options)) return SCHEDULE_RUNS;
  bool is_caught_up =
      (options->catch_up == SCHEDULE_ALL || (options->catch_up == SCHEDULE_ONE && is_last)) &&
      late <= options->window;
  return is_caught_up ? SCHEDULE_RUNS : SCHEDULE_MISSED;
}

/* How many instants there are after `after` and not after `now`, and the last of them. */
static bool count(const struct schedule *schedule, struct zones *zones, int64_t after, int64_t now,
                  int64_t *total, int64_t *last, struct failure *failure) {
  int64_t instant;
  *total = 0;
  *last = after;
  for (;; ++*total, *last = after = instant) {
    if (!schedule_next(schedule, zones, after, &instant, failure)) return false;
    if (instant > now) return true;
  }
}

/* Instants for which one row stands. */
struct together {
  int64_t first, times;
  enum schedule_verdict verdict;
};

static bool tell(struct together *together, schedule_visit *visit, void *context) {
  bool goes_on =
      together->times == 0 || visit(context, together->first, together->verdict, together->times);
  together->times = 0;
  return goes_on;
}

bool schedule_due(const struct schedule *schedule, struct zones *zones, int64_t considered,
                  int64_t now, schedule_visit *visit, void *context, struct failure *failure) {
  struct together together = {.times = 0};
  int64_t total, last, instant;
  int64_t after = considered < now - SCHEDULE_LONGEST ? now - SCHEDULE_LONGEST : considered;
  if (!count(schedule, zones, after, now, &total, &last, failure)) return false;
  for (int64_t left = total; left > 0; left--, after = instant) {
    if (!schedule_next(schedule, zones, after, &instant, failure)) return false;
    enum schedule_verdict verdict = judge(schedule, instant, instant == last, now);
    bool joins = left > SCHEDULE_ROWS && verdict != SCHEDULE_RUNS;
    bool breaks = !joins || verdict != together.verdict;
    if (breaks && !tell(&together, visit, context)) return false;
    if (!joins && !visit(context, instant, verdict, 1)) return false;
    if (!joins) continue;
    if (together.times++ == 0) together.first = instant;
    together.verdict = verdict;
  }
  return tell(&together, visit, context);
}

bool schedule_still_runs(const struct schedule_options *options, int64_t not_before, bool is_last,
                         int64_t now) {
  struct schedule schedule = {.options = *options};
  schedule.options.jitter = 0; /* it is in `not_before` */
  return judge(&schedule, not_before, is_last, now) == SCHEDULE_RUNS;
}

int64_t schedule_retry(const struct schedule_options *options, int64_t attempts, int exit_code,
                       int64_t instant, int64_t now) {
  int64_t within =
      options->window > SCHEDULE_RETRIES_WITHIN ? options->window : SCHEDULE_RETRIES_WITHIN;
  bool is_hopeless = exit_code == EXIT_USAGE || exit_code == EXIT_CONFIG;
  if (exit_code == EXIT_DONE || is_hopeless || attempts > options->retries) return -1;
  if (now - instant > within) return -1;
  int64_t delay = options->retry_delay;
  for (int64_t i = 1; i < attempts && delay < LONGEST_DELAY; i++) delay *= 2;
  return delay < LONGEST_DELAY || options->retry_delay > LONGEST_DELAY ? delay : LONGEST_DELAY;
}
