/* What came of each instant of a job: one row for each, and never a second one. So no instant is
   lost or doubled, however many daemons there are and however often they end.

   The state of an instant is one of
     waiting    it has come, and is to be started: not before `not_before`
     running    a run of the journal has claimed it
     done       its run has ended with exit code 0
     failed     with another one
     died       its run was killed, or the machine was
     cancelled  a later instant of the job ended its run (overlap = "cancel")
     skipped    another run of the job was under way (overlap = "skip")
     missed     nobody was there when it came, and it was not caught up
     paused     the job was paused

   A run claims its instant in schedule_claims.h. Of each job the last 5,000 are kept. Times are in
   milliseconds since 1970. Failures are those of store.h, and those of cron.h. */
#ifndef CORE_SCHEDULE_INSTANTS_H
#define CORE_SCHEDULE_INSTANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "journal.h"
#include "schedule_jobs.h"

struct schedule_instant {
  int64_t job, instant;
  const char *state;
  int64_t times;      /* how many instants it stands for */
  int64_t attempt;    /* how many runs it has had */
  int64_t not_before; /* when it starts */
  int64_t run, process;
  int64_t began, ended; /* of the last run; 0: not */
  int64_t exit_code;    /* -1: it is not known */
  int64_t cancelled;    /* since when its run is to end; 0: it is not */
  bool by_hand;         /* job run without --at */
};

typedef bool schedule_visit_instant(void *context, const struct schedule_instant *instant);

/* Decides about the instants of a job that have come, and keeps what was decided. Where the clock
   was put back, what was missed or paused in what is now the future is taken away. `*missed`, which
   may be NULL, grows by how many have been missed. */
bool schedule_consider(struct journal *journal, struct zones *zones, const struct schedule_job *job,
                       int64_t now, int64_t *missed, struct failure *failure);

/* For a daemon that begins, where no other serves the job: what waits since before and is too late
   becomes missed, or failed where it was to be tried again. */
bool schedule_review(struct journal *journal, const struct schedule_job *job, int64_t now,
                     struct failure *failure);

/* For an instant whose run does not begin, whatever the reason: where it is too late for it by now
   it becomes missed, or failed where it was to be tried again. `last` is the last instant of the
   job that waits and has not run. */
bool schedule_give_up(struct journal *journal, const struct schedule_job *job,
                      const struct schedule_instant *instant, int64_t last, int64_t now,
                      bool *given_up, struct failure *failure);

/* Visits what waits and is to start by `now`, of the jobs that a daemon serves, in the order in
   which it starts; and the running ones, of a daemon's jobs and of one job. */
bool schedule_waiting(struct journal *journal, int64_t server, int64_t now,
                      schedule_visit_instant *visit, void *context, struct failure *failure);
bool schedule_running(struct journal *journal, int64_t server, schedule_visit_instant *visit,
                      void *context, struct failure *failure);
bool schedule_running_of(struct journal *journal, int64_t job, schedule_visit_instant *visit,
                         void *context, struct failure *failure);

/* When the next of those that wait is to start, after `now`; INT64_MAX where none is. */
bool schedule_next_waiting(struct journal *journal, int64_t server, int64_t now, int64_t *when,
                           struct failure *failure);

/* What waits of a job although it was to start before that time, and since when. */
struct schedule_backlog {
  int64_t count, since;
};
bool schedule_backlog(struct journal *journal, int64_t job, int64_t before,
                      struct schedule_backlog *found, struct failure *failure);

/* One of them; the last run of a job; the latest instant that its schedule has named. */
enum store_answer schedule_instant(struct journal *journal, int64_t job, int64_t instant,
                                   schedule_visit_instant *visit, void *context,
                                   struct failure *failure);
enum store_answer schedule_last_run(struct journal *journal, int64_t job,
                                    schedule_visit_instant *visit, void *context,
                                    struct failure *failure);
enum store_answer schedule_latest(struct journal *journal, int64_t job,
                                  schedule_visit_instant *visit, void *context,
                                  struct failure *failure);

/* An instant that waits becomes skipped. */
bool schedule_skip(struct journal *journal, int64_t job, int64_t instant, struct failure *failure);

#endif
