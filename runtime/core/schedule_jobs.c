#include "schedule_jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "schedule_instants.h"

enum { IDS_TRIED = 100, SERVERS_AT_ONCE = 64, UNSERVED_AT_ONCE = 16 };

static const int64_t UNSERVED_KEPT = INT64_C(90) * 24 * 60 * 60 * 1000;

#define JOB_COLUMNS                                                                           \
  "SELECT jobs.id, name, file, body, line, expression, zone, overlap, catch_up,"              \
  " catch_up_within, jitter, timeout, retries, retry_delay, pause_after, considered, paused," \
  " by_failures, failures FROM jobs JOIN sources ON sources.id = source"

static const char add_server[] =
    "INSERT INTO servers (id, process, began)"
    " SELECT COALESCE(max(id), 0) + $1, $2, $3 FROM servers RETURNING id";
static const char all_servers[] = "SELECT id FROM servers ORDER BY id";
static const char forget_server[] = "DELETE FROM servers WHERE id = $1";
static const char forget_served[] = "DELETE FROM served WHERE server = $1";
static const char add_served[] = "INSERT INTO served (server, job) VALUES ($1, $2)";
static const char serving[] = "SELECT server FROM served WHERE job = $1";

static const char find_source[] = "SELECT id FROM sources WHERE file = $1 AND digest = $2";
static const char add_source[] =
    "INSERT INTO sources (file, digest, text) VALUES ($1, $2, $3) RETURNING id";
static const char forget_sources[] =
    "DELETE FROM sources WHERE id NOT IN (SELECT source FROM jobs)"
    " AND id NOT IN (SELECT source FROM inbox_handlers)";

static const char add_job[] =
    "INSERT INTO jobs (account, name, source, body, line, expression, zone, overlap, catch_up,"
    " catch_up_within, jitter, timeout, retries, retry_delay, pause_after, considered, forgotten,"
    " by_failures, failures) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15, $16, 0, 0, 0) ON CONFLICT (account, name) DO UPDATE SET source = excluded.source,"
    " body = excluded.body, line = excluded.line, expression = excluded.expression,"
    " zone = excluded.zone, overlap = excluded.overlap, catch_up = excluded.catch_up,"
    " catch_up_within = excluded.catch_up_within, jitter = excluded.jitter,"
    " timeout = excluded.timeout, retries = excluded.retries,"
    " retry_delay = excluded.retry_delay, pause_after = excluded.pause_after,"
    " considered = excluded.considered RETURNING id";
static const char old_jobs[] =
    "SELECT id FROM jobs WHERE considered < $1 AND id NOT IN (SELECT job FROM served) LIMIT $2";
static const char forget_job[] = "DELETE FROM jobs WHERE id = $1";
static const char forget_instants[] = "DELETE FROM instants WHERE job = $1";

static const char list_served[] =
    JOB_COLUMNS " JOIN served ON served.job = jobs.id WHERE server = $1 ORDER BY name";
static const char list_jobs[] = JOB_COLUMNS " WHERE account = $1 ORDER BY name";
static const char one_job[] = JOB_COLUMNS " WHERE account = $1 AND name = $2";
static const char job_text[] =
    "SELECT text FROM sources WHERE id = (SELECT source FROM jobs WHERE id = $1)";
static const char pause_job[] = "UPDATE jobs SET paused = $2, by_failures = 0 WHERE id = $1";
static const char resume_job[] =
    "UPDATE jobs SET paused = NULL, by_failures = 0, failures = 0 WHERE id = $1";
static const char stop_waiting[] =
    "UPDATE instants SET state = 'paused' WHERE job = $1 AND state = 'waiting'";

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

struct numbers {
  int64_t list[SERVERS_AT_ONCE];
  int count;
};

static bool take_number(void *context, const struct store_value *columns, int count) {
  struct numbers *numbers = context;
  (void)count;
  if (numbers->count == SERVERS_AT_ONCE) return false;
  numbers->list[numbers->count++] = columns[0].integer;
  return true;
}

/* Daemons */

static void lock_name(char name[32], int64_t server) {
  snprintf(name, 32, "serve %" PRId64, server);
}

bool schedule_server_is_alive(struct journal *journal, int64_t server) {
  char name[32];
  lock_name(name, server);
  return locks_look(journal_locks(journal), name, NULL) != LOCK_TAKEN;
}

