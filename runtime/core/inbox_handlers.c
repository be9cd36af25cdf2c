#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "inbox_states.h"
#include "inbox_work.h"
#include "schedule_jobs.h"

#define HANDLER_COLUMNS                                                                 \
  "SELECT inbox_handlers.id, name, file, pattern, line, concurrency, timeout, retries," \
  " coalesces, generation, server FROM inbox_handlers JOIN sources ON sources.id = source"

static const char next_generation[] = "SELECT COALESCE(max(generation), 0) + 1 FROM inbox_handlers";
static const char one_handler[] = HANDLER_COLUMNS " WHERE account = $1 AND name = $2";
static const char served_handlers[] = HANDLER_COLUMNS " WHERE server = $1 ORDER BY file, line";
static const char handlers_of[] =
    "SELECT h.id, name, file, pattern, line, concurrency, timeout, retries, coalesces, generation,"
    " server, (SELECT count(*) FROM inbox_work w WHERE w.handler = h.id"
    " AND " INBOX_IS_OPEN_OF("w.") ")"
    " + (SELECT count(*) FROM inbox_events e WHERE e.id > h.considered"
    " AND e.state NOT IN ('duplicate', 'dropped', 'unreadable')"
    " AND (e.name = h.pattern OR substr(e.name, 1, length(h.prefix)) = h.prefix)"
    " AND h.account = (SELECT account FROM inbox_deliveries d WHERE d.id = e.delivery)),"
    " (SELECT count(*) FROM inbox_work w WHERE w.handler = h.id AND w.state = 'running')"
    " FROM inbox_handlers h JOIN sources ON sources.id = source WHERE h.account = $1"
    " ORDER BY name";
static const char forgotten_runs[] =
    "SELECT DISTINCT run FROM inbox_work WHERE handler = $1 AND state = 'running'";
static const char forgotten_events[] =
    "UPDATE inbox_events SET state = CASE"
    " WHEN EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id AND handler <> $1"
    " AND " INBOX_IS_OPEN_OF("w.") ") THEN 'open'"
    " WHEN EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id AND handler <> $1"
    " AND w.state = 'dead') THEN 'dead'"
    " WHEN EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id AND handler <> $1"
    " AND w.state IN ('done', 'coalesced')) THEN 'done' ELSE 'dropped' END"
    " WHERE state = 'open' AND id IN (SELECT event FROM inbox_work w WHERE handler = $1"
    " AND " INBOX_IS_OPEN_OF("w.") ")";
static const char forgotten_work[] =
    "UPDATE inbox_work SET state = 'dropped', settled = $2 WHERE handler = $1"
    " AND " INBOX_IS_OPEN;
/* Its row stays for what it has done, under a name and an account that no other has. */
static const char put_away[] =
    "UPDATE inbox_handlers SET account = '', name = name || ' (' || id || ')', server = NULL"
    " WHERE id = $1";
static const char account_handlers[] =
    HANDLER_COLUMNS " WHERE account = $1 AND server IS NOT NULL ORDER BY name";
static const char find_source[] = "SELECT id FROM sources WHERE file = $1 AND digest = $2";
static const char add_source[] =
    "INSERT INTO sources (file, digest, text) VALUES ($1, $2, $3) RETURNING id";
static const char put_handler[] =
    "INSERT INTO inbox_handlers (account, name, source, line, pattern, prefix, concurrency,"
    " timeout, retries, coalesces, generation, server, since, considered)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)"
    " ON CONFLICT (account, name) DO UPDATE SET source = excluded.source, line = excluded.line,"
    " pattern = excluded.pattern, prefix = excluded.prefix, concurrency = excluded.concurrency,"
    " timeout = excluded.timeout, retries = excluded.retries, coalesces = excluded.coalesces,"
    " generation = excluded.generation, server = excluded.server";
static const char last_event[] = "SELECT COALESCE(max(id), 0) FROM inbox_events";
/* Those of daemons that were killed as well. */
static const char leave_all[] =
    "UPDATE inbox_handlers SET server = NULL WHERE server = $1"
    " OR server NOT IN (SELECT id FROM servers)";
