/* A run under way: what run.c opens, run_record.c has in the history, and run_ending.c tells the
   end of. */
#ifndef HOST_RUNNING_H
#define HOST_RUNNING_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../bind/context.h"
#include "../core/progress.h"
#include "grants.h"
#include "lock.h"
#include "profile.h"
#include "quota.h"
#include "run.h"
#include "witness.h"

enum { RECEIVER_SECRETS = 3 };

/* Everything a run holds, closed or NULL until it is opened. */
struct run {
  struct context context; /* first: the context's callbacks find the run through it */
  const struct run_options *options;
  const char *receiver_secrets[RECEIVER_SECRETS]; /* of serve's webhooks, which scripts may have */
  const struct script *script;
  char **argv;
  struct profile *profile;
  struct config config;
  struct grants grants;
  struct credentials *credentials;
  struct sandbox *sandbox;
  struct run_quota quota;
  struct traffic traffic;
  struct run_lock lock;
  int64_t began;  /* milliseconds since 1970 */
  bool recorded;  /* in the history, whether it writes or not */
  bool tried;     /* to record it */
  int64_t number; /* in the history, 0: it is not there */
  struct log log;
  struct progress progress;
  struct witness witness;
  struct loop_timer journal_timer, tally_timer;
  lua_State *L;
  lua_State *co; /* the script; on L's stack */
  bool stopped;  /* by a binding, which has said why */
  struct tasks *tasks;
  size_t memory; /* bytes that the script may take */
  int failure;   /* the exit code of what failed first, 0: nothing has */
};

/* The history (run_record.c) */

/* The context's own: opens the journal, in which the run gets its number. */
bool run_open_journal(struct context *context, struct failure *failure);

/* Call it once nothing is in the run's way any more: from now on it is on its way into the history,
   where it belongs there. */
void run_expect_record(struct run *run);

/* Its number, for a line of the log; 0 where it has none. */
int64_t run_number(void *context);

/* Puts its end there. Keeps errno, which tells main why the script's output could not be
   written. */
void run_end_record(struct run *run, int exit_code);

/* The end (run_ending.c) */

/* Says what failed, also to whom the run's end is told. Returns `exit_code`. */
int run_say(struct run *run, const struct failure *failure, int exit_code);
int run_out_of_memory(struct run *run);

/* The context's own: ends the run with a sentence. Raises. */
int run_stop(struct context *context, lua_State *L, int exit_code, const char *message);

/* Each says one kind of end, and returns its exit code: the error on top of `co`; an end from
   outside; more calls wanted than there were to be. */
int run_report(struct run *run, lua_State *co);
int run_report_interruption(struct run *run);
int run_report_spent(struct run *run);

/* os.exit, which needs no sentence. */
void run_report_exit(const struct run *run);

/* The errors of tasks that nobody has waited for, which are a failure. */
void run_report_unseen(struct run *run);

/* The scheduler's own (tasks.h): something of the run has failed. */
void run_on_failure(void *context, lua_State *co, int status);

#endif
