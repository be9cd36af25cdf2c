/* Daemons, children and rows of jobs in a state folder, as the tests of schedules need them. */
#ifndef SCHEDULE_DAEMONS_H
#define SCHEDULE_DAEMONS_H

#include "core/civil.h"
#include "core/schedule_claims.h"
#include "state_folder.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };
static const int64_t HOUR = INT64_C(3600) * SECOND;
static const int64_t DAY = INT64_C(86400) * SECOND;

static const char ME[] = "me@there";
static struct zones *zones;
static struct failure failure;

static inline int64_t at(const char *text) {
  int64_t instant = 0;
  if (!civil_read_instant(text, &instant)) TEST_NOTE("no instant: %s", text);
  return instant * SECOND;
}

static inline struct journal *open_journal(void) {
  struct journal *journal = NULL;
  if (!journal_open(folder, &journal, &failure)) TEST_NOTE("not opened: %s", failure.message);
  return journal;
}

static struct schedule_registration hourly = {
    .job = {.name = "hourly",
            .file = "/jobs.lua",
            .body = "function",
            .line = 3,
            .expression = "0 * * * *",
            .zone = "America/New_York",
            .options = {.window = INT64_C(31) * 86400 * 1000, .retry_delay = 60 * 1000}},
    .text = "-- text",
    .length = 7};

struct daemon {
  struct journal *journal;
  struct schedule_server server;
};

static inline void begin_with(struct daemon *daemon, const struct schedule_registration *list,
                              size_t count, int64_t now) {
  daemon->journal = open_journal();
  if (!schedule_begin_server(daemon->journal, now, &daemon->server, &failure) ||
      !schedule_swap(daemon->journal, zones, &daemon->server, ME, list, count, now, NULL, &failure))
    TEST_NOTE("not begun: %s", failure.message);
}

static inline void begin(struct daemon *daemon, int64_t now) {
  begin_with(daemon, &hourly, 1, now);
}

static inline void end(struct daemon *daemon) {
  schedule_end_server(daemon->journal, &daemon->server);
  journal_close(daemon->journal);
  daemon->journal = NULL;
}

/* As a kill would: its lock goes, its rows stay. */
static inline void kill_it(struct daemon *daemon) {
  locks_release(daemon->server.lock);
  journal_close(daemon->journal);
  daemon->journal = NULL;
}

static inline bool copy_job(void *context, const struct schedule_job *job) {
  struct schedule_job **copy = context;
  free(*copy);
  *copy = schedule_copy(job);
  return true;
}

/* To be freed. */
static inline struct schedule_job *find(struct journal *journal, const char *name) {
  struct schedule_job *job = NULL;
  if (schedule_job(journal, ME, name, copy_job, &job, &failure) != STORE_YES || !job)
    TEST_NOTE("no job %s", name);
  return job;
}

static inline void consider(struct journal *journal, int64_t now) {
  struct schedule_job *job = find(journal, "hourly");
  if (!schedule_consider(journal, zones, job, now, NULL, &failure))
    TEST_NOTE("%s", failure.message);
  free(job);
}

/* A run of its own process, as far as the store can tell. */
struct child {
  struct journal *journal;
  struct schedule_job *job;
  int64_t instant, attempt;
  enum schedule_claim answer;
};

static inline void start(struct child *child, const char *name, int64_t instant, int64_t now) {
  *child = (struct child){.journal = open_journal(), .instant = instant};
  child->job = find(child->journal, name);
  child->answer = schedule_claim(child->journal, child->job, "jobs.lua", ME, now, &child->instant,
                                 &child->attempt, &failure);
  if (child->answer == SCHEDULE_CLAIM_FAILED) TEST_NOTE("%s", failure.message);
}

/* `exit_code` below -1: it dies without a word. */
static inline struct schedule_outcome finish(struct child *child, int exit_code, int64_t now) {
  struct schedule_outcome outcome = {.changed = false};
  if (child->answer == SCHEDULE_CLAIMED && exit_code >= -1)
    CHECK(schedule_end(child->journal, child->job, child->instant, journal_run_id(child->journal),
                       exit_code, now, &outcome, &failure));
  journal_close(child->journal);
  free(child->job);
  return outcome;
}

struct row {
  struct schedule_instant row;
  char state[16];
};

static inline bool copy_row(void *context, const struct schedule_instant *instant) {
  struct row *row = context;
  row->row = *instant;
  snprintf(row->state, sizeof row->state, "%s", instant->state);
  return true;
}

static inline const char *state_of(struct journal *journal, const char *name, int64_t instant) {
  static struct row row;
  struct schedule_job *job = find(journal, name);
  row = (struct row){.state = "-"};
  schedule_instant(journal, job->id, instant, copy_row, &row, &failure);
  free(job);
  return row.state;
}

struct list {
  int64_t instants[4096];
  int64_t runs[4096];
  int count;
};

static inline bool list_one(void *context, const struct schedule_instant *instant) {
  struct list *list = context;
  list->runs[list->count] = instant->run;
  list->instants[list->count++] = instant->instant;
  return list->count < 4096;
}

static inline struct list *waiting(const struct daemon *daemon, int64_t now) {
  static struct list list;
  list.count = 0;
  CHECK(schedule_waiting(daemon->journal, daemon->server.id, now, list_one, &list, &failure));
  return &list;
}

/* What the daemon does about runs that are over without a word. */
static inline void end_dead(const struct daemon *daemon, int64_t now) {
  static struct list list;
  struct schedule_outcome outcome;
  list.count = 0;
  CHECK(schedule_running(daemon->journal, daemon->server.id, list_one, &list, &failure));
  for (int i = 0; i < list.count; i++) {
    if (journal_is_alive(daemon->journal, list.runs[i])) continue;
    struct schedule_job *job = find(daemon->journal, "hourly");
    CHECK(schedule_end(daemon->journal, job, list.instants[i], list.runs[i], -1, now, &outcome,
                       &failure));
    free(job);
  }
}

static inline bool begin_world(void) {
  /* Thousands of waits for a disk would prove nothing here. */
  if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
  zones = zones_open();
  return zones && begin_folder("/state");
}

static inline int end_world(void) {
  zones_close(zones);
  TEST("the folder is clean");
  end_folder(1);
  return test_finish();
}

#endif
