/* What runs did: each run, and each of its writes, which is here before it is sent and settled
   after. So whatever becomes of a run, nothing was done that is not here; what was sent and never
   settled is the only thing in doubt. Reads are not here.

   The state of a write is one of
     sending    it was about to be sent, or is under way; of a run that is over: nobody knows
     done       Lofty has done it
     refused    Lofty has not done it
     not_sent   it has not left this machine
     unknown    it may have been done
   and, once lofty.once has looked after one that was in doubt,
     absent     it was looked for, and is not there
     repeated   it was made again, which leaves what doing it once leaves
     earlier    an earlier run did it; this is a copy, so that the key needs no other run's writes

   A run holds a lock as long as it lives, so that one which was killed is told from one that goes
   on. Runs of more than 90 days ago and those before the last 10,000 are forgotten, with their
   writes, unless what became of a write of theirs is unknown: some when a run begins, and when it
   ends twice as many writes as it made, so that however large runs are there are never more than
   those of 90 days for long. The file takes what they leave for what comes next; it is not made
   smaller.

   Failures are those of store.h. A function that fails has changed nothing. */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "locks.h"
#include "store.h"

struct journal;

/* A run, and what is known of it. */
struct journal_run {
  int64_t id;
  const char *script;  /* as it was named, or a command */
  const char *account; /* whose Lofty it works for, as in lofty.state */
  int64_t process;
  int64_t began; /* milliseconds since 1970, as all times here */
  int64_t ended; /* 0: it has not, or was killed */
  int64_t exit_code;
  bool alive;
  int64_t done, refused, open; /* writes; refused or not sent; sending or unknown */
};

struct journal_write {
  int64_t run, number;    /* number: 0 for one that is not recorded yet */
  const char *operation;  /* "leads.create" */
  const char *method;     /* "POST" */
  const char *path;       /* without the query */
  const char *parameters; /* of the path, as a JSON array; or NULL */
  const char *fields;     /* as JSON; or NULL */
  const char *key;        /* of lofty.once; or NULL */
  const char *image;      /* what was there before, as JSON; or NULL */
  int64_t began;          /* when it was about to be sent, the last time */
  int64_t began_there;    /* the same by Lofty's clock, or some seconds before; 0: unknown */
  int64_t settled;
  const char *state;
  const char *result; /* or the error, as JSON; NULL where there is none */
};

/* Opens the journal of `folder` (NULL: in memory, gone when it is closed) without a run: to read.
 */
bool journal_open(const char *folder, struct journal **journal, struct failure *failure);

/* Opens a private copy of the journal: nothing of what is done to it outlives it (store_open_copy).
 */
bool journal_open_copy(const char *folder, struct journal **journal, struct failure *failure);

/* The time of day in milliseconds. */
int64_t journal_now(void);

/* Records a run of this process, which began at that time of day. */
bool journal_begin_run(struct journal *journal, const char *script, const char *account,
                       int64_t began, struct failure *failure);

/* Records how the run ended, and forgets what is old. */
bool journal_end_run(struct journal *journal, int exit_code, struct failure *failure);

/* Idempotent for NULL. */
void journal_close(struct journal *journal);

/* Where the keys of lofty.once are as well (once.h). */
struct store *journal_store(struct journal *journal);

/* The locks of the same folder. */
struct locks *journal_locks(struct journal *journal);

/* Whether the run of that number lives. Where that cannot be told it does. */
bool journal_is_alive(struct journal *journal, int64_t run);

/* The number of this run; 0: none was begun. */
int64_t journal_run_id(const struct journal *journal);

/* The number that the next write gets. */
int64_t journal_next_number(const struct journal *journal);

/* Records writes that are about to be sent, on the disk when it returns, with one wait for it; each
   gets its number. One that has a number is about to be sent again. Where `began` is 0 it is now.
 */
bool journal_send(struct journal *journal, struct journal_write *writes, size_t count,
                  struct failure *failure);

/* Takes note of what became of a write, of this run or an earlier one. */
bool journal_settle(struct journal *journal, int64_t run, int64_t number, const char *state,
                    const char *result, struct failure *failure);

/* Copies a write of an earlier run, which is done, to this one as "earlier". */
bool journal_take_over(struct journal *journal, int64_t run, int64_t number,
                       struct failure *failure);

/* Called with each; false stops. Its texts are gone when it returns. It may not use the journal. */
typedef bool journal_visit_run(void *context, const struct journal_run *run);
typedef bool journal_visit_write(void *context, const struct journal_write *write);

/* Visits the runs before the run `before` (0: all), newest first; and one run. */
bool journal_runs(struct journal *journal, int64_t before, journal_visit_run *visit, void *context,
                  struct failure *failure);
enum store_answer journal_run(struct journal *journal, int64_t id, journal_visit_run *visit,
                              void *context, struct failure *failure);

/* Visits a run's writes behind the number `after`, in their order; only those under `key` where one
   is given. */
bool journal_writes(struct journal *journal, int64_t run, int64_t after, const char *key,
                    journal_visit_write *visit, void *context, struct failure *failure);

/* Visits a run's writes before the number `before` (0: all), the last one first. */
bool journal_writes_back(struct journal *journal, int64_t run, int64_t before,
                         journal_visit_write *visit, void *context, struct failure *failure);

/* Visits the writes of one operation that may have made something, since a moment, and all of a run
   and of later ones, whatever the clock said then: those that are done, and those on their way in
   runs that are alive. */
bool journal_made(struct journal *journal, const char *operation, int64_t since, int64_t run,
                  journal_visit_write *visit, void *context, struct failure *failure);

#endif
