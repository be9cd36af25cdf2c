#include "health.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "locks.h"

enum { MOST_ALIVE = 256 };

/* What can be counted by one statement; $1 is the moment before which what waits is late. */
static const struct {
  const char *sql;
  size_t place;
  bool is_timed;
} counts[] = {
    {"SELECT count(*) FROM jobs", offsetof(struct health, jobs)},
    {"SELECT count(*) FROM jobs WHERE paused IS NOT NULL AND by_failures = 0",
     offsetof(struct health, paused)},
    {"SELECT count(*) FROM jobs WHERE paused IS NOT NULL AND by_failures <> 0",
     offsetof(struct health, paused_by_failures)},
    {"SELECT count(*) FROM jobs WHERE paused IS NULL AND failures > 0",
     offsetof(struct health, failing)},
    {"SELECT count(*) FROM instants WHERE state = 'waiting' AND not_before < $1"
     " AND job IN (SELECT id FROM jobs WHERE paused IS NULL)",
     offsetof(struct health, late), true},
    {"SELECT count(*) FROM inbox_handlers", offsetof(struct health, handlers)},
    {"SELECT count(*) FROM inbox_events WHERE state = 'dead'", offsetof(struct health, dead)},
    {"SELECT count(*) FROM inbox_events WHERE state = 'unreadable'",
     offsetof(struct health, unreadable)},
    {"SELECT count(DISTINCT event) FROM inbox_work WHERE state = 'waiting' AND attempt > 0",
     offsetof(struct health, failed)},
    {"SELECT COALESCE(sum(size), 0) FROM inbox_deliveries", offsetof(struct health, inbox)},
    {"SELECT count(*) FROM writes WHERE state = 'unknown'", offsetof(struct health, in_doubt)},
};
enum { COUNTS = sizeof counts / sizeof *counts };

static bool take_number(void *context, const struct store_value *columns, int count) {
  if (count > 0) *(int64_t *)context = columns[0].integer;
  return false;
}

/* Those of a list of numbers whose lock is held. */
struct alive {
  struct locks *locks; /* NULL: nobody has ever taken one */
  const char *kind;    /* "serve" for the lock "serve 12" */
  int64_t list[MOST_ALIVE];
  int64_t count, dead;
};

static bool take_alive(void *context, const struct store_value *columns, int count) {
  struct alive *alive = context;
  char name[40];
  if (count < 1) return true;
  snprintf(name, sizeof name, "%s %" PRId64, alive->kind, columns[0].integer);
  if (!alive->locks || locks_look(alive->locks, name, NULL) != LOCK_HELD) {
    alive->dead++;
    return true;
  }
  if (alive->count < MOST_ALIVE) alive->list[alive->count] = columns[0].integer;
  alive->count++;
  return true;
}

static bool ask(struct store *store, const char *sql, struct store_arguments arguments,
                store_visit_row *visit, void *context, struct failure *failure) {
  return store_query(store, sql, arguments, visit, context, failure) != STORE_FAILED;
}

/* What a daemon that lives serves; no two of them serve the same job or handler. */
static bool count_served(struct store *store, const struct alive *daemons, struct health *health,
                         struct failure *failure) {
  health->unserved = health->jobs;
  health->unserved_handlers = health->handlers;
  for (int64_t i = 0; i < daemons->count && i < MOST_ALIVE; i++) {
    int64_t jobs = 0, handlers = 0;
    struct store_arguments server = STORE_WITH(store_integer(daemons->list[i]));
    if (!ask(store, "SELECT count(*) FROM served WHERE server = $1", server, take_number, &jobs,
             failure) ||
        !ask(store, "SELECT count(*) FROM inbox_handlers WHERE server = $1", server, take_number,
             &handlers, failure))
      return false;
    health->unserved -= jobs;
    health->unserved_handlers -= handlers;
  }
  if (health->unserved < 0) health->unserved = 0;
  if (health->unserved_handlers < 0) health->unserved_handlers = 0;
  return true;
}

static bool count_alive(struct store *store, struct locks *locks, struct health *health,
                        struct failure *failure) {
  struct alive daemons = {.locks = locks, .kind = "serve"};
  struct alive runs = {.locks = locks, .kind = "journal"};
  struct alive writers = {.locks = locks, .kind = "journal"};
  if (!ask(store, "SELECT id FROM servers", STORE_WITH_NOTHING, take_alive, &daemons, failure) ||
      !ask(store, "SELECT id FROM runs WHERE ended IS NULL", STORE_WITH_NOTHING, take_alive, &runs,
           failure) ||
      !ask(store, "SELECT run FROM writes WHERE state = 'sending'", STORE_WITH_NOTHING, take_alive,
           &writers, failure))
    return false;
  health->daemons = daemons.count;
  health->runs = runs.count;
  health->in_doubt += writers.dead;
  return count_served(store, &daemons, health, failure);
}

bool health_read(struct store *store, const char *folder, int64_t now, struct health *health,
                 struct failure *failure) {
  char path[FOLDER_PATH_LENGTH];
  struct locks *locks = NULL;
  *health = (struct health){.jobs = 0};
  for (size_t i = 0; i < COUNTS; i++) {
    struct store_arguments none = STORE_WITH_NOTHING,
                           before = STORE_WITH(store_integer(now - HEALTH_LATE_MS));
    if (!ask(store, counts[i].sql, counts[i].is_timed ? before : none, take_number,
             (char *)health + counts[i].place, failure))
      return false;
  }
  /* Looking at a lock would make the file. */
  bool has_locks =
      folder_path(path, folder, "state.lock", failure) && access(path, R_OK | W_OK) == 0;
  if (has_locks && !locks_open(folder, &locks, failure)) return false;
  bool fine = count_alive(store, locks, health, failure);
  locks_close(locks);
  return fine;
}
