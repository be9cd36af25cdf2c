#include "schedule_claims.h"

#include <string.h>
#include <unistd.h>

enum { BY_HAND_TRIED = 1000 };

static const char claim_instant[] =
    "UPDATE instants SET state = 'running', attempt = attempt + 1, run = $3, process = $4,"
    " began = $5, ended = NULL, exit_code = NULL, cancelled = NULL"
    " WHERE job = $1 AND instant = $2 AND state = 'waiting'";
static const char add_by_hand[] =
    "INSERT INTO instants (job, instant, state, times, attempt, not_before, by_hand)"
    " VALUES ($1, $2, 'waiting', 1, 0, $2, 1) ON CONFLICT (job, instant) DO NOTHING";
static const char end_instant[] =
    "UPDATE instants SET state = $4, ended = $5, exit_code = COALESCE($6, exit_code),"
    " not_before = $7"
    " WHERE job = $1 AND instant = $2 AND run = $3 AND state = 'running'";
static const char note_exit_code[] =
    "UPDATE instants SET exit_code = $4"
    " WHERE job = $1 AND instant = $2 AND run = $3 AND state = 'running'";
static const char cancel_instant[] =
    "UPDATE instants SET cancelled = $3 WHERE job = $1 AND instant = $2 AND state = 'running'"
    " AND cancelled IS NULL";
static const char count_failure[] =
    "UPDATE jobs SET failures = failures + 1 WHERE id = $1 RETURNING failures";
static const char clear_failures[] = "UPDATE jobs SET failures = 0 WHERE id = $1";
static const char stop_waiting[] =
    "UPDATE instants SET state = 'paused' WHERE job = $1 AND state = 'waiting'";
static const char pause_failing[] =
    "UPDATE jobs SET paused = $2, by_failures = 1 WHERE id = $1 AND paused IS NULL";

struct looking {
  struct journal *journal;
  int64_t but;        /* this instant does not count */
  int64_t not_before; /* when it was to start */
  bool busy;
  bool overlaps; /* then a run was under way; one that began later is only in the way */
};

static bool look(void *context, const struct schedule_instant *instant) {
  struct looking *looking = context;
  if (instant->instant == looking->but || !journal_is_alive(looking->journal, instant->run))
    return true;
  looking->busy = true;
  looking->overlaps = instant->began <= looking->not_before;
  return !looking->overlaps;
}

static bool copy_instant(void *context, const struct schedule_instant *instant) {
  struct schedule_instant *copy = context;
  *copy = *instant;
  copy->state = strcmp(instant->state, "waiting") == 0 ? "waiting" : NULL;
  return true;
}

/* A run by hand gets the first millisecond from now on that has no row yet. */
static bool begin_by_hand(struct store *store, int64_t job, int64_t *instant,
                          struct failure *failure) {
  for (int i = 0; i < BY_HAND_TRIED; i++, ++*instant) {
    int64_t added = 0;
    if (!store_run(store, add_by_hand, STORE_WITH(store_integer(job), store_integer(*instant)),
                   &added, failure))
      return false;
    if (added == 1) return true;
  }
  return failure_set(failure, "STATE_FAILED", "%s: other runs keep it busy", store_path(store));
}

struct claim {
  struct journal *journal;
  const struct schedule_job *job;
  const char *script, *account;
  int64_t now;
  struct failure *failure;
};

static enum schedule_claim take(const struct claim *claim, int64_t *instant, int64_t *attempt) {
  struct store *store = journal_store(claim->journal);
  struct store_value job = store_integer(claim->job->id);
  struct schedule_instant row = {.state = NULL};
  struct looking looking = {.journal = claim->journal, .but = *instant};
  bool by_hand = *instant == 0;
  if (by_hand) *instant = claim->now;
  if (by_hand && !begin_by_hand(store, claim->job->id, instant, claim->failure))
    return SCHEDULE_CLAIM_FAILED;
  struct store_value at = store_integer(*instant);
  if (schedule_instant(claim->journal, claim->job->id, *instant, copy_instant, &row,
                       claim->failure) == STORE_FAILED)
    return SCHEDULE_CLAIM_FAILED;
  if (!row.state) return SCHEDULE_NOT_WAITING;
  looking.not_before = row.not_before;
  if (claim->job->options.overlap != SCHEDULE_ALLOW &&
      !schedule_running_of(claim->journal, claim->job->id, look, &looking, claim->failure))
    return SCHEDULE_CLAIM_FAILED;
  if (looking.busy) {
    bool skips = looking.overlaps && claim->job->options.overlap == SCHEDULE_SKIP &&
                 row.attempt == 0 && !by_hand;
    return !skips || schedule_skip(claim->journal, claim->job->id, *instant, claim->failure)
               ? SCHEDULE_BUSY
               : SCHEDULE_CLAIM_FAILED;
  }
  *attempt = row.attempt + 1;
  return journal_begin_run(claim->journal, claim->script, claim->account, claim->now,
                           claim->failure) &&
                 store_run(store, claim_instant,
                           STORE_WITH(job, at, store_integer(journal_run_id(claim->journal)),
                                      store_integer(getpid()), store_integer(claim->now)),
                           NULL, claim->failure)
             ? SCHEDULE_CLAIMED
             : SCHEDULE_CLAIM_FAILED;
}

