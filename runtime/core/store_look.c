#include "store_look.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop.h"
#include "migrations.h"
#include "store_engine.h"
#include "text.h"

enum { LOOK_BUSY_MS = 2000, STEPS = 10000 };

static bool has_log(const char *folder) {
  char path[FOLDER_PATH_LENGTH];
  struct stat status;
  return folder_path(path, folder, "state.db-wal", NULL) && stat(path, &status) == 0 &&
         status.st_size > 0;
}

/* Whether something can be read of it. */
static bool open_as(struct store *store, const char *name, int flags, struct failure *failure) {
  int64_t count;
  if (sqlite3_open_v2(name, &store->db, flags, NULL) != SQLITE_OK)
    return store_fail(store, failure);
  sqlite3_busy_timeout(store->db, LOOK_BUSY_MS);
  sqlite3_extended_result_codes(store->db, 1);
  return store_execute(store, "PRAGMA query_only = ON", failure) &&
         store_ask(store, "SELECT count(*) FROM sqlite_schema", &count, NULL, 0, failure);
}

/* Where nothing can be written there is no memory to share with writers, so there are none. */
static bool open_unwritable(struct store *store, struct failure *failure) {
  char name[FOLDER_PATH_LENGTH * 3 + 32];
  struct buffer path;
  buffer_init(&path, sizeof name - 32);
  bool fine = text_percent_encode(&path, store->path, strlen(store->path)) ||
              failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  snprintf(name, sizeof name, "file:%s?immutable=1", fine ? path.data : "");
  buffer_free(&path);
  return fine && open_as(store, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, failure);
}

bool store_open_look(const char *folder, struct store **store, struct failure *failure) {
  struct store *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  bool log = has_log(folder);
  bool fine = folder_path(opened->path, folder, "state.db", failure);
  if (fine && access(opened->path, W_OK) == 0 && access(folder, W_OK) == 0) {
    fine = open_as(opened, opened->path, SQLITE_OPEN_READWRITE, failure);
    /* What a log holds stays there: after a crash it may be wanted as it is. */
    if (opened->db && log) sqlite3_db_config(opened->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  } else if (fine) {
    fine = open_unwritable(opened, failure);
  }
  if (fine) {
    *store = opened;
    return true;
  }
  store_close(opened);
  return false;
}

bool store_schema(struct store *store, int64_t *version, int64_t *current,
                  struct failure *failure) {
  int64_t application;
  *current = migration_count;
  if (!store_ask(store, "PRAGMA user_version", version, NULL, 0, failure) ||
      !store_ask(store, "PRAGMA application_id", &application, NULL, 0, failure))
    return false;
  if (application != STORE_APPLICATION_ID && *version != 0)
    return failure_set(failure, "STATE_UNUSABLE", "%s is not loftyrun's: another program wrote it",
                       store->path);
  if (*version <= migration_count) return true;
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s was written by a newer loftyrun (its schema is %d, this one knows %d)",
                     store->path, (int)*version, migration_count);
}

static int is_late(void *store) { return loop_now() > ((const struct store *)store)->deadline; }

void store_hurry(struct store *store, int64_t milliseconds) {
  store->deadline = loop_now() + milliseconds;
  sqlite3_progress_handler(store->db, STEPS, is_late, store);
}

bool store_check_within(struct store *store, int64_t milliseconds, bool *whole,
                        struct failure *failure) {
  store_hurry(store, milliseconds);
  bool fine = store_check(store, failure);
  *whole = fine || (sqlite3_errcode(store->db) & 0xFF) != SQLITE_INTERRUPT;
  sqlite3_progress_handler(store->db, 0, NULL, NULL);
  return fine || !*whole;
}