static const char file_text[] =
    "SELECT text FROM sources WHERE file = $3 AND id IN (SELECT source FROM inbox_handlers"
    " WHERE server = $1 AND generation = $2)";

static const char late_processes[] =
    "SELECT DISTINCT process FROM inbox_handlers h JOIN inbox_work w ON w.handler = h.id"
    " JOIN runs ON runs.id = w.run WHERE h.server = $1 AND w.state = 'running'"
    " AND w.began + h.timeout < $2";

static const char work_of[] =
    "SELECT name, w.state, w.problem, w.attempt, w.next_attempt, w.run, w.began, w.settled,"
    " w.coalesced FROM inbox_work w JOIN inbox_handlers h ON h.id = w.handler"
    " WHERE w.event = $1 ORDER BY name";
static const char tries_of[] =
    "SELECT name, t.problem, t.attempt, t.run, t.began, t.ended FROM inbox_tries t"
    " JOIN inbox_handlers h ON h.id = t.handler WHERE t.event = $1 ORDER BY t.began, name";

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

struct visiting {
  inbox_visit_handler *visit;
  void *context;
};

static struct inbox_handler handler_of(const struct store_value *columns) {
  return (struct inbox_handler){.id = columns[0].integer,
                                .name = columns[1].data,
                                .file = columns[2].data,
                                .pattern = columns[3].data,
                                .line = columns[4].integer,
                                .concurrency = columns[5].integer,
                                .timeout = columns[6].integer,
                                .retries = columns[7].integer,
                                .coalesces = columns[8].integer != 0,
                                .generation = columns[9].integer};
}

static bool visit_handler(void *context, const struct store_value *columns, int count) {
  const struct visiting *visiting = context;
  struct inbox_handler handler = handler_of(columns);
  (void)count;
  return visiting->visit(visiting->context, &handler);
}

bool inbox_handlers_served(struct store *store, int64_t server, inbox_visit_handler *visit,
                           void *context, struct failure *failure) {
  struct visiting visiting = {visit, context};
  return store_query(store, served_handlers, STORE_WITH(store_integer(server)), visit_handler,
                     &visiting, failure) != STORE_FAILED;
}

struct visiting_states {
  struct journal *journal;
  inbox_visit_state *visit;
  void *context;
};

static bool visit_state(void *context, const struct store_value *columns, int count) {
  const struct visiting_states *visiting = context;
  struct inbox_handler_state state = {.handler = handler_of(columns),
                                      .server = columns[10].integer,
                                      .waiting = columns[11].integer,
                                      .running = columns[12].integer};
  (void)count;
  if (state.server && !schedule_server_is_alive(visiting->journal, state.server)) state.server = 0;
  return visiting->visit(visiting->context, &state);
}

bool inbox_handlers_of(struct journal *journal, const char *account, inbox_visit_state *visit,
                       void *context, struct failure *failure) {
  struct visiting_states visiting = {journal, visit, context};
  return store_query(journal_store(journal), handlers_of, STORE_WITH(store_text(account)),
                     visit_state, &visiting, failure) != STORE_FAILED;
}

/* Forgetting */

struct forgetting {
  struct journal *journal;
  int64_t handler, server;
  bool is_busy;
};

static bool take_forgotten(void *context, const struct store_value *columns, int count) {
  struct forgetting *forgetting = context;
  (void)count;
  forgetting->handler = columns[0].integer;
  forgetting->server = columns[10].integer;
  return false;
}

static bool take_run(void *context, const struct store_value *columns, int count) {
  struct forgetting *forgetting = context;
  (void)count;
  if (journal_is_alive(forgetting->journal, columns[0].integer)) forgetting->is_busy = true;
  return true;
}

static bool forget(struct forgetting *forgetting, int64_t now, int64_t *count,
                   struct failure *failure) {
  struct store *store = journal_store(forgetting->journal);
  struct store_value id = store_integer(forgetting->handler);
  if (store_query(store, forgotten_runs, STORE_WITH(id), take_run, forgetting, failure) ==
      STORE_FAILED)
    return false;
  if (forgetting->is_busy ||
      (forgetting->server && schedule_server_is_alive(forgetting->journal, forgetting->server)))
    return failure_set(failure, "JOB_TAKEN",
                       "a loftyrun serve has that handler now; take it out of its file, or end it");
  return store_run(store, forgotten_events, STORE_WITH(id), NULL, failure) &&
         store_run(store, forgotten_work, STORE_WITH(id, store_integer(now)), count, failure) &&
         store_run(store, put_away, STORE_WITH(id), NULL, failure);
}

