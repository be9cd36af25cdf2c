/* Runs of instants: how one is claimed by its process, and what comes of it.

   A child claims its instant itself, on the disk and before any code of the script runs, in the one
   transaction that makes its run known to the journal. So a daemon that is killed before a child
   has claimed loses nothing: the instant still waits. And of two children that were started for one
   instant the second finds it claimed. A run is alive as the journal says: as long as its process
   holds its lock. */
#ifndef CORE_SCHEDULE_CLAIMS_H
#define CORE_SCHEDULE_CLAIMS_H

#include "schedule_instants.h"

enum schedule_claim {
  SCHEDULE_CLAIM_FAILED = -1,
  SCHEDULE_CLAIMED,
  SCHEDULE_NOT_WAITING, /* another run has it, or it is over, or never came */
  SCHEDULE_BUSY         /* another run of the job is under way; a `skip` has been taken note of */
};

/* Claims an instant for this process, and begins its run in the journal under the name `script`.
 *instant 0: now, by hand; it is then set. *attempt: which run of it this is, from 1 on. */
enum schedule_claim schedule_claim(struct journal *journal, const struct schedule_job *job,
                                   const char *script, const char *account, int64_t now,
                                   int64_t *instant, int64_t *attempt, struct failure *failure);

/* What came of an instant after a run of it. */
struct schedule_outcome {
  bool changed; /* false: it had been taken note of before */
  bool retries;
  int64_t not_before; /* then: when */
  bool pauses;        /* the job is paused now, because it failed too often */
};

/* Takes note that the run of an instant has ended; `exit_code` below 0: it was killed. */
bool schedule_end(struct journal *journal, const struct schedule_job *job, int64_t instant,
                  int64_t run, int exit_code, int64_t now, struct schedule_outcome *outcome,
                  struct failure *failure);

/* For a run whose process has ended without having said so, where its exit code is known all the
   same: 128 and the number of a signal. It stays with the instant when that ends. */
bool schedule_note_exit(struct journal *journal, int64_t job, int64_t instant, int64_t run,
                        int exit_code, struct failure *failure);

/* Takes note that a run is to end for a later one. */
bool schedule_cancel(struct journal *journal, int64_t job, int64_t instant, int64_t now,
                     struct failure *failure);

#endif
