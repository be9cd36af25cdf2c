#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

/* Locks that belong to an open file, not to a process; where the system lacks them, the others. */
#ifdef F_OFD_SETLK
enum { SET_LOCK = F_OFD_SETLK };
#else
enum { SET_LOCK = F_SETLK };
#endif

enum {
  PATH_LENGTH = 1024,
  BUSY_MS = 10 * 1000,
  APPLICATION_ID = 0x4C6F6674, /* tells our file from another program's */
  CHECKED_BYTES = 1024 * 1024  /* files up to this size are checked as a whole when opened */
};

/* Each step brings the schema from its index to the next version. Steps are only ever added. */
static const char *const migrations[] = {
    "CREATE TABLE spaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE entries (space INTEGER NOT NULL REFERENCES spaces, key TEXT NOT NULL,"
    "  value TEXT NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;"};
enum { SCHEMA_VERSION = sizeof migrations / sizeof *migrations };

enum statement {
  BEGIN,
  COMMIT,
  ROLLBACK,
  ADD_SPACE,
  PUT,
  GET,
  REMOVE,
  DROP_ENTRIES,
  DROP_SPACE,
  COUNT,
  LIST,
  STATEMENT_COUNT
};

#define IN_SPACE " space = (SELECT id FROM spaces WHERE name = ?1)"
static const char *const texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [ADD_SPACE] = "INSERT OR IGNORE INTO spaces (name) VALUES (?1)",
    [PUT] = "INSERT OR REPLACE INTO entries SELECT id, ?2, ?3 FROM spaces WHERE name = ?1",
    [GET] = "SELECT value FROM entries WHERE" IN_SPACE " AND key = ?2",
    [REMOVE] = "DELETE FROM entries WHERE" IN_SPACE " AND key = ?2",
    [DROP_ENTRIES] = "DELETE FROM entries WHERE" IN_SPACE,
    [DROP_SPACE] = "DELETE FROM spaces WHERE name = ?1",
    [COUNT] = "SELECT count(*) FROM entries WHERE" IN_SPACE,
    [LIST] = "SELECT key, value FROM entries WHERE" IN_SPACE " ORDER BY key"};

struct store {
  sqlite3 *db;
  sqlite3_stmt *statements[STATEMENT_COUNT];
  char path[PATH_LENGTH];  /* of the file; ":memory:" */
  char locks[PATH_LENGTH]; /* of the file that locks are taken on; empty in memory */
  struct store_lock *taken;
};

struct store_lock {
  int file; /* -1 in memory */
  struct store *store;
  struct store_lock *next;
  char name[];
};

