/* Schedules: which instants of a job have come, and what is to become of each. Nothing in here
   looks at a clock or a disk: the time is an argument. The rows are in schedule_jobs.h (jobs) and
   schedule_instants.h (one row for each job and instant).

   Each instant that a job's expression names is decided once, when it has come. What has been
   decided reaches up to `considered`, which is kept with the job; the next question begins there,
   whichever process asks it, so that no time is too long for something to be forgotten.

     on time   it came less than SCHEDULE_GRACE ago, or less than the job's jitter: it runs. So a
               daemon that is restarted, or a machine that stood still for a moment, skips nothing.
     late      nobody was there: the daemon was down, the machine was suspended, or the clock was
               put forward. catch_up says what comes of those:
                 none   they are missed
                 one    the last of all instants runs, if it came within `window`; the others are
                        missed
                 all    those within `window` run, one after the other; the others are missed
     paused    the job was paused when it came; such an instant is never caught up

   What is missed has a row that says so. Of very many only the last SCHEDULE_ROWS have one each,
   and one more row stands for the rest.

   When the clock is put forward by a day, a day's instants are late, as if the machine had been
   off. When it is put back by an hour, the instants of that hour come again: those that have run
   have a row and do not run again, those that were missed run now, because their rows are taken
   away (schedule_consider). So a clock that was wrong for a while and is put right neither loses
   nor doubles a run. A suspended laptop is a clock that was put forward. */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "cron.h"
#include "failure.h"
#include "zone.h"

/* In milliseconds, as all times here: how late an instant may be that is on time all the same; the
   longest time that is looked back; for how long after an instant its failed run is tried again. */
#define SCHEDULE_GRACE INT64_C(60000)
#define SCHEDULE_LONGEST (INT64_C(400) * 24 * 60 * 60 * 1000)
#define SCHEDULE_RETRIES_WITHIN (INT64_C(24) * 60 * 60 * 1000)

enum { SCHEDULE_ROWS = 1000 };

/* What becomes of an instant that comes while another run of the job is under way. A run that began
   only after it had come is no such one: for that it waits, as what is caught up does. */
enum schedule_overlap {
  SCHEDULE_SKIP,   /* it does not run */
  SCHEDULE_QUEUE,  /* it runs afterwards */
  SCHEDULE_CANCEL, /* the other run is ended, then it runs */
  SCHEDULE_ALLOW   /* both run */
};

enum schedule_catch_up { SCHEDULE_NONE, SCHEDULE_ONE, SCHEDULE_ALL };

struct schedule_options {
  enum schedule_overlap overlap;
  enum schedule_catch_up catch_up;
  int64_t window;      /* how late an instant may be that is caught up */
  int64_t jitter;      /* each instant starts up to so much later, by chance */
  int64_t timeout;     /* for each run; 0: none */
  int64_t retries;     /* how many times a run that failed is made again */
  int64_t retry_delay; /* before the first of them; each further one waits twice as long */
  int64_t pause_after; /* instants that failed, one after the other; 0: never */
};

/* Reads "skip", "queue", "cancel", "allow", and "none", "one", "all"; false for anything else. */
bool schedule_read_overlap(const char *text, enum schedule_overlap *overlap);
bool schedule_read_catch_up(const char *text, enum schedule_catch_up *catch_up);
const char *schedule_overlap_name(enum schedule_overlap overlap);
const char *schedule_catch_up_name(enum schedule_catch_up catch_up);

struct schedule {
  struct cron cron;
  const char *zone;
  struct schedule_options options;
  bool paused;
};

enum schedule_verdict { SCHEDULE_RUNS, SCHEDULE_MISSED, SCHEDULE_PAUSED };

/* Called with each instant in its order. `times` is 1, or how many instants from this one on a
   single row stands for. False stops. */
typedef bool schedule_visit(void *context, int64_t instant, enum schedule_verdict verdict,
                            int64_t times);

/* Decides about the instants after `considered` that have come by `now`. False with the failures of
   cron_next, or where `visit` has stopped it. */
bool schedule_due(const struct schedule *schedule, struct zones *zones, int64_t considered,
                  int64_t now, schedule_visit *visit, void *context, struct failure *failure);

/* Whether an instant that has waited since before the daemon came, and was to begin at
   `not_before`, is still to run; `is_last`: no later one of the job waits. */
bool schedule_still_runs(const struct schedule_options *options, int64_t not_before, bool is_last,
                         int64_t now);

/* How long a run waits that is made again, after that many attempts; -1: it is not made again. What
   a person has to do something about first is not (exit codes 2 and 3). `exit_code` below 0: the
   run was killed. */
int64_t schedule_retry(const struct schedule_options *options, int64_t attempts, int exit_code,
                       int64_t instant, int64_t now);

/* The first instant after `after`. False as cron_next. */
bool schedule_next(const struct schedule *schedule, struct zones *zones, int64_t after,
                   int64_t *next, struct failure *failure);

#endif
