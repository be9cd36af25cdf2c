#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "locks.h"
#include "outputs.h"

enum {
  RUNS_KEPT = 10 * 1000,
  DAYS_KEPT = 90,
  RUNS_AT_ONCE = 10,     /* so many are forgotten in one transaction, at most, */
  WRITES_AT_ONCE = 1000, /* and so many writes: nobody else waits for long */
  STEPS_AT_BEGIN = 5,
  IDS_TRIED = 100
};

struct journal {
  struct store *store;
  struct locks *locks;
  struct lock *lock; /* this run's */
  int64_t run, last; /* its number; the last write's */
};

/* A run's writes are numbered from 1 on, so that those which are not done are all that is counted:
   a run may have a million. state <> 'done' says which index is meant. */
#define RUN_COLUMNS                                                      \
  "SELECT id, script, account, process, began, ended, exit_code,"        \
  " COALESCE((SELECT max(number) FROM writes WHERE run = id), 0)"        \
  " - (SELECT count(*) FROM writes WHERE run = id AND state <> 'done')," \
  " (SELECT count(*) FROM writes WHERE run = id AND state <> 'done'"     \
  " AND state IN ('refused', 'not_sent')),"                              \
  " (SELECT count(*) FROM writes WHERE run = id AND state <> 'done'"     \
  " AND state IN ('sending', 'unknown')) FROM runs"
#define WRITE_COLUMNS                                                                        \
  "SELECT run, number, operation, method, path, parameters, fields, once_key, image, began," \
  " settled, state, result, began_there FROM writes"

static const char add_run[] =
    "INSERT INTO runs (id, script, account, process, began)"
    " SELECT COALESCE(max(id), 0) + $1, $2, $3, $4, $5 FROM runs RETURNING id";
static const char end_run[] = "UPDATE runs SET ended = $2, exit_code = $3 WHERE id = $1";
static const char old_runs[] =
    "SELECT id FROM runs WHERE (id <= $1 OR began < $2)"
    " AND id NOT IN (SELECT run FROM writes WHERE state <> 'done'"
    " AND state IN ('sending', 'unknown'))"
    " AND id NOT IN (SELECT run FROM once_keys WHERE state <> 'done') ORDER BY id LIMIT $3";
static const char first_and_last[] =
    "SELECT COALESCE((SELECT min(number) FROM writes WHERE run = $1), 0),"
    " COALESCE((SELECT max(number) FROM writes WHERE run = $1), 0)";
static const char forget_writes[] = "DELETE FROM writes WHERE run = $1 AND number < $2";
static const char forget_run[] = "DELETE FROM runs WHERE id = $1";
static const char add_write[] =
    "INSERT INTO writes (run, number, operation, method, path, parameters, fields, once_key, image,"
    " began, began_there, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'sending')";
static const char send_again[] =
    "UPDATE writes SET state = 'sending', began = $3, began_there = $4, settled = NULL, result = "
    "NULL"
    " WHERE run = $1 AND number = $2";
static const char settle_write[] =
    "UPDATE writes SET state = $3, settled = $4, result = $5 WHERE run = $1 AND number = $2";
static const char take_over[] =
    "INSERT INTO writes (run, number, operation, method, path, parameters, fields, once_key, image,"
    " began, began_there, settled, state, result) SELECT $1, $2, operation, method, path,"
    " parameters, fields, once_key, image, began, began_there, settled, 'earlier', result"
    " FROM writes WHERE run = $3 AND number = $4";
static const char list_runs[] = RUN_COLUMNS " WHERE id < $1 ORDER BY id DESC";
static const char one_run[] = RUN_COLUMNS " WHERE id = $1";
static const char list_writes[] = WRITE_COLUMNS " WHERE run = $1 AND number > $2 ORDER BY number";
static const char list_keyed[] =
    WRITE_COLUMNS " WHERE run = $1 AND number > $2 AND once_key = $3 ORDER BY number";
static const char list_back[] =
    WRITE_COLUMNS " WHERE run = $1 AND number < $2 ORDER BY number DESC";
