/* The jobs that files have registered: one row for each account and name, with the text of the file
   as it was when it was validated, which is what runs.

   Daemons (loftyrun serve) and which jobs each of them serves are here too. A daemon is alive while
   it holds the lock "serve N"; several may serve the same jobs. A job that no daemon serves stays,
   so that it goes on where it was, and what it missed is told; after 90 days it is forgotten.

   Times are in milliseconds since 1970. Failures are those of store.h, and those of cron.h. */
#ifndef CORE_SCHEDULE_JOBS_H
#define CORE_SCHEDULE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal.h"
#include "locks.h"
#include "schedule.h"

struct schedule_job {
  int64_t id;
  const char *name;
  const char *file; /* absolute */
  const char *body; /* what of the file runs: "function", the one it has registered, or "file" */
  int64_t line;     /* where it is registered; 0: nowhere in the file */
  const char *expression; /* as it was written */
  const char *zone;
  struct schedule_options options;
  int64_t considered; /* up to here all instants are decided */
  int64_t paused;     /* since when; 0: it is not */
  bool by_failures;   /* it was paused because it failed too often */
  int64_t failures;   /* instants that failed, one after the other, up to now */
  bool served;        /* by a daemon that is alive */
};

/* What a daemon has been told of a job, and the text that told it. */
struct schedule_registration {
  struct schedule_job job; /* its id, and what is below `options`, is not looked at */
  const char *text;
  size_t length;
};

/* A daemon. */
struct schedule_server {
  int64_t id;
  struct lock *lock;
};

/* Records a daemon of this process. */
bool schedule_begin_server(struct journal *journal, int64_t now, struct schedule_server *server,
                           struct failure *failure);

/* Whether the daemon of that number lives. Where it cannot be told it does. */
bool schedule_server_is_alive(struct journal *journal, int64_t server);

/* Idempotent. */
void schedule_end_server(struct journal *journal, struct schedule_server *server);

/* Has the daemon serve these jobs, and no others: all of them or, where it fails, none. The
   instants of a job that was known before are decided first, by what it was. False with JOB_TAKEN
   where a daemon that is alive serves a job of that name out of another file. */
bool schedule_swap(struct journal *journal, struct zones *zones,
                   const struct schedule_server *server, const char *account,
                   const struct schedule_registration *registrations, size_t count, int64_t now,
                   int64_t *missed, struct failure *failure);

/* Called with each; false stops. Its texts are gone when it returns. */
typedef bool schedule_visit_job(void *context, const struct schedule_job *job);

/* Visits the jobs that a daemon serves; those of an account; one of them. */
bool schedule_served(struct journal *journal, int64_t server, schedule_visit_job *visit,
                     void *context, struct failure *failure);
bool schedule_jobs(struct journal *journal, const char *account, schedule_visit_job *visit,
                   void *context, struct failure *failure);
enum store_answer schedule_job(struct journal *journal, const char *account, const char *name,
                               schedule_visit_job *visit, void *context, struct failure *failure);

/* A copy of a job with its texts, to be freed; NULL where memory ran out. */
struct schedule_job *schedule_copy(const struct schedule_job *job);

/* Visits the text that a job runs. */
enum store_answer schedule_text(struct journal *journal, int64_t job, store_visit_row *visit,
                                void *context, struct failure *failure);

/* The schedule of a job; its zone is the job's text. False with CRON. */
bool schedule_of(const struct schedule_job *job, struct schedule *schedule,
                 struct failure *failure);

/* Pauses a job or has it go on; one that is so already stays as it is. What waits of a job that is
   paused does not run, and what came meanwhile is not caught up. STORE_NO: there is no such job. */
enum store_answer schedule_pause(struct journal *journal, struct zones *zones, const char *account,
                                 const char *name, bool paused, int64_t now,
                                 struct failure *failure);

#endif
