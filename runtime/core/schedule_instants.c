#include "schedule_instants.h"

#include <string.h>

#include "digest.h"

enum { ROWS_KEPT = 5000 };

#define INSTANT_COLUMNS                                                                   \
  "SELECT instants.job, instant, state, times, attempt, not_before, run, process, began," \
  " ended, exit_code, cancelled, by_hand FROM instants"

static const char progress[] = "SELECT considered, forgotten, paused FROM jobs WHERE id = $1";
static const char set_considered[] = "UPDATE jobs SET considered = $2 WHERE id = $1";
static const char add_instant[] =
    "INSERT INTO instants (job, instant, state, times, attempt, not_before, by_hand)"
    " VALUES ($1, $2, $3, $4, 0, $5, 0) ON CONFLICT (job, instant) DO NOTHING";
static const char take_back[] =
    "DELETE FROM instants WHERE job = $1 AND instant > $2 AND state IN ('missed', 'paused')";
static const char oldest_kept[] =
    "SELECT instant FROM instants WHERE job = $1 ORDER BY instant DESC LIMIT 1 OFFSET $2";
static const char forget_old[] =
    "DELETE FROM instants WHERE job = $1 AND instant <= $2"
    " AND state NOT IN ('waiting', 'running')";
static const char set_forgotten[] =
    "UPDATE jobs SET forgotten = $2 WHERE id = $1 AND forgotten < $2";

static const char waiting_of_job[] =
    INSTANT_COLUMNS " WHERE job = $1 AND state = 'waiting' ORDER BY instant";
static const char running_of_job[] =
    INSTANT_COLUMNS " WHERE job = $1 AND state = 'running' ORDER BY instant";
static const char list_waiting[] = INSTANT_COLUMNS
    " JOIN jobs ON jobs.id = instants.job JOIN served ON served.job = jobs.id"
    " WHERE state = 'waiting' AND not_before <= $2 AND server = $1 AND paused IS NULL"
    " ORDER BY not_before, instant, jobs.id";
static const char list_running[] = INSTANT_COLUMNS
    " JOIN served ON served.job = instants.job WHERE state = 'running' AND server = $1"
    " ORDER BY instant";
static const char next_waiting[] =
    "SELECT min(not_before) FROM instants JOIN jobs ON jobs.id = instants.job"
    " JOIN served ON served.job = jobs.id"
    " WHERE state = 'waiting' AND not_before > $2 AND server = $1 AND paused IS NULL";
static const char backlog[] =
    "SELECT count(*), min(not_before) FROM instants"
    " WHERE job = $1 AND state = 'waiting' AND not_before <= $2";
static const char one_instant[] = INSTANT_COLUMNS " WHERE job = $1 AND instant = $2";
static const char last_run[] =
    INSTANT_COLUMNS " WHERE job = $1 AND run IS NOT NULL ORDER BY began DESC, instant DESC LIMIT 1";

static const char latest[] =
    INSTANT_COLUMNS " WHERE job = $1 AND by_hand = 0 ORDER BY instant DESC LIMIT 1";

static const char set_state[] =
    "UPDATE instants SET state = $3 WHERE job = $1 AND instant = $2 AND state = 'waiting'";

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  if (columns[0].kind == STORE_INTEGER) *(int64_t *)context = columns[0].integer;
  return true;
}

/* Reading */

struct visit {
  schedule_visit_instant *visit;
  void *context;
};

static bool visit_instant(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  (void)count;
  struct schedule_instant instant = {
      .job = columns[0].integer,
      .instant = columns[1].integer,
      .state = columns[2].data,
      .times = columns[3].integer,
      .attempt = columns[4].integer,
      .not_before = columns[5].integer,
      .run = columns[6].integer,
      .process = columns[7].integer,
      .began = columns[8].integer,
      .ended = columns[9].integer,
      .exit_code = columns[10].kind == STORE_INTEGER ? columns[10].integer : -1,
      .cancelled = columns[11].integer,
      .by_hand = columns[12].integer != 0};
  return visit->visit(visit->context, &instant);
}

static enum store_answer query(struct journal *journal, const char *sql,
                               struct store_arguments arguments, schedule_visit_instant *visit,
                               void *context, struct failure *failure) {
  struct visit rows = {visit, context};
  return store_query(journal_store(journal), sql, arguments, visit_instant, &rows, failure);
}