static const char list_made[] = WRITE_COLUMNS
    " WHERE run IN (SELECT id FROM runs WHERE ended IS NULL OR ended >= $2 OR id >= $3)"
    " AND operation = $1 AND (began >= $2 OR run >= $3) AND state IN ('done', 'sending')";

int64_t journal_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void lock_name(char name[32], int64_t run) { snprintf(name, 32, "journal %" PRId64, run); }

typedef bool open_store(const char *folder, struct store **store, struct failure *failure);

static bool open_with(open_store *open, const char *folder, struct journal **journal,
                      struct failure *failure) {
  struct journal *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  if (open(folder, &opened->store, failure) && locks_open(folder, &opened->locks, failure)) {
    *journal = opened;
    return true;
  }
  journal_close(opened);
  return false;
}

bool journal_open(const char *folder, struct journal **journal, struct failure *failure) {
  return open_with(store_open, folder, journal, failure);
}

bool journal_open_copy(const char *folder, struct journal **journal, struct failure *failure) {
  return open_with(store_open_copy, folder, journal, failure);
}

void journal_close(struct journal *journal) {
  if (!journal) return;
  locks_release(journal->lock);
  locks_close(journal->locks);
  store_close(journal->store);
  free(journal);
}

struct store *journal_store(struct journal *journal) {
  return journal->store;
}

int64_t journal_run_id(const struct journal *journal) { return journal->run; }

int64_t journal_next_number(const struct journal *journal) { return journal->last + 1; }

struct locks *journal_locks(struct journal *journal) {
  return journal->locks;
}

bool journal_is_alive(struct journal *journal, int64_t run) {
  char name[32];
  lock_name(name, run);
  return locks_look(journal->locks, name, NULL) != LOCK_TAKEN;
}

/* Runs */

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

struct old {
  int64_t ids[RUNS_AT_ONCE];
  int count;
};

static bool take_old(void *context, const struct store_value *columns, int count) {
  struct old *old = context;
  (void)count;
  if (old->count < RUNS_AT_ONCE) old->ids[old->count++] = columns[0].integer;
  return true;
}

struct numbers {
  int64_t first, last;
};

static bool take_numbers(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(struct numbers *)context = (struct numbers){columns[0].integer, columns[1].integer};
  return true;
}

/* Forgets so many of a run's writes at most, the first ones, and the run itself with its last
   write. `*left` is what may be forgotten yet. */
static bool forget_one(struct journal *journal, int64_t run, int64_t *left) {
  struct numbers numbers = {0, 0};
  struct store_value id = store_integer(run);
  int64_t changed = 0;
  if (store_query(journal->store, first_and_last, STORE_WITH(id), take_numbers, &numbers, NULL) ==
      STORE_FAILED)
    return false;
  int64_t end = numbers.first + *left;
  if (!store_run(journal->store, forget_writes, STORE_WITH(id, store_integer(end)), &changed, NULL))
    return false;
  *left -= changed;
  if (numbers.last >= end) return true;
  return outputs_forget(journal->store, run, NULL) &&
         store_run(journal->store, forget_run, STORE_WITH(id), NULL, NULL);
}

/* One transaction's worth. Returns whether there may be more to forget. */
static bool forget_some(struct journal *journal) {
  struct old old = {.count = 0};
  int64_t oldest = journal_now() - (int64_t)DAYS_KEPT * 24 * 60 * 60 * 1000;
  int64_t newest = journal->run - RUNS_KEPT, left = WRITES_AT_ONCE;
  struct store_arguments which =
      STORE_WITH(store_integer(newest), store_integer(oldest), store_integer(RUNS_AT_ONCE));
  if (!store_begin(journal->store, STORE_USUAL, NULL)) return false;
  bool fine = store_query(journal->store, old_runs, which, take_old, &old, NULL) != STORE_FAILED;
  bool found = false;
  for (int i = 0; fine && left > 0 && i < old.count; i++) {
    if (journal_is_alive(journal, old.ids[i])) continue;
    found = true;
    fine = forget_one(journal, old.ids[i], &left);
  }
  return store_end(journal->store, fine, NULL) && found;
}

/* Others can write between the steps. That one fails does no harm: what is forgotten late is
   forgotten by the next run. */
