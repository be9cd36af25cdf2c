#include "status.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "folder.h"
#include "inbox_states.h"

/* Where an index is only of some rows, its condition stands in the statement word for word. */
#define RESTING "state IN ('unreadable', 'dead')"

/* What comes back, and $1, $2, ... */
static const struct {
  const char *name, *sql;
} questions[] = {
    /* instant, began, ended, state, exit code: the last runs of a job, newest first.
       Job, how many. */
    {"history",
     "SELECT instant, began, ended, state, exit_code, run FROM instants"
     " WHERE job = $1 AND run IS NOT NULL ORDER BY began DESC, instant DESC LIMIT $2"},
    /* When the last run of a job ended that was done. Job. */
    {"success",
     "SELECT ended FROM instants WHERE job = $1 AND run IS NOT NULL AND state = 'done'"
     " ORDER BY began DESC, instant DESC LIMIT 1"},
    /* The number of the last event, when it came. */
    {"last_event", "SELECT id, received FROM inbox_events ORDER BY id DESC LIMIT 1"},
    /* When an event came. Its number. */
    {"received", "SELECT received FROM inbox_events WHERE id = $1"},
    /* How many events no handler has got, the first of them. */
    {"new", "SELECT count(*), min(id) FROM inbox_events WHERE state = 'new'"},
    /* How many events are dead or unreadable, since when. Which. */
    {"resting",
     "SELECT count(*), min(received) FROM inbox_events WHERE " RESTING " AND state = $1"},
    /* Deliveries, bytes of their bodies. */
    {"inbox_size", "SELECT count(*), COALESCE(sum(size), 0) FROM inbox_deliveries"},
    /* How many events came. Since when, until when. */
    {"came",
     "SELECT COALESCE(sum(events), 0) FROM inbox_deliveries WHERE received >= $1 AND received < "
     "$2"},
    /* Handlers. Account. */
    {"handlers",
     "SELECT inbox_handlers.id, name, pattern, file, line, concurrency, server, considered FROM "
     "inbox_handlers"
     " JOIN sources ON sources.id = source WHERE account = $1 ORDER BY name"},
    /* How many events a handler has that it has not ended with, the first of them. Handler. */
    {"open", "SELECT count(*), min(event) FROM inbox_work WHERE handler = $1 AND " INBOX_IS_OPEN},
    /* How many it is at. Handler. */
    {"running", "SELECT count(*) FROM inbox_work WHERE handler = $1 AND state = 'running'"},
    /* How many wait after a failure, what the next of them has failed with. Handler, now. */
    {"retrying",
     "SELECT count(*), (SELECT problem FROM inbox_work WHERE handler = $1 AND state = 'waiting'"
     " AND next_attempt > $2 ORDER BY next_attempt LIMIT 1) FROM inbox_work"
     " WHERE handler = $1 AND state = 'waiting' AND next_attempt > $2"},
    /* How many it has given up, what the last of them has failed with. Handler. */
    {"dead",
     "SELECT count(*), (SELECT problem FROM inbox_work WHERE handler = $1 AND state = 'dead'"
     " ORDER BY settled DESC LIMIT 1) FROM inbox_work WHERE handler = $1 AND state = 'dead'"},
    /* Operation, code, calls of all time. Account. */
    {"calls",
     "SELECT operation, code, calls FROM calls WHERE account = $1 AND hour = 0"
     " ORDER BY operation, code"},
    /* Hour since 1970, code, calls. Account, the first hour, the last. */
    {"hours",
     "SELECT hour, code, sum(calls) FROM calls WHERE account = $1 AND hour >= $2 AND hour <= $3"
     " AND hour > 0 GROUP BY hour, code ORDER BY hour, code"},
    /* Exit code, how many runs ended with it. Account, since when they began. */
    {"ended",
     "SELECT exit_code, count(*) FROM runs WHERE account = $1 AND began >= $2"
     " AND ended IS NOT NULL GROUP BY exit_code ORDER BY exit_code"},
    /* Number, when it began: the runs that have not ended, the killed ones among them. Account. */
    {"unended", "SELECT id, began FROM runs WHERE account = $1 AND ended IS NULL ORDER BY id"},
    /* The number of the last run. */
    {"last_run", "SELECT max(id) FROM runs"},
    /* Run, state, how many: the writes that are under way or in doubt. Account. */
    {"doubts",
     "SELECT run, state, count(*) FROM writes WHERE state <> 'done'"
     " AND state IN ('sending', 'unknown') AND run IN (SELECT id FROM runs WHERE account = $1)"
     " GROUP BY run, state"}};

enum { QUESTIONS = sizeof questions / sizeof *questions };

enum store_answer status_ask(struct store *store, const char *question,
                             struct store_arguments arguments, store_visit_row *visit,
                             void *context, struct failure *failure) {
  for (size_t i = 0; i < QUESTIONS; i++)
    if (strcmp(questions[i].name, question) == 0)
      return store_query(store, questions[i].sql, arguments, visit, context, failure);
  failure_set(failure, "NO_SUCH_QUESTION", "nobody can ask about \"%.40s\"", question);
  return STORE_FAILED;
}

bool status_look_at_disk(const struct store *store, struct status_disk *disk) {
  static const char *const ends[] = {"", "-wal", "-shm"};
  char path[FOLDER_PATH_LENGTH + 8];
  struct stat file;
  struct statvfs system;
  *disk = (struct status_disk){.size = 0};
  if (statvfs(store_path(store), &system) != 0) return false;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    snprintf(path, sizeof path, "%s%s", store_path(store), ends[i]);
    if (stat(path, &file) == 0) disk->size += file.st_size;
  }
  disk->left = (int64_t)system.f_bavail * (int64_t)system.f_frsize;
  return true;
}