static bool forget_one(struct journal *journal, int64_t server, struct failure *failure) {
  struct store *store = journal_store(journal);
  struct store_arguments id = STORE_WITH(store_integer(server));
  return store_run(store, forget_served, id, NULL, failure) &&
         store_run(store, forget_server, id, NULL, failure);
}

static bool forget_dead(struct journal *journal, struct failure *failure) {
  struct numbers servers = {.count = 0};
  bool fine = store_query(journal_store(journal), all_servers, STORE_WITH_NOTHING, take_number,
                          &servers, failure) != STORE_FAILED;
  for (int i = 0; fine && i < servers.count; i++)
    if (!schedule_server_is_alive(journal, servers.list[i]))
      fine = forget_one(journal, servers.list[i], failure);
  return fine;
}

/* A store that was moved away begins to count anew, while daemons of the old one may live on. */
static bool add(struct journal *journal, int64_t now, struct schedule_server *server,
                struct failure *failure) {
  char name[32];
  struct lock_holder holder;
  for (int64_t ahead = 1; ahead <= IDS_TRIED; ahead++) {
    if (store_query(journal_store(journal), add_server,
                    STORE_WITH(store_integer(ahead), store_integer(getpid()), store_integer(now)),
                    take_integer, &server->id, failure) != STORE_YES)
      return false;
    lock_name(name, server->id);
    enum lock_answer answer =
        locks_take(journal_locks(journal), name, &server->lock, &holder, failure);
    if (answer != LOCK_HELD) return answer == LOCK_TAKEN;
    if (!forget_one(journal, server->id, failure)) return false;
  }
  return failure_set(failure, "STATE_FAILED", "%s: other daemons keep it busy",
                     store_path(journal_store(journal)));
}

bool schedule_begin_server(struct journal *journal, int64_t now, struct schedule_server *server,
                           struct failure *failure) {
  struct store *store = journal_store(journal);
  *server = (struct schedule_server){.id = 0};
  if (!store_begin(store, STORE_USUAL, failure)) return false;
  bool fine = forget_dead(journal, failure) && add(journal, now, server, failure);
  if (store_end(store, fine, failure)) return true;
  locks_release(server->lock);
  server->lock = NULL;
  return false;
}

void schedule_end_server(struct journal *journal, struct schedule_server *server) {
  if (!server->lock) return;
  struct store *store = journal_store(journal);
  /* What stays is taken away by the next daemon. */
  if (store_begin(store, STORE_USUAL, NULL))
    store_end(store, forget_one(journal, server->id, NULL), NULL);
  locks_release(server->lock);
  server->lock = NULL;
}

/* Whether a daemon that is alive serves the job, `but` that one. */
static bool is_served(struct journal *journal, int64_t job, int64_t but) {
  struct numbers servers = {.count = 0};
  if (store_query(journal_store(journal), serving, STORE_WITH(store_integer(job)), take_number,
                  &servers, NULL) == STORE_FAILED)
    return true;
  for (int i = 0; i < servers.count; i++)
    if (servers.list[i] != but && schedule_server_is_alive(journal, servers.list[i])) return true;
  return false;
}

/* Reading */

struct visit {
  struct journal *journal;
  schedule_visit_job *visit;
  void *context;
};

static bool visit_job(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  (void)count;
  struct schedule_job job = {.id = columns[0].integer,
                             .name = columns[1].data,
                             .file = columns[2].data,
                             .body = columns[3].data,
                             .line = columns[4].integer,
                             .expression = columns[5].data,
                             .zone = columns[6].data,
                             .options = {.window = columns[9].integer,
                                         .jitter = columns[10].integer,
                                         .timeout = columns[11].integer,
                                         .retries = columns[12].integer,
                                         .retry_delay = columns[13].integer,
                                         .pause_after = columns[14].integer},
                             .considered = columns[15].integer,
                             .paused = columns[16].integer,
                             .by_failures = columns[17].integer != 0,
                             .failures = columns[18].integer};
  if (!schedule_read_overlap(columns[7].data, &job.options.overlap) ||
      !schedule_read_catch_up(columns[8].data, &job.options.catch_up))
    return false;
  job.served = is_served(visit->journal, job.id, 0);
  return visit->visit(visit->context, &job);
}

bool schedule_served(struct journal *journal, int64_t server, schedule_visit_job *visit,
                     void *context, struct failure *failure) {
  struct visit jobs = {journal, visit, context};
  return store_query(journal_store(journal), list_served, STORE_WITH(store_integer(server)),
                     visit_job, &jobs, failure) != STORE_FAILED;
}