static void forget(struct journal *journal, int64_t steps) {
  while (steps-- > 0 && forget_some(journal)) continue;
}

/* A store that was moved away begins to count anew, while runs of the old one may live on. */
static bool add(struct journal *journal, const char *script, const char *account, int64_t began,
                int64_t *id, struct failure *failure) {
  char name[32];
  struct lock_holder holder;
  for (int64_t ahead = 1; ahead <= IDS_TRIED; ahead++) {
    if (store_query(journal->store, add_run,
                    STORE_WITH(store_integer(ahead), store_text(script), store_text(account),
                               store_integer(getpid()), store_integer(began)),
                    take_integer, id, failure) != STORE_YES)
      return false;
    lock_name(name, *id);
    enum lock_answer answer = locks_take(journal->locks, name, &journal->lock, &holder, failure);
    if (answer != LOCK_HELD) return answer == LOCK_TAKEN;
    if (!store_run(journal->store, forget_run, STORE_WITH(store_integer(*id)), NULL, failure))
      return false;
  }
  return failure_set(failure, "STATE_FAILED", "%s: other runs keep it busy",
                     store_path(journal->store));
}

bool journal_begin_run(struct journal *journal, const char *script, const char *account,
                       int64_t began, struct failure *failure) {
  int64_t id = 0;
  if (!store_begin(journal->store, STORE_USUAL, failure)) return false;
  bool fine = add(journal, script, account, began, &id, failure);
  if (store_end(journal->store, fine, failure)) {
    journal->run = id;
    forget(journal, STEPS_AT_BEGIN);
    return true;
  }
  locks_release(journal->lock);
  journal->lock = NULL;
  return false;
}

bool journal_end_run(struct journal *journal, int exit_code, struct failure *failure) {
  struct store_value run = store_integer(journal->run), now = store_integer(journal_now());
  if (!store_run(journal->store, end_run, STORE_WITH(run, now, store_integer(exit_code)), NULL,
                 failure))
    return false;
  if (journal->last > 0) forget(journal, 1 + 2 * journal->last / WRITES_AT_ONCE);
  return true;
}

/* Writes */

static bool send_one(struct journal *journal, const struct journal_write *write, int64_t number,
                     struct failure *failure) {
  struct store_value run = store_integer(journal->run);
  struct store_value when = store_integer(write->began ? write->began : journal_now());
  struct store_value there =
      write->began_there ? store_integer(write->began_there) : store_text(NULL);
  if (write->number)
    return store_run(journal->store, send_again,
                     STORE_WITH(run, store_integer(number), when, there), NULL, failure);
  return store_run(journal->store, add_write,
                   STORE_WITH(run, store_integer(number), store_text(write->operation),
                              store_text(write->method), store_text(write->path),
                              store_text(write->parameters), store_text(write->fields),
                              store_text(write->key), store_text(write->image), when, there),
                   NULL, failure);
}

bool journal_send(struct journal *journal, struct journal_write *writes, size_t count,
                  struct failure *failure) {
  int64_t last = journal->last;
  if (!store_begin(journal->store, STORE_DURABLE, failure)) return false;
  bool fine = true;
  for (size_t i = 0; fine && i < count; i++)
    fine = send_one(journal, &writes[i], writes[i].number ? writes[i].number : ++last, failure);
  if (!store_end(journal->store, fine, failure)) return false;
  for (size_t i = 0; i < count; i++)
    if (!writes[i].number) writes[i].number = ++journal->last;
  return true;
}

bool journal_settle(struct journal *journal, int64_t run, int64_t number, const char *state,
                    const char *result, struct failure *failure) {
  return store_run(journal->store, settle_write,
                   STORE_WITH(store_integer(run), store_integer(number), store_text(state),
                              store_integer(journal_now()), store_text(result)),
                   NULL, failure);
}

bool journal_take_over(struct journal *journal, int64_t run, int64_t number,
                       struct failure *failure) {
  if (!store_run(journal->store, take_over,
                 STORE_WITH(store_integer(journal->run), store_integer(journal->last + 1),
                            store_integer(run), store_integer(number)),
                 NULL, failure))
    return false;
  journal->last++;
  return true;
}