enum store_answer inbox_handler_forget(struct journal *journal, const char *account,
                                       const char *name, int64_t now, int64_t *count,
                                       struct failure *failure) {
  struct store *store = journal_store(journal);
  struct forgetting forgetting = {.journal = journal};
  *count = 0;
  if (!store_begin(store, STORE_DURABLE, failure)) return STORE_FAILED;
  enum store_answer answer =
      store_query(store, one_handler, STORE_WITH(store_text(account), store_text(name)),
                  take_forgotten, &forgetting, failure);
  bool fine =
      answer != STORE_FAILED && (answer == STORE_NO || forget(&forgetting, now, count, failure));
  return store_end(store, fine, failure) ? answer : STORE_FAILED;
}

bool inbox_handlers_registered(struct store *store, const char *account, inbox_visit_handler *visit,
                               void *context, struct failure *failure) {
  struct visiting visiting = {visit, context};
  return store_query(store, account_handlers, STORE_WITH(store_text(account)), visit_handler,
                     &visiting, failure) != STORE_FAILED;
}

enum store_answer inbox_handlers_text(struct store *store, int64_t server, int64_t generation,
                                      const char *file, store_visit_row *visit, void *context,
                                      struct failure *failure) {
  return store_query(store, file_text,
                     STORE_WITH(store_integer(server), store_integer(generation), store_text(file)),
                     visit, context, failure);
}

/* Registering */

struct swap {
  struct journal *journal;
  int64_t server, since;
  const struct inbox_handler *new;
  struct failure *failure;
  bool fine;
};

static bool check_old(void *context, const struct store_value *columns, int count) {
  struct swap *swap = context;
  struct inbox_handler old = handler_of(columns);
  int64_t server = columns[10].integer;
  (void)count;
  if (server == 0 || server == swap->server || strcmp(old.file, swap->new->file) == 0 ||
      !schedule_server_is_alive(swap->journal, server))
    return false;
  swap->fine = failure_set(
      swap->failure, "JOB_TAKEN",
      "%.150s:%d: the name \"%s\" is taken by a handler of %.150s, which another loftyrun serve "
      "has; give it another name",
      swap->new->file, (int)swap->new->line, old.name, old.file);
  return false;
}

static bool put_source(struct store *store, const struct inbox_registration *registration,
                       int64_t *source, struct failure *failure) {
  struct store_value file = store_text(registration->handler.file);
  unsigned char digest[DIGEST_SHA256_SIZE];
  if (!digest_sha256(registration->text, registration->length, digest))
    return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  struct store_value sum = store_blob(digest, sizeof digest);
  enum store_answer answer =
      store_query(store, find_source, STORE_WITH(file, sum), take_integer, source, failure);
  if (answer == STORE_NO)
    answer =
        store_query(store, add_source,
                    STORE_WITH(file, sum, store_blob(registration->text, registration->length)),
                    take_integer, source, failure);
  return answer == STORE_YES;
}

/* What all names that fit it begin with; NULL: only one name does. */
static const char *prefix_of(const char *pattern, char prefix[64]) {
  size_t length = strlen(pattern);
  if (length == 0 || length > 64 || pattern[length - 1] != '*') return NULL;
  memcpy(prefix, pattern, length - 1);
  prefix[length - 1] = '\0';
  return prefix;
}