bool schedule_jobs(struct journal *journal, const char *account, schedule_visit_job *visit,
                   void *context, struct failure *failure) {
  struct visit jobs = {journal, visit, context};
  return store_query(journal_store(journal), list_jobs, STORE_WITH(store_text(account)), visit_job,
                     &jobs, failure) != STORE_FAILED;
}

enum store_answer schedule_job(struct journal *journal, const char *account, const char *name,
                               schedule_visit_job *visit, void *context, struct failure *failure) {
  struct visit jobs = {journal, visit, context};
  return store_query(journal_store(journal), one_job,
                     STORE_WITH(store_text(account), store_text(name)), visit_job, &jobs, failure);
}

struct schedule_job *schedule_copy(const struct schedule_job *job) {
  const char *texts[] = {job->name, job->file, job->body, job->expression, job->zone};
  enum { TEXTS = sizeof texts / sizeof *texts };
  size_t size = sizeof *job;
  for (int i = 0; i < TEXTS; i++) size += strlen(texts[i]) + 1;
  struct schedule_job *copy = malloc(size);
  if (!copy) return NULL;
  *copy = *job;
  const char **places[] = {&copy->name, &copy->file, &copy->body, &copy->expression, &copy->zone};
  char *at = (char *)(copy + 1);
  for (int i = 0; i < TEXTS; i++) {
    size_t length = strlen(texts[i]) + 1;
    *places[i] = memcpy(at, texts[i], length);
    at += length;
  }
  return copy;
}

enum store_answer schedule_text(struct journal *journal, int64_t job, store_visit_row *visit,
                                void *context, struct failure *failure) {
  return store_query(journal_store(journal), job_text, STORE_WITH(store_integer(job)), visit,
                     context, failure);
}

bool schedule_of(const struct schedule_job *job, struct schedule *schedule,
                 struct failure *failure) {
  *schedule =
      (struct schedule){.zone = job->zone, .options = job->options, .paused = job->paused != 0};
  return cron_parse(job->expression, &schedule->cron, failure);
}

/* Registering */

struct swap {
  struct journal *journal;
  struct zones *zones;
  const struct schedule_server *server;
  const struct schedule_registration *registration;
  int64_t now, *missed;
  struct failure *failure;
  bool fine;
};

/* What a job that was known before has missed is told by what it was, and its file may be another
   one now, unless somebody still serves the old one. */
static bool leave_old(void *context, const struct schedule_job *old) {
  struct swap *swap = context;
  const struct schedule_job *new = &swap->registration->job;
  bool is_others = is_served(swap->journal, old->id, swap->server->id);
  swap->fine = false;
  if (strcmp(old->file, new->file) != 0 && is_others) {
    failure_set(swap->failure, "JOB_TAKEN",
                "%.150s:%d: the name \"%s\" is taken by a job of %.150s, which another loftyrun "
                "serve has; give it another name",
                new->file, (int)new->line, old->name, old->file);
    return false;
  }
  swap->fine =
      (old->served || schedule_review(swap->journal, old, swap->now, swap->failure)) &&
      schedule_consider(swap->journal, swap->zones, old, swap->now, swap->missed, swap->failure);
  return false;
}

static bool put_source(const struct swap *swap, int64_t *source) {
  const struct schedule_registration *registration = swap->registration;
  struct store *store = journal_store(swap->journal);
  struct store_value file = store_text(registration->job.file);
  unsigned char digest[DIGEST_SHA256_SIZE];
  if (!digest_sha256(registration->text, registration->length, digest))
    return failure_set(swap->failure, "OUT_OF_MEMORY", "out of memory");
  struct store_value sum = store_blob(digest, sizeof digest);
  enum store_answer answer =
      store_query(store, find_source, STORE_WITH(file, sum), take_integer, source, swap->failure);
  if (answer == STORE_NO)
    answer =
        store_query(store, add_source,
                    STORE_WITH(file, sum, store_blob(registration->text, registration->length)),
                    take_integer, source, swap->failure);
  return answer == STORE_YES;
}