/* Reading */

struct visit {
  struct journal *journal;
  journal_visit_run *run;
  journal_visit_write *write;
  void *context;
};

static const char *text_of(const struct store_value *column) {
  return column->kind == STORE_TEXT ? column->data : NULL;
}

static bool visit_run(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  (void)count;
  bool ended = columns[5].kind == STORE_INTEGER;
  struct journal_run run = {.id = columns[0].integer,
                            .script = text_of(&columns[1]),
                            .account = text_of(&columns[2]),
                            .process = columns[3].integer,
                            .began = columns[4].integer,
                            .ended = columns[5].integer,
                            .exit_code = columns[6].integer,
                            .alive = !ended && journal_is_alive(visit->journal, columns[0].integer),
                            .done = columns[7].integer,
                            .refused = columns[8].integer,
                            .open = columns[9].integer};
  return visit->run(visit->context, &run);
}

static bool visit_write(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  (void)count;
  struct journal_write write = {.run = columns[0].integer,
                                .number = columns[1].integer,
                                .operation = text_of(&columns[2]),
                                .method = text_of(&columns[3]),
                                .path = text_of(&columns[4]),
                                .parameters = text_of(&columns[5]),
                                .fields = text_of(&columns[6]),
                                .key = text_of(&columns[7]),
                                .image = text_of(&columns[8]),
                                .began = columns[9].integer,
                                .settled = columns[10].integer,
                                .state = text_of(&columns[11]),
                                .result = text_of(&columns[12]),
                                .began_there = columns[13].integer};
  return visit->write(visit->context, &write);
}

bool journal_runs(struct journal *journal, int64_t before, journal_visit_run *visit, void *context,
                  struct failure *failure) {
  struct visit rows = {.journal = journal, .run = visit, .context = context};
  return store_query(journal->store, list_runs,
                     STORE_WITH(store_integer(before > 0 ? before : INT64_MAX)), visit_run, &rows,
                     failure) != STORE_FAILED;
}

enum store_answer journal_run(struct journal *journal, int64_t id, journal_visit_run *visit,
                              void *context, struct failure *failure) {
  struct visit rows = {.journal = journal, .run = visit, .context = context};
  return store_query(journal->store, one_run, STORE_WITH(store_integer(id)), visit_run, &rows,
                     failure);
}

bool journal_writes(struct journal *journal, int64_t run, int64_t after, const char *key,
                    journal_visit_write *visit, void *context, struct failure *failure) {
  struct visit rows = {.journal = journal, .write = visit, .context = context};
  struct store_value number = store_integer(run), behind = store_integer(after);
  enum store_answer answer =
      key ? store_query(journal->store, list_keyed, STORE_WITH(number, behind, store_text(key)),
                        visit_write, &rows, failure)
          : store_query(journal->store, list_writes, STORE_WITH(number, behind), visit_write, &rows,
                        failure);
  return answer != STORE_FAILED;
}

bool journal_writes_back(struct journal *journal, int64_t run, int64_t before,
                         journal_visit_write *visit, void *context, struct failure *failure) {
  struct visit rows = {.journal = journal, .write = visit, .context = context};
  struct store_value end = store_integer(before > 0 ? before : INT64_MAX);
  return store_query(journal->store, list_back, STORE_WITH(store_integer(run), end), visit_write,
                     &rows, failure) != STORE_FAILED;
}

static bool visit_made(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  const char *state = text_of(&columns[11]);
  if (strcmp(state, "sending") == 0 && !journal_is_alive(visit->journal, columns[0].integer))
    return true;
  return visit_write(context, columns, count);
}

bool journal_made(struct journal *journal, const char *operation, int64_t since, int64_t run,
                  journal_visit_write *visit, void *context, struct failure *failure) {
  struct visit rows = {.journal = journal, .write = visit, .context = context};
  return store_query(journal->store, list_made,
                     STORE_WITH(store_text(operation), store_integer(since), store_integer(run)),
                     visit_made, &rows, failure) != STORE_FAILED;
}