static bool put_one(struct swap *swap, const char *account, int64_t generation,
                    const struct inbox_registration *registration) {
  struct store *store = journal_store(swap->journal);
  const struct inbox_handler *handler = swap->new;
  char prefix[64];
  int64_t source = 0;
  swap->fine = true;
  if (store_query(store, one_handler, STORE_WITH(store_text(account), store_text(handler->name)),
                  check_old, swap, swap->failure) == STORE_FAILED)
    return false;
  return swap->fine && put_source(store, registration, &source, swap->failure) &&
         store_run(store, put_handler,
                   STORE_WITH(store_text(account), store_text(handler->name), store_integer(source),
                              store_integer(handler->line), store_text(handler->pattern),
                              store_text(prefix_of(handler->pattern, prefix)),
                              store_integer(handler->concurrency), store_integer(handler->timeout),
                              store_integer(handler->retries), store_integer(handler->coalesces),
                              store_integer(generation), store_integer(swap->server),
                              store_integer(swap->since)),
                   NULL, swap->failure);
}

bool inbox_last_event(struct store *store, int64_t *event, struct failure *failure) {
  return store_query(store, last_event, STORE_WITH_NOTHING, take_integer, event, failure) ==
         STORE_YES;
}

bool inbox_handlers_swap(struct journal *journal, int64_t server, const char *account,
                         int64_t since, const struct inbox_registration *registrations,
                         size_t count, struct failure *failure) {
  struct store *store = journal_store(journal);
  struct swap swap = {.journal = journal, .server = server, .since = since, .failure = failure};
  int64_t generation = 0;
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine = (since >= 0 || inbox_last_event(store, &swap.since, failure)) &&
              inbox_handlers_leave(store, server, failure) &&
              store_query(store, next_generation, STORE_WITH_NOTHING, take_integer, &generation,
                          failure) == STORE_YES;
  for (size_t i = 0; fine && i < count; i++) {
    swap.new = &registrations[i].handler;
    fine = put_one(&swap, account, generation, &registrations[i]);
  }
  return store_end(store, fine, failure);
}

bool inbox_handlers_leave(struct store *store, int64_t server, struct failure *failure) {
  return store_run(store, leave_all, STORE_WITH(store_integer(server)), NULL, failure);
}

/* Those that take too long */

struct late {
  inbox_visit_process *visit;
  void *context;
};

static bool visit_process(void *context, const struct store_value *columns, int count) {
  const struct late *late = context;
  (void)count;
  return late->visit(late->context, columns[0].integer);
}

bool inbox_work_late(struct store *store, int64_t server, int64_t now, inbox_visit_process *visit,
                     void *context, struct failure *failure) {
  struct late late = {visit, context};
  return store_query(store, late_processes, STORE_WITH(store_integer(server), store_integer(now)),
                     visit_process, &late, failure) != STORE_FAILED;
}

/* Looking at an event's work */

struct looking {
  inbox_visit_work *visit_work;
  inbox_visit_try *visit_try;
  void *context;
};

static bool visit_work(void *context, const struct store_value *columns, int count) {
  const struct looking *looking = context;
  const struct inbox_work_row row = {.handler = columns[0].data,
                                     .state = columns[1].data,
                                     .problem = columns[2].data,
                                     .attempt = columns[3].integer,
                                     .next_attempt = columns[4].integer,
                                     .run = columns[5].integer,
                                     .began = columns[6].integer,
                                     .settled = columns[7].integer,
                                     .coalesced = columns[8].integer};
  (void)count;
  return looking->visit_work(looking->context, &row);
}

bool inbox_work_of(struct store *store, int64_t event, inbox_visit_work *visit, void *context,
                   struct failure *failure) {
  struct looking looking = {.visit_work = visit, .context = context};
  return store_query(store, work_of, STORE_WITH(store_integer(event)), visit_work, &looking,
                     failure) != STORE_FAILED;
}

static bool visit_try(void *context, const struct store_value *columns, int count) {
  const struct looking *looking = context;
  const struct inbox_try one = {.handler = columns[0].data,
                                .problem = columns[1].data,
                                .attempt = columns[2].integer,
                                .run = columns[3].integer,
                                .began = columns[4].integer,
                                .ended = columns[5].integer};
  (void)count;
  return looking->visit_try(looking->context, &one);
}

bool inbox_tries_of(struct store *store, int64_t event, inbox_visit_try *visit, void *context,
                    struct failure *failure) {
  struct looking looking = {.visit_try = visit, .context = context};
  return store_query(store, tries_of, STORE_WITH(store_integer(event)), visit_try, &looking,
                     failure) != STORE_FAILED;
}