static bool put_job(struct swap *swap, const char *account, int64_t *id) {
  const struct schedule_job *job = &swap->registration->job;
  const struct schedule_options *options = &job->options;
  struct store *store = journal_store(swap->journal);
  int64_t source = 0;
  swap->fine = true;
  if (schedule_job(swap->journal, account, job->name, leave_old, swap, swap->failure) ==
      STORE_FAILED)
    return false;
  return swap->fine && put_source(swap, &source) &&
         store_query(store, add_job,
                     STORE_WITH(store_text(account), store_text(job->name), store_integer(source),
                                store_text(job->body), store_integer(job->line),
                                store_text(job->expression), store_text(job->zone),
                                store_text(schedule_overlap_name(options->overlap)),
                                store_text(schedule_catch_up_name(options->catch_up)),
                                store_integer(options->window), store_integer(options->jitter),
                                store_integer(options->timeout), store_integer(options->retries),
                                store_integer(options->retry_delay),
                                store_integer(options->pause_after), store_integer(swap->now)),
                     take_integer, id, swap->failure) == STORE_YES;
}

static bool put_served(const struct swap *swap, const int64_t *ids, size_t count) {
  struct store *store = journal_store(swap->journal);
  struct store_value server = store_integer(swap->server->id);
  bool fine = store_run(store, forget_served, STORE_WITH(server), NULL, swap->failure);
  for (size_t i = 0; fine && i < count; i++)
    fine = store_run(store, add_served, STORE_WITH(server, store_integer(ids[i])), NULL,
                     swap->failure);
  return fine;
}

static bool forget_unserved(struct store *store, int64_t now, struct failure *failure) {
  struct numbers jobs = {.count = 0};
  bool fine =
      store_query(store, old_jobs,
                  STORE_WITH(store_integer(now - UNSERVED_KEPT), store_integer(UNSERVED_AT_ONCE)),
                  take_number, &jobs, failure) != STORE_FAILED;
  for (int i = 0; fine && i < jobs.count; i++) {
    struct store_arguments id = STORE_WITH(store_integer(jobs.list[i]));
    fine = store_run(store, forget_instants, id, NULL, failure) &&
           store_run(store, forget_job, id, NULL, failure);
  }
  return fine && store_run(store, forget_sources, STORE_WITH_NOTHING, NULL, failure);
}

bool schedule_swap(struct journal *journal, struct zones *zones,
                   const struct schedule_server *server, const char *account,
                   const struct schedule_registration *registrations, size_t count, int64_t now,
                   int64_t *missed, struct failure *failure) {
  struct store *store = journal_store(journal);
  struct swap swap = {.journal = journal,
                      .zones = zones,
                      .server = server,
                      .now = now,
                      .missed = missed,
                      .failure = failure};
  int64_t *ids = calloc(count + 1, sizeof *ids);
  if (!ids) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  bool fine = store_begin(store, STORE_DURABLE, failure);
  if (fine) {
    for (size_t i = 0; fine && i < count; i++) {
      swap.registration = &registrations[i];
      fine = put_job(&swap, account, &ids[i]);
    }
    fine = fine && put_served(&swap, ids, count) && forget_unserved(store, now, failure);
    fine = store_end(store, fine, failure);
  }
  free(ids);
  return fine;
}

/* Pausing */

struct pausing {
  struct journal *journal;
  struct zones *zones;
  bool paused;
  int64_t now;
  struct failure *failure;
  bool fine;
};

/* What has come up to now is decided by what the job was until now. */
static bool pause_one(void *context, const struct schedule_job *job) {
  struct pausing *pausing = context;
  struct store *store = journal_store(pausing->journal);
  struct store_value id = store_integer(job->id), now = store_integer(pausing->now);
  if ((job->paused != 0) == pausing->paused) return false;
  pausing->fine =
      schedule_consider(pausing->journal, pausing->zones, job, pausing->now, NULL,
                        pausing->failure) &&
      (pausing->paused
           ? store_run(store, stop_waiting, STORE_WITH(id), NULL, pausing->failure) &&
                 store_run(store, pause_job, STORE_WITH(id, now), NULL, pausing->failure)
           : store_run(store, resume_job, STORE_WITH(id), NULL, pausing->failure));
  return false;
}

enum store_answer schedule_pause(struct journal *journal, struct zones *zones, const char *account,
                                 const char *name, bool paused, int64_t now,
                                 struct failure *failure) {
  struct pausing pausing = {.journal = journal,
                            .zones = zones,
                            .paused = paused,
                            .now = now,
                            .failure = failure,
                            .fine = true};
  if (!store_begin(journal_store(journal), STORE_DURABLE, failure)) return STORE_FAILED;
  enum store_answer answer = schedule_job(journal, account, name, pause_one, &pausing, failure);
  if (!pausing.fine) answer = STORE_FAILED;
  bool ended = store_end(journal_store(journal), answer != STORE_FAILED, failure);
  return ended ? answer : STORE_FAILED;
}