bool schedule_waiting(struct journal *journal, int64_t server, int64_t now,
                      schedule_visit_instant *visit, void *context, struct failure *failure) {
  return query(journal, list_waiting, STORE_WITH(store_integer(server), store_integer(now)), visit,
               context, failure) != STORE_FAILED;
}

bool schedule_running(struct journal *journal, int64_t server, schedule_visit_instant *visit,
                      void *context, struct failure *failure) {
  return query(journal, list_running, STORE_WITH(store_integer(server)), visit, context, failure) !=
         STORE_FAILED;
}

bool schedule_running_of(struct journal *journal, int64_t job, schedule_visit_instant *visit,
                         void *context, struct failure *failure) {
  return query(journal, running_of_job, STORE_WITH(store_integer(job)), visit, context, failure) !=
         STORE_FAILED;
}

bool schedule_next_waiting(struct journal *journal, int64_t server, int64_t now, int64_t *when,
                           struct failure *failure) {
  *when = INT64_MAX;
  return store_query(journal_store(journal), next_waiting,
                     STORE_WITH(store_integer(server), store_integer(now)), take_integer, when,
                     failure) != STORE_FAILED;
}

static bool take_backlog(void *context, const struct store_value *columns, int count) {
  struct schedule_backlog *found = context;
  (void)count;
  found->count = columns[0].integer;
  found->since = columns[1].integer;
  return true;
}

bool schedule_backlog(struct journal *journal, int64_t job, int64_t before,
                      struct schedule_backlog *found, struct failure *failure) {
  *found = (struct schedule_backlog){.count = 0};
  return store_query(journal_store(journal), backlog,
                     STORE_WITH(store_integer(job), store_integer(before)), take_backlog, found,
                     failure) != STORE_FAILED;
}

enum store_answer schedule_instant(struct journal *journal, int64_t job, int64_t instant,
                                   schedule_visit_instant *visit, void *context,
                                   struct failure *failure) {
  return query(journal, one_instant, STORE_WITH(store_integer(job), store_integer(instant)), visit,
               context, failure);
}

enum store_answer schedule_last_run(struct journal *journal, int64_t job,
                                    schedule_visit_instant *visit, void *context,
                                    struct failure *failure) {
  return query(journal, last_run, STORE_WITH(store_integer(job)), visit, context, failure);
}

enum store_answer schedule_latest(struct journal *journal, int64_t job,
                                  schedule_visit_instant *visit, void *context,
                                  struct failure *failure) {
  return query(journal, latest, STORE_WITH(store_integer(job)), visit, context, failure);
}

/* Deciding */

struct considering {
  struct store *store;
  const struct schedule_job *job;
  int64_t considered, forgotten, missed;
  bool paused;
  struct failure *failure;
  bool fine;
};

static bool take_progress(void *context, const struct store_value *columns, int count) {
  struct considering *considering = context;
  (void)count;
  considering->considered = columns[0].integer;
  considering->forgotten = columns[1].integer;
  considering->paused = columns[2].kind == STORE_INTEGER;
  return true;
}

/* By chance, so that not all machines ask Lofty in one second. */
static int64_t delay_of(const struct schedule_job *job) {
  uint64_t chance;
  if (job->options.jitter <= 0 || !digest_random(&chance, sizeof chance)) return 0;
  return (int64_t)(chance % (uint64_t)job->options.jitter);
}

static bool keep(void *context, int64_t instant, enum schedule_verdict verdict, int64_t times) {
  static const char *const states[] = {
      [SCHEDULE_RUNS] = "waiting", [SCHEDULE_MISSED] = "missed", [SCHEDULE_PAUSED] = "paused"};
  struct considering *considering = context;
  int64_t added = 0;
  int64_t not_before = verdict == SCHEDULE_RUNS ? instant + delay_of(considering->job) : instant;
  considering->fine = store_run(
      considering->store, add_instant,
      STORE_WITH(store_integer(considering->job->id), store_integer(instant),
                 store_text(states[verdict]), store_integer(times), store_integer(not_before)),
      &added, considering->failure);
  if (added > 0 && verdict == SCHEDULE_MISSED) considering->missed += times;
  return considering->fine;
}

