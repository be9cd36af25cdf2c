/* One run of a job: finding it, claiming its instant, noting its end. */
#ifndef HOST_JOB_H
#define HOST_JOB_H

#include "../bind/context.h"
#include "../core/schedule_jobs.h"
#include "run.h"

/* How many bytes the registrations of one file may have. */
enum { JOB_REGISTRATIONS_MAXIMUM = 1024 * 1024 };

/* Opens what is kept for the account that the options lead to: `*journal`, without a run, and
   `*account`, to be freed. EXIT_DONE, or the exit code where that has been said on standard error.
   A sandbox of one's own keeps nothing unless --state names a folder, and is refused. */
int job_open_store(const struct run_options *options, struct journal **journal, char **account);

/* Whether anything was kept yet where the options lead to; makes nothing. Likewise. */
int job_store_exists(const struct run_options *options, bool *exists);

/* Says that there is no such job. Returns EXIT_USAGE. */
int job_unknown(const char *name);

struct job_run;

/* Runs the job `name` of the account: at the instant `at` (milliseconds since 1970), which must be
   waiting, or now for 0. Returns the exit code of the run, EXIT_LOCKED where it did not begin
   because another run has the instant or the job; all has been said. */
int job_run(const struct run_options *options, const char *name, int64_t at);

/* Runs the job `name` as the file `path` registers it now, without a daemon or a row: for those who
   have another scheduler. Returns the exit code of the run; all has been said. */
int job_run_file(const struct run_options *options, const char *path, const char *name);

/* What the history calls a run of the job: "/opt/jobs.lua#nightly". To be freed; NULL where memory
   ran out. */
char *job_run_name(const struct job_run *job);

/* The parts of it that host/run.c calls; nothing is done for NULL. Claims the instant; EXIT_DONE,
   or the exit code where the run is not to begin, which has been said. */
int job_run_claim(struct job_run *job, struct context *context);

/* Has the script's coroutine, on which its code is, call the job's function, or tell what the file
   registers, as the options say. Runs protected. */
void job_give_body(lua_State *L, lua_State *co, const struct run_options *options);

/* Notes how the run ended. */
void job_run_end(struct job_run *job, struct context *context, int exit_code);

#endif
