#include "store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "loop.h"
#include "migrations.h"
#include "store_engine.h"
#include "url.h"

enum {
  BUSY_STEP_MS = 5,
  CHECKED_BYTES = 1024 * 1024, /* files up to this size are checked as a whole when opened */
  MOST_ARGUMENTS = 24
};

/* A statement that is kept, under the address of its text. */
struct prepared {
  const char *sql;
  sqlite3_stmt *statement;
  int places[MOST_ARGUMENTS]; /* of $1, $2, ...; 0: it does not occur */
  bool busy;                  /* its rows are being visited */
  struct prepared *next;
};

static const char begin[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";

/* Whether to try again what another process was in the way of. SQLite waits for others by itself,
   but not where each might wait for the other: then again at once, STORE_BUSY_MS from `since` on.
 */
static bool try_again(struct store *store, int64_t since) {
  bool is_busy = (sqlite3_errcode(store->db) & 0xFF) == SQLITE_BUSY;
  return is_busy && loop_now() - since < STORE_BUSY_MS && sqlite3_sleep(BUSY_STEP_MS) >= 0;
}

bool store_execute(struct store *store, const char *text, struct failure *failure) {
  return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK || store_fail(store, failure);
}

bool store_ask(struct store *store, const char *query, int64_t *number, char *text, size_t size,
               struct failure *failure) {
  sqlite3_stmt *statement = NULL;
  bool found = sqlite3_prepare_v2(store->db, query, -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_ROW;
  if (found && number) *number = sqlite3_column_int64(statement, 0);
  if (found && text) {
    const unsigned char *value = sqlite3_column_text(statement, 0);
    snprintf(text, size, "%s", value ? (const char *)value : "");
  }
  if (!found) store_fail(store, failure);
  sqlite3_finalize(statement);
  return found;
}

/* Statements */

static void release(struct prepared *prepared) {
  if (!prepared) return;
  sqlite3_finalize(prepared->statement);
  free(prepared);
}

static struct prepared *prepare(struct store *store, const char *sql, struct failure *failure) {
  struct prepared *prepared = calloc(1, sizeof *prepared);
  if (!prepared) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  prepared->sql = sql;
  if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared->statement,
                         NULL) != SQLITE_OK) {
    store_fail(store, failure);
    release(prepared);
    return NULL;
  }
  for (int i = 0; i < MOST_ARGUMENTS; i++) {
    char name[16];
    snprintf(name, sizeof name, "$%d", i + 1);
    prepared->places[i] = sqlite3_bind_parameter_index(prepared->statement, name);
  }
  return prepared;
}

/* The statement of this text. One whose rows are being visited gets a second one, which is not
   kept: `*kept` says so. */
static struct prepared *find(struct store *store, const char *sql, bool *kept,
                             struct failure *failure) {
  *kept = true;
  for (struct prepared **place = &store->prepared; *place; place = &(*place)->next) {
    struct prepared *found = *place;
    if (found->sql != sql) continue;
    *kept = !found->busy;
    if (found->busy) return prepare(store, sql, failure);
    *place = found->next;
    found->next = store->prepared;
    return store->prepared = found;
  }
  struct prepared *prepared = prepare(store, sql, failure);
  if (!prepared) return NULL;
  prepared->next = store->prepared;
  return store->prepared = prepared;
}

static int bind_one(sqlite3_stmt *statement, int place, const struct store_value *value) {
  const void *data = value->data ? value->data : "";
  switch (value->kind) {
    case STORE_INTEGER:
      return sqlite3_bind_int64(statement, place, value->integer);
    case STORE_TEXT:
      return sqlite3_bind_text64(statement, place, data, value->length, SQLITE_STATIC, SQLITE_UTF8);
    case STORE_BLOB:
      return sqlite3_bind_blob64(statement, place, data, value->length, SQLITE_STATIC);
    default:
      return sqlite3_bind_null(statement, place);
  }
}

static bool bind_all(struct store *store, const struct prepared *prepared,
                     struct store_arguments arguments, struct failure *failure) {
  for (int i = 0; i < arguments.count; i++) {
    int place = i < MOST_ARGUMENTS ? prepared->places[i] : 0;
    if (place == 0)
      return failure_set(failure, "STATE_FAILED", "%s: a statement has no $%d", store->path, i + 1);
    if (bind_one(prepared->statement, place, &arguments.values[i]) != SQLITE_OK)
      return store_fail(store, failure);
  }
  return true;
}

/* False where a value did not fit into memory. */
static bool read_column(sqlite3_stmt *statement, int index, struct store_value *value) {
  *value = (struct store_value){.kind = STORE_NULL};
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      *value = store_integer(sqlite3_column_int64(statement, index));
      return true;
    case SQLITE_NULL:
      return true;
    case SQLITE_BLOB:
      value->kind = STORE_BLOB;
      value->data = sqlite3_column_blob(statement, index);
      value->length = (size_t)sqlite3_column_bytes(statement, index);
      return value->data || value->length == 0;
    default:
      value->kind = STORE_TEXT;
      value->data = sqlite3_column_text(statement, index);
      value->length = (size_t)sqlite3_column_bytes(statement, index);
      return value->data != NULL;
  }
}

