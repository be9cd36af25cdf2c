#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../core/journal.h"
#include "../core/tally.h"
#include "job.h"
#include "journal.h"
#include "running.h"

enum { JOURNAL_MS = 500, TALLY_MS = 60 * 1000 };

static void take_number(struct run *run) {
  run->number = journal_run_id(run->context.journal);
  /* What a sandbox keeps in memory is not where the output goes. */
  if (!run->context.sandbox || run->options->state)
    output_number(&run->witness.output, run->number);
}

bool run_open_journal(struct context *context, struct failure *failure) {
  struct run *run = (struct run *)context;
  const struct run_options *options = run->options;
  if (options->recording == RUN_READS_HISTORY) {
    if (!run_journal_open(context, NULL, run->began, failure)) return false;
  } else {
    char *name = options->job ? job_run_name(options->job) : strdup(run->script->name);
    if (!name) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    bool fine = run_journal_open(context, name, run->began, failure);
    free(name);
    if (!fine) return false;
  }
  take_number(run);
  return true;
}

/* Where it cannot be recorded the run goes on: one that keeps nothing has no use for the folder,
   and the first write raises. Whoever wanted its output kept is told, once. */
static void run_record(void *context) {
  struct failure failure;
  struct run *run = context;
  bool again = run->tried;
  run->tried = true;
  if (run->context.journal || run_open_journal(&run->context, &failure)) return;
  bool missed = run->witness.output.held && !again;
  struct log_field why = {.name = "why", .value = failure.message};
  log_write(&run->log, missed ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "this run is not in the history",
            &why, 1);
}

/* The calls of a run that is in the history are counted there. What cannot be added now is added
   the next time. */
static void keep_tally(struct run *run) {
  struct failure failure;
  struct context *context = &run->context;
  if (!tally_is_due(context->tally) || !context->journal || !journal_run_id(context->journal))
    return;
  char *account = run_account(context->sandbox, context->profile, context->config->base_url);
  bool fine = account && tally_keep(context->tally, journal_store(context->journal), account,
                                    journal_now(), &failure);
  struct log_field why = {.name = "why", .value = account ? failure.message : "out of memory"};
  if (!fine) log_write(&run->log, LOG_LEVEL_DEBUG, "calls could not be counted", &why, 1);
  free(account);
}

/* A worker lives for months. */
static void on_tally(void *context) {
  struct run *run = context;
  keep_tally(run);
  loop_timer_set(run->context.loop, &run->tally_timer, TALLY_MS, on_tally, run);
}

static void begin_tally(struct run *run) {
  if (run->options->replay || run->options->dry_run) return;
  run->context.tally = tally_new(); /* without it nothing is counted */
  loop_timer_set(run->context.loop, &run->tally_timer, TALLY_MS, on_tally, run);
}

static void end_tally(struct run *run) {
  if (run->context.loop) loop_timer_clear(run->context.loop, &run->tally_timer);
  keep_tally(run);
  tally_free(run->context.tally);
  run->context.tally = NULL;
}

/* A run is in the history also where it only reads: from its first write on, or after a moment, or
   at its end, so that nobody waits for a disk before the first reply. One that keeps nothing has no
   history; a single command has one only by its writes. */
void run_expect_record(struct run *run) {
  const struct run_options *options = run->options;
  begin_tally(run);
  if (run->context.journal)
    take_number(run); /* the claim of a job's instant begins the run itself */
  run->recorded = options->recording == RUN_RECORDED && !options->replay && !options->dry_run &&
                  (!options->sandbox_seed || options->state);
  if (!run->recorded) return;
  /* What it prints is to be there whenever it is killed. */
  if (run->witness.output.held) run_record(run);
  loop_timer_set(run->context.loop, &run->journal_timer, JOURNAL_MS, run_record, run);
}

/* For a line of the log: one that is written has a number. */
int64_t run_number(void *context) {
  struct run *run = context;
  if (!run->number && run->recorded && !run->tried) run_record(run);
  return run->number;
}

/* errno tells main why the script's output could not be written. */
void run_end_record(struct run *run, int exit_code) {
  int error = errno;
  if (run->context.loop) loop_timer_clear(run->context.loop, &run->journal_timer);
  if (run->recorded) run_record(run);
  if (run->recorded && !run->context.journal) output_missed(&run->witness.output);
  end_tally(run);
  job_run_end(run->options->job, &run->context, exit_code);
  run_journal_close(&run->context, exit_code);
  run->recorded = false;
  errno = error;
}