/* Says why SQLite failed, in words for whoever runs the script. */
static bool fail(const struct store *store, struct failure *failure) {
  int code = store->db ? sqlite3_errcode(store->db) & 0xFF : SQLITE_NOMEM;
  const char *path = store->path;
  switch (code) {
    case SQLITE_FULL:
      return failure_set(failure, "STATE_FAILED", "%s: there is no space left for it", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure_set(failure, "STATE_FAILED", "%s: other runs keep it busy", path);
    case SQLITE_NOMEM:
      return failure_set(failure, "OUT_OF_MEMORY", "%s: out of memory", path);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return failure_set(failure, "STATE_UNUSABLE", "%s: it cannot be written", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return failure_set(failure, "STATE_UNUSABLE",
                         "%s is damaged; move it away, and loftyrun begins a new one (what it "
                         "remembers is then forgotten)",
                         path);
    default:
      return failure_set(failure, "STATE_FAILED", "%s: %s", path, sqlite3_errmsg(store->db));
  }
}

/* Runs a prepared statement up to its first row: SQLITE_ROW, SQLITE_DONE or an error. The
   arguments, which may be NULL, stay the caller's until `finish`. */
static int start(struct store *store, enum statement which, const char *a, const char *b,
                 const char *c) {
  const char *const arguments[] = {a, b, c};
  sqlite3_stmt **statement = &store->statements[which];
  if (!*statement) {
    int code =
        sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (code != SQLITE_OK) return code;
  }
  for (int i = 0; i < 3 && arguments[i]; i++) {
    int code = sqlite3_bind_text(*statement, i + 1, arguments[i], -1, SQLITE_STATIC);
    if (code != SQLITE_OK) return code;
  }
  return sqlite3_step(*statement);
}

static void finish(struct store *store, enum statement which) {
  sqlite3_stmt *statement = store->statements[which];
  if (!statement) return;
  sqlite3_reset(statement); /* repeats the error of the step, which was looked at */
  sqlite3_clear_bindings(statement);
}

/* Runs a statement that gives no rows. */
static bool run(struct store *store, enum statement which, const char *a, const char *b,
                const char *c, struct failure *failure) {
  bool done = start(store, which, a, b, c) == SQLITE_DONE;
  if (!done) fail(store, failure);
  finish(store, which);
  return done;
}

/* Ends a transaction; one that failed, or cannot be committed, leaves nothing. */
static bool end_transaction(struct store *store, bool fine, struct failure *failure) {
  if (fine && run(store, COMMIT, NULL, NULL, NULL, failure)) return true;
  if (!sqlite3_get_autocommit(store->db)) run(store, ROLLBACK, NULL, NULL, NULL, NULL);
  return false;
}

static bool execute(struct store *store, const char *text, struct failure *failure) {
  return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK || fail(store, failure);
}

/* The one value that a query gives, as a number and in `text`. */
static bool ask(struct store *store, const char *query, int64_t *number, char *text, size_t size,
                struct failure *failure) {
  sqlite3_stmt *statement = NULL;
  bool found = sqlite3_prepare_v2(store->db, query, -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_ROW;
  if (found && number) *number = sqlite3_column_int64(statement, 0);
  if (found && text) {
    const unsigned char *value = sqlite3_column_text(statement, 0);
    snprintf(text, size, "%s", value ? (const char *)value : "");
  }
  if (!found) fail(store, failure);
  sqlite3_finalize(statement);
  return found;
}

/* One step of the schema, as a whole or not at all. */
static bool migrate_one(struct store *store, int64_t *version, struct failure *failure) {
  char pragma[96];
  if (!run(store, BEGIN, NULL, NULL, NULL, failure)) return false;
  /* Read again under the lock: another run may have been faster. */
  bool fine = ask(store, "PRAGMA user_version", version, NULL, 0, failure);
  if (fine && *version < SCHEMA_VERSION) {
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, (int)*version + 1);
    fine = execute(store, migrations[*version], failure) && execute(store, pragma, failure);
    if (fine) (*version)++;
  }
  return end_transaction(store, fine, failure);
}

static bool migrate(struct store *store, struct failure *failure) {
  int64_t version, application, objects;
  if (!ask(store, "PRAGMA user_version", &version, NULL, 0, failure) ||
      !ask(store, "PRAGMA application_id", &application, NULL, 0, failure) ||
      !ask(store, "SELECT count(*) FROM sqlite_schema", &objects, NULL, 0, failure))
    return false;
  if (application != APPLICATION_ID && (objects > 0 || version != 0))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not loftyrun's: another program wrote it",
                       store->path);
  while (version < SCHEMA_VERSION)
    if (!migrate_one(store, &version, failure)) return false;
  if (version == SCHEMA_VERSION) return true;
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s was written by a newer loftyrun (its schema is %d, this one knows %d); "
                     "use that one, or another folder with --state",
                     store->path, (int)version, (int)SCHEMA_VERSION);
}

/* A small file is looked through as a whole; a large one shows its damage where it is read. */
static bool check_integrity(struct store *store, struct failure *failure) {
  char answer[64];
  struct stat status;
  if (stat(store->path, &status) != 0 || status.st_size > CHECKED_BYTES) return true;
  if (!ask(store, "PRAGMA quick_check(1)", NULL, answer, sizeof answer, failure)) return false;
  if (strcmp(answer, "ok") == 0) return true;
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s is damaged; move it away, and loftyrun begins a new one (what it "
                     "remembers is then forgotten)",
                     store->path);
}

static bool open_database(struct store *store, struct failure *failure) {
  int code = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE, NULL);
  if (code != SQLITE_OK) return fail(store, failure);
  sqlite3_busy_timeout(store->db, BUSY_MS);
  sqlite3_extended_result_codes(store->db, 1);
  /* NORMAL does not wait for the disk at each commit: a killed process loses nothing by that. */
  return execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", failure) &&
         migrate(store, failure) && check_integrity(store, failure);
}