static enum store_answer visit_rows(struct store *store, sqlite3_stmt *statement,
                                    store_visit_row *visit, void *context,
                                    struct failure *failure) {
  struct store_value columns[MOST_ARGUMENTS];
  int count = sqlite3_column_count(statement);
  if (count > MOST_ARGUMENTS) count = MOST_ARGUMENTS;
  enum store_answer answer = STORE_NO;
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    answer = STORE_YES;
    bool fine = true;
    for (int i = 0; fine && i < count; i++) fine = read_column(statement, i, &columns[i]);
    if (!fine) {
      failure_set(failure, "OUT_OF_MEMORY", "out of memory");
      return STORE_FAILED;
    }
    if (visit && !visit(context, columns, count)) return answer;
  }
  if (code == SQLITE_DONE) return answer;
  store_fail(store, failure);
  return STORE_FAILED;
}

/* Some failures make SQLite undo a transaction by itself. What follows must not be done alone. */
static bool is_lost(const struct store *store) {
  return store->depth > 0 && sqlite3_get_autocommit(store->db);
}

static bool lost(const struct store *store, struct failure *failure) {
  return failure_set(failure, "STATE_FAILED",
                     "%s: the changes were undone, because one of them "
                     "failed",
                     store->path);
}

static bool set_durability(struct store *store, enum store_durability durability,
                           struct failure *failure) {
  if (store->durability == durability) return true;
  const char *text =
      durability == STORE_DURABLE ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (!store_execute(store, text, failure)) return false;
  store->durability = durability;
  return true;
}

/* As execute, for what each change says: parsing it anew would take longer than doing it. */
static bool execute_kept(struct store *store, const char *sql, struct failure *failure) {
  bool kept;
  struct prepared *prepared = find(store, sql, &kept, failure);
  if (!prepared) return false;
  bool done = sqlite3_step(prepared->statement) == SQLITE_DONE || store_fail(store, failure);
  sqlite3_reset(prepared->statement); /* repeats the error of the step, which was looked at */
  return done;
}

enum store_answer store_query(struct store *store, const char *sql,
                              struct store_arguments arguments, store_visit_row *visit,
                              void *context, struct failure *failure) {
  bool kept;
  if (is_lost(store)) return lost(store, failure), STORE_FAILED;
  if (store->depth == 0 && !set_durability(store, STORE_USUAL, failure)) return STORE_FAILED;
  struct prepared *prepared = find(store, sql, &kept, failure);
  if (!prepared) return STORE_FAILED;
  enum store_answer answer = STORE_FAILED;
  prepared->busy = true;
  int64_t since = loop_now();
  bool bound = bind_all(store, prepared, arguments, failure);
  do {
    if (bound) answer = visit_rows(store, prepared->statement, visit, context, failure);
  } while (bound && answer == STORE_FAILED && store->depth == 0 && try_again(store, since) &&
           sqlite3_reset(prepared->statement) != SQLITE_NOMEM);
  prepared->busy = false;
  if (kept) {
    sqlite3_reset(prepared->statement); /* repeats the error of the step, which was looked at */
    sqlite3_clear_bindings(prepared->statement);
  } else {
    release(prepared);
  }
  return answer;
}

bool store_run(struct store *store, const char *sql, struct store_arguments arguments,
               int64_t *changed, struct failure *failure) {
  enum store_answer answer = store_query(store, sql, arguments, NULL, NULL, failure);
  if (answer != STORE_FAILED && changed) *changed = sqlite3_changes64(store->db);
  return answer != STORE_FAILED;
}

bool store_version(struct store *store, int64_t *version, struct failure *failure) {
  return store_ask(store, "PRAGMA data_version", version, NULL, 0, failure);
}

/* Transactions */

bool store_begin(struct store *store, enum store_durability durability, struct failure *failure) {
  bool begun;
  if (is_lost(store)) return lost(store, failure);
  if (store->depth == 0) {
    int64_t since = loop_now();
    do {
      begun = set_durability(store, durability, failure) && execute_kept(store, begin, failure);
    } while (!begun && try_again(store, since));
  } else if (durability > store->durability) {
    return failure_set(failure, "STATE_FAILED",
                       "%s: a change that must last was begun inside one that need not",
                       store->path);
  } else {
    begun = store_execute(store, "SAVEPOINT inner", failure);
  }
  if (begun) store->depth++;
  return begun;
}