/* What is forgotten never comes again: the job remembers how far that goes. */
static bool forget(const struct considering *considering) {
  struct store_value id = store_integer(considering->job->id);
  int64_t oldest = INT64_MIN;
  enum store_answer answer =
      store_query(considering->store, oldest_kept, STORE_WITH(id, store_integer(ROWS_KEPT)),
                  take_integer, &oldest, considering->failure);
  if (answer != STORE_YES) return answer == STORE_NO;
  struct store_arguments until = STORE_WITH(id, store_integer(oldest));
  return store_run(considering->store, forget_old, until, NULL, considering->failure) &&
         store_run(considering->store, set_forgotten, until, NULL, considering->failure);
}

static bool decide(struct considering *considering, struct zones *zones, int64_t now) {
  struct schedule schedule;
  struct store_value id = store_integer(considering->job->id);
  enum store_answer answer = store_query(considering->store, progress, STORE_WITH(id),
                                         take_progress, considering, considering->failure);
  if (answer != STORE_YES) return answer == STORE_NO;
  if (!schedule_of(considering->job, &schedule, considering->failure)) return false;
  schedule.paused = considering->paused;
  int64_t after = considering->considered;
  if (after > now) {
    if (!store_run(considering->store, take_back, STORE_WITH(id, store_integer(now)), NULL,
                   considering->failure))
      return false;
    after = now;
  }
  if (after < considering->forgotten) after = considering->forgotten;
  considering->fine = true;
  if (!schedule_due(&schedule, zones, after, now, keep, considering, considering->failure))
    return false;
  return store_run(considering->store, set_considered, STORE_WITH(id, store_integer(now)), NULL,
                   considering->failure) &&
         forget(considering);
}

bool schedule_consider(struct journal *journal, struct zones *zones, const struct schedule_job *job,
                       int64_t now, int64_t *missed, struct failure *failure) {
  struct considering considering = {
      .store = journal_store(journal), .job = job, .failure = failure};
  if (!store_begin(considering.store, STORE_DURABLE, failure)) return false;
  if (!store_end(considering.store, decide(&considering, zones, now), failure)) return false;
  if (missed) *missed += considering.missed;
  return true;
}

struct review {
  struct store *store;
  const struct schedule_job *job;
  int64_t now, last;
  struct failure *failure;
  bool fine;
};

static bool find_last(void *context, const struct schedule_instant *instant) {
  struct review *review = context;
  if (instant->attempt == 0) review->last = instant->instant;
  return true;
}

static bool become(const struct review *review, int64_t instant, const char *state) {
  return store_run(
      review->store, set_state,
      STORE_WITH(store_integer(review->job->id), store_integer(instant), store_text(state)), NULL,
      review->failure);
}

static bool is_too_late(const struct review *review, const struct schedule_instant *instant) {
  const struct schedule_options *options = &review->job->options;
  if (instant->attempt > 0)
    return schedule_retry(options, instant->attempt, -1, instant->instant, review->now) < 0;
  return !schedule_still_runs(options, instant->not_before, instant->instant == review->last,
                              review->now);
}

static bool review_one(void *context, const struct schedule_instant *instant) {
  struct review *review = context;
  if (is_too_late(review, instant))
    review->fine = become(review, instant->instant, instant->attempt > 0 ? "failed" : "missed");
  return review->fine;
}

bool schedule_review(struct journal *journal, const struct schedule_job *job, int64_t now,
                     struct failure *failure) {
  struct review review = {
      .store = journal_store(journal), .job = job, .now = now, .failure = failure, .fine = true};
  struct store_arguments id = STORE_WITH(store_integer(job->id));
  if (!store_begin(review.store, STORE_DURABLE, failure)) return false;
  bool fine = query(journal, waiting_of_job, id, find_last, &review, failure) != STORE_FAILED &&
              query(journal, waiting_of_job, id, review_one, &review, failure) != STORE_FAILED;
  return store_end(review.store, fine && review.fine, failure);
}

bool schedule_give_up(struct journal *journal, const struct schedule_job *job,
                      const struct schedule_instant *instant, int64_t last, int64_t now,
                      bool *given_up, struct failure *failure) {
  struct review review = {.store = journal_store(journal),
                          .job = job,
                          .now = now,
                          .last = last,
                          .failure = failure,
                          .fine = true};
  *given_up = is_too_late(&review, instant);
  return review_one(&review, instant);
}

bool schedule_skip(struct journal *journal, int64_t job, int64_t instant, struct failure *failure) {
  return store_run(journal_store(journal), set_state,
                   STORE_WITH(store_integer(job), store_integer(instant), store_text("skipped")),
                   NULL, failure);
}