static bool system_failure(const char *path, struct failure *failure) {
  bool later = errno == ENOSPC || errno == EDQUOT || errno == EMFILE || errno == ENFILE;
  return failure_set(failure, later ? "STATE_FAILED" : "STATE_UNUSABLE", "%s: %s", path,
                     strerror(errno));
}

bool store_make_folder(const char *folder, struct failure *failure) {
  char path[PATH_LENGTH];
  snprintf(path, sizeof path, "%s", folder);
  for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
    *slash = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return system_failure(path, failure);
    *slash = '/';
  }
  if (mkdir(path, 0700) != 0 && errno != EEXIST) return system_failure(path, failure);
  struct stat status;
  if (stat(path, &status) != 0) return system_failure(path, failure);
  if (!S_ISDIR(status.st_mode))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not a folder", path);
  if ((status.st_mode & 022) == 0) return true;
  return failure_set(failure, "STATE_UNUSABLE", "others can write to %s; run: chmod 700 %s", path,
                     path);
}

/* The file is made before SQLite opens it, so that it never was readable by others. It is not
   opened where it exists: closing it again would release SQLite's own locks on it. */
static bool make_file(const char *path, struct failure *failure) {
  struct stat status;
  if (lstat(path, &status) != 0) {
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) return close(file) == 0 || system_failure(path, failure);
    if (errno != EEXIST || lstat(path, &status) != 0) return system_failure(path, failure);
  }
  if (!S_ISREG(status.st_mode))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not a plain file", path);
  if ((status.st_mode & 077) == 0) return true;
  return failure_set(failure, "STATE_UNUSABLE", "others can read %s; run: chmod 600 %s", path,
                     path);
}