bool store_end(struct store *store, bool fine, struct failure *failure) {
  bool undone = is_lost(store);
  bool outermost = --store->depth == 0;
  if (undone) return fine ? lost(store, failure) : false;
  if (fine && outermost)
    fine = execute_kept(store, commit, failure);
  else if (fine)
    fine = store_execute(store, "RELEASE inner", failure);
  if (fine) return true;
  if (!sqlite3_get_autocommit(store->db))
    store_execute(store, outermost ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner", NULL);
  return false;
}

/* Opening */

/* SQL: account_normalised(name), for migrations. */
static void account_normalised(sqlite3_context *context, int count, sqlite3_value **values) {
  const unsigned char *name = count == 1 ? sqlite3_value_text(values[0]) : NULL;
  char *copy = name ? strdup((const char *)name) : NULL;
  if (!copy) return name ? sqlite3_result_error_nomem(context) : sqlite3_result_null(context);
  url_normalise_account(copy);
  sqlite3_result_text(context, copy, -1, free);
}

static bool add_functions(struct store *store, struct failure *failure) {
  return sqlite3_create_function_v2(store->db, "account_normalised", 1,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                    account_normalised, NULL, NULL, NULL) == SQLITE_OK ||
         store_fail(store, failure);
}

/* One step of the schema, as a whole or not at all. */
static bool migrate_one(struct store *store, int64_t *version, struct failure *failure) {
  char pragma[96];
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  /* Read again under the lock: another run may have been faster. */
  bool fine = store_ask(store, "PRAGMA user_version", version, NULL, 0, failure);
  int64_t next = *version;
  if (fine && *version < migration_count) {
    next++;
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             STORE_APPLICATION_ID, (int)next);
    fine = store_execute(store, migrations[*version], failure) &&
           store_execute(store, pragma, failure);
  }
  fine = store_end(store, fine, failure);
  if (fine) *version = next;
  return fine;
}

bool store_migrate(struct store *store, struct failure *failure) {
  int64_t version, application, objects;
  if (!store_ask(store, "PRAGMA user_version", &version, NULL, 0, failure) ||
      !store_ask(store, "PRAGMA application_id", &application, NULL, 0, failure) ||
      !store_ask(store, "SELECT count(*) FROM sqlite_schema", &objects, NULL, 0, failure))
    return false;
  if (application != STORE_APPLICATION_ID && (objects > 0 || version != 0))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not loftyrun's: another program wrote it",
                       store->path);
  if (version < migration_count && !add_functions(store, failure)) return false;
  while (version < migration_count)
    if (!migrate_one(store, &version, failure)) return false;
  if (version == migration_count) return true;
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s was written by a newer loftyrun (its schema is %d, this one knows %d); "
                     "use that one, or another folder with --state",
                     store->path, (int)version, migration_count);
}

static bool check(struct store *store, const char *pragma, struct failure *failure) {
  char answer[64];
  if (!store_ask(store, pragma, NULL, answer, sizeof answer, failure)) return false;
  return strcmp(answer, "ok") == 0 || store_damaged(store, failure);
}

static bool check_small(struct store *store, struct failure *failure) {
  struct stat status;
  if (stat(store->path, &status) != 0 || status.st_size > CHECKED_BYTES) return true;
  return check(store, "PRAGMA quick_check(1)", failure);
}

bool store_check(struct store *store, struct failure *failure) {
  return check(store, "PRAGMA integrity_check(1)", failure);
}

/* Where the log cannot be shared SQLite goes on without one, and answers so. */
static bool begin_log(struct store *store, struct failure *failure) {
  char answer[16];
  int64_t since = loop_now();
  while (!store_ask(store, "PRAGMA journal_mode = WAL", NULL, answer, sizeof answer, failure))
    if (!try_again(store, since)) return false;
  return strcmp(answer, "wal") == 0 || strcmp(answer, "memory") == 0 ||
         store_unsuitable(store, failure);
}

static bool open_database(struct store *store, struct failure *failure) {
  int code = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE, NULL);
  if (code != SQLITE_OK) return store_fail(store, failure);
  sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
  sqlite3_extended_result_codes(store->db, 1);
  if (sqlite3_db_readonly(store->db, "main") == 1)
    return failure_set(failure, "STATE_UNUSABLE", "%s: it cannot be written", store->path);
  return begin_log(store, failure) &&
         store_execute(store, "PRAGMA synchronous = NORMAL", failure) &&
         store_migrate(store, failure) && check_small(store, failure);
}

/* SQLite makes its two other files with the rights of the first. */
static bool make_files(struct store *store, const char *folder, struct failure *failure) {
  char path[FOLDER_PATH_LENGTH];
  return folder_make(folder, failure) && folder_path(store->path, folder, "state.db", failure) &&
         folder_path(path, folder, "state.db-wal", failure) && folder_check_file(path, failure) &&
         folder_path(path, folder, "state.db-shm", failure) && folder_check_file(path, failure) &&
         folder_file(store->path, failure);
}

bool store_open(const char *folder, struct store **store, struct failure *failure) {
  struct store *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  if (!folder) snprintf(opened->path, sizeof opened->path, ":memory:");
  if ((!folder || make_files(opened, folder, failure)) && open_database(opened, failure)) {
    *store = opened;
    return true;
  }
  store_close(opened);
  return false;
}

bool store_exists(const char *folder) {
  char path[FOLDER_PATH_LENGTH];
  struct stat status;
  return folder_path(path, folder, "state.db", NULL) && stat(path, &status) == 0;
}

void store_close(struct store *store) {
  if (!store) return;
  for (struct prepared *next; store->prepared; store->prepared = next) {
    next = store->prepared->next;
    release(store->prepared);
  }
  sqlite3_close_v2(store->db);
  free(store);
}

const char *store_path(const struct store *store) { return store->path; }
