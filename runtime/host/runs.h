/* The runs that a daemon has under way, and those that it is to start. */
#ifndef HOST_RUNS_H
#define HOST_RUNS_H

#include "../core/schedule_instants.h"
#include "serve.h"

struct runs;

/* The most words of a run's command line. */
enum { RUNS_ARGUMENTS = 80, RUNS_ALLOW_MOST = 16 };

/* Writes the options that each process of the daemon gets to `arguments`, at most that many, and
   returns how many; `room` keeps those that are numbers. */
struct runs_room {
  char sandbox[80], requests[24], retries[24], timeout[32], memory[24];
};
int runs_options(const struct run_options *options, const char **arguments, struct runs_room *room);

/* The same for what the daemon does for itself: --timeout and --max-requests are for jobs and
   handlers. */
int runs_chore_options(const struct run_options *options, const char **arguments,
                       struct runs_room *room);

/* Likewise what those get that work in the account for somebody: whom to tell, what is allowed, how
   urgent they are. */
int runs_work_options(const struct run_options *options, const char **arguments);

/* NULL where memory ran out. What it is given must outlive it. */
struct runs *runs_new(const struct serve_options *options, struct journal *journal, int64_t server);

/* Forgets them; their processes go on. Idempotent for NULL. */
void runs_free(struct runs *runs);

/* How many processes there are. */
size_t runs_count(const struct runs *runs);

/* Looks which processes have ended, and tells of them. False with the failures of store.h. */
bool runs_collect(struct runs *runs, struct failure *failure);

/* Takes note of runs that have died, whoever started them; starts what is to start by `now`, as the
   jobs' overlap says. `jobs` are those that the daemon serves. False as above. */
bool runs_step(struct runs *runs, struct schedule_job *const *jobs, size_t count, int64_t now,
               struct failure *failure);

/* Sends a signal to all of them. */
void runs_signal(const struct runs *runs, int number);

#endif