bool store_default_folder(char *path, size_t size, struct failure *failure) {
  const char *state = config_variable("XDG_STATE_HOME");
  const char *home = config_variable("HOME");
  if (!state && !home)
    return failure_set(failure, "STATE_UNUSABLE",
                       "there is no home directory to keep state in; say --state DIR");
  int length = state ? snprintf(path, size, "%s/loftyrun", state)
                     : snprintf(path, size, "%s/.local/state/loftyrun", home);
  if (length > 0 && (size_t)length < size) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

bool store_open(const char *folder, struct store **store, struct failure *failure) {
  struct store *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  bool fine = true;
  if (folder) {
    int length = snprintf(opened->path, sizeof opened->path, "%s/state.db", folder);
    if (length < 0 || (size_t)length + sizeof "-journal" >= sizeof opened->path)
      fine = failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
    else
      snprintf(opened->locks, sizeof opened->locks, "%.*slock", length - 2, opened->path);
    fine = fine && store_make_folder(folder, failure) && make_file(opened->path, failure);
  } else {
    snprintf(opened->path, sizeof opened->path, ":memory:");
  }
  if (fine && open_database(opened, failure)) {
    *store = opened;
    return true;
  }
  store_close(opened);
  return false;
}

void store_close(struct store *store) {
  if (!store) return;
  for (int i = 0; i < STATEMENT_COUNT; i++) sqlite3_finalize(store->statements[i]);
  sqlite3_close_v2(store->db);
  free(store);
}

/* An entry needs its space. The first one makes it, in a transaction: another run might drop the
   space between the two. */
static bool put_first(struct store *store, const char *space, const char *key, const char *value,
                      struct failure *failure) {
  bool alone = sqlite3_get_autocommit(store->db);
  if (alone && !run(store, BEGIN, NULL, NULL, NULL, failure)) return false;
  bool fine = run(store, ADD_SPACE, space, NULL, NULL, failure) &&
              run(store, PUT, space, key, value, failure);
  return alone ? end_transaction(store, fine, failure) : fine;
}

static bool put(struct store *store, const char *space, const char *key, const char *value,
                struct failure *failure) {
  if (!run(store, PUT, space, key, value, failure)) return false;
  return sqlite3_changes(store->db) > 0 || put_first(store, space, key, value, failure);
}

bool store_put(struct store *store, const char *space, const char *key, const char *value,
               struct failure *failure) {
  return put(store, space, key, value, failure);
}

bool store_add(struct store *store, const char *space, const char *const *keys, size_t count,
               struct failure *failure) {
  if (count == 1) return put(store, space, keys[0], "", failure);
  if (!run(store, BEGIN, NULL, NULL, NULL, failure)) return false;
  bool fine = true;
  for (size_t i = 0; fine && i < count; i++) fine = put(store, space, keys[i], "", failure);
  return end_transaction(store, fine, failure);
}

enum store_answer store_get(struct store *store, const char *space, const char *key,
                            struct buffer *value, struct failure *failure) {
  enum store_answer answer = STORE_FAILED;
  int code = start(store, GET, space, key, NULL);
  if (code == SQLITE_DONE) {
    answer = STORE_NO;
  } else if (code != SQLITE_ROW) {
    fail(store, failure);
  } else {
    const char *text = (const char *)sqlite3_column_text(store->statements[GET], 0);
    if (text && (!value || buffer_append_string(value, text)))
      answer = STORE_YES;
    else
      failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  }
  finish(store, GET);
  return answer;
}

bool store_remove(struct store *store, const char *space, const char *key,
                  struct failure *failure) {
  return run(store, REMOVE, space, key, NULL, failure);
}

bool store_drop(struct store *store, const char *space, struct failure *failure) {
  if (!run(store, BEGIN, NULL, NULL, NULL, failure)) return false;
  bool fine = run(store, DROP_ENTRIES, space, NULL, NULL, failure) &&
              run(store, DROP_SPACE, space, NULL, NULL, failure);
  return end_transaction(store, fine, failure);
}

bool store_count(struct store *store, const char *space, int64_t *count, struct failure *failure) {
  bool found = start(store, COUNT, space, NULL, NULL) == SQLITE_ROW;
  if (found)
    *count = sqlite3_column_int64(store->statements[COUNT], 0);
  else
    fail(store, failure);
  finish(store, COUNT);
  return found;
}

bool store_list(struct store *store, const char *space, store_visit *visit, void *context,
                struct failure *failure) {
  int code = start(store, LIST, space, NULL, NULL);
  sqlite3_stmt *statement = store->statements[LIST];
  bool wanted = true;
  while (code == SQLITE_ROW && wanted) {
    const char *key = (const char *)sqlite3_column_text(statement, 0);
    const char *value = (const char *)sqlite3_column_text(statement, 1);
    wanted = visit(context, key ? key : "", value ? value : "");
    if (wanted) code = sqlite3_step(statement);
  }
  bool fine = code == SQLITE_DONE || code == SQLITE_ROW;
  if (!fine) fail(store, failure);
  finish(store, LIST);
  return fine;
}

/* The byte of the lock file that stands for a name: FNV-1a, as much of it as
   an offset holds. Two names on one
   byte would only make one run wait for the other. */
static off_t lock_place(const char *name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001B3;
  return (off_t)(hash & (INT64_MAX >> 1));
}

static bool is_taken(const struct store *store, const char *name) {
  for (const struct store_lock *lock = store->taken; lock; lock = lock->next)
    if (strcmp(lock->name, name) == 0) return true;
  return false;
}

static enum store_answer lock_file(struct store *store, struct store_lock *lock,
                                   struct failure *failure) {
  lock->file = open(store->locks, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock->file < 0) {
    system_failure(store->locks, failure);
    return STORE_FAILED;
  }
  struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = lock_place(lock->name)};
  place.l_len = 1;
  if (fcntl(lock->file, SET_LOCK, &place) == 0) return STORE_YES;
  if (errno == EAGAIN || errno == EACCES) return STORE_NO;
  system_failure(store->locks, failure);
  return STORE_FAILED;
}

enum store_answer store_lock(struct store *store, const char *name, struct store_lock **lock,
                             struct failure *failure) {
  if (is_taken(store, name)) return STORE_NO;
  size_t size = strlen(name) + 1;
  struct store_lock *taken = calloc(1, sizeof *taken + size);
  if (!taken) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return STORE_FAILED;
  }
  memcpy(taken->name, name, size);
  taken->file = -1;
  taken->store = store;
  enum store_answer answer = *store->locks ? lock_file(store, taken, failure) : STORE_YES;
  taken->next = store->taken;
  store->taken = taken;
  if (answer == STORE_YES)
    *lock = taken;
  else
    store_unlock(taken);
  return answer;
}

void store_unlock(struct store_lock *lock) {
  if (!lock) return;
  for (struct store_lock **place = &lock->store->taken; *place; place = &(*place)->next) {
    if (*place != lock) continue;
    *place = lock->next;
    break;
  }
  if (lock->file >= 0) close(lock->file);
  free(lock);
}