enum schedule_claim schedule_claim(struct journal *journal, const struct schedule_job *job,
                                   const char *script, const char *account, int64_t now,
                                   int64_t *instant, int64_t *attempt, struct failure *failure) {
  struct claim claim = {journal, job, script, account, now, failure};
  struct store *store = journal_store(journal);
  bool by_hand = *instant == 0;
  if (!store_begin(store, STORE_DURABLE, failure)) return SCHEDULE_CLAIM_FAILED;
  enum schedule_claim answer = take(&claim, instant, attempt);
  /* By hand nothing is left behind where the job is busy. */
  bool stays = answer == SCHEDULE_CLAIMED || (answer == SCHEDULE_BUSY && !by_hand);
  bool ended = store_end(store, stays, failure);
  return stays && !ended ? SCHEDULE_CLAIM_FAILED : answer;
}

static bool take_failures(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

/* What an instant has become, and what the job has to do with it. */
static const char *state_after(const struct schedule_instant *row, int exit_code) {
  bool was_ended = exit_code < 0 || exit_code == 143 || exit_code == 130;
  if (exit_code == 0) return "done";
  if (row->cancelled && was_ended) return "cancelled";
  return exit_code < 0 ? "died" : "failed";
}

/* An interruption is nobody's failure; a run by hand is its starter's. */
static bool count(struct store *store, const struct schedule_job *job,
                  const struct schedule_instant *row, const char *state, int exit_code, int64_t now,
                  struct schedule_outcome *outcome, struct failure *failure) {
  struct store_value id = store_integer(job->id);
  int64_t failures = 0, changed = 0;
  if (row->by_hand || exit_code == 130 || exit_code == 143 || strcmp(state, "cancelled") == 0)
    return true;
  if (exit_code == 0) return store_run(store, clear_failures, STORE_WITH(id), NULL, failure);
  if (store_query(store, count_failure, STORE_WITH(id), take_failures, &failures, failure) ==
      STORE_FAILED)
    return false;
  if (job->options.pause_after == 0 || failures < job->options.pause_after) return true;
  if (!store_run(store, pause_failing, STORE_WITH(id, store_integer(now)), &changed, failure))
    return false;
  outcome->pauses = changed == 1;
  return store_run(store, stop_waiting, STORE_WITH(id), NULL, failure);
}

static bool end_one(struct journal *journal, const struct schedule_job *job, int64_t instant,
                    int64_t run, int exit_code, int64_t now, struct schedule_outcome *outcome,
                    struct failure *failure) {
  struct store *store = journal_store(journal);
  struct schedule_instant row = {.job = 0};
  struct store_value nothing = {.kind = STORE_NULL};
  int64_t changed = 0;
  enum store_answer answer =
      schedule_instant(journal, job->id, instant, copy_instant, &row, failure);
  if (answer != STORE_YES) return answer == STORE_NO;
  const char *state = state_after(&row, exit_code);
  bool cancelled = strcmp(state, "cancelled") == 0;
  int64_t delay = row.by_hand || cancelled
                      ? -1
                      : schedule_retry(&job->options, row.attempt, exit_code, instant, now);
  if (!store_run(store, end_instant,
                 STORE_WITH(store_integer(job->id), store_integer(instant), store_integer(run),
                            store_text(delay >= 0 ? "waiting" : state), store_integer(now),
                            exit_code < 0 ? nothing : store_integer(exit_code),
                            store_integer(delay >= 0 ? now + delay : row.not_before)),
                 &changed, failure))
    return false;
  if (changed == 0) return true;
  outcome->changed = true;
  outcome->retries = delay >= 0;
  outcome->not_before = now + delay;
  return delay >= 0 || count(store, job, &row, state, exit_code, now, outcome, failure);
}

bool schedule_end(struct journal *journal, const struct schedule_job *job, int64_t instant,
                  int64_t run, int exit_code, int64_t now, struct schedule_outcome *outcome,
                  struct failure *failure) {
  struct store *store = journal_store(journal);
  *outcome = (struct schedule_outcome){.changed = false};
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine = end_one(journal, job, instant, run, exit_code, now, outcome, failure);
  return store_end(store, fine, failure);
}

bool schedule_note_exit(struct journal *journal, int64_t job, int64_t instant, int64_t run,
                        int exit_code, struct failure *failure) {
  return store_run(journal_store(journal), note_exit_code,
                   STORE_WITH(store_integer(job), store_integer(instant), store_integer(run),
                              store_integer(exit_code)),
                   NULL, failure);
}

bool schedule_cancel(struct journal *journal, int64_t job, int64_t instant, int64_t now,
                     struct failure *failure) {
  return store_run(journal_store(journal), cancel_instant,
                   STORE_WITH(store_integer(job), store_integer(instant), store_integer(now)), NULL,
                   failure);
}
