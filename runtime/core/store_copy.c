#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "store_engine.h"

/* All pages in one step: others' writes go on beside it, and none of them makes it begin anew. */
static bool copy_pages(struct store *from, struct store *to, struct failure *failure) {
  sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", from->db, "main");
  if (!backup) return store_fail(to, failure);
  int stepped = sqlite3_backup_step(backup, -1);
  int finished = sqlite3_backup_finish(backup);
  return (stepped == SQLITE_DONE && finished == SQLITE_OK) || store_fail(to, failure);
}

/* Copies the pages of the store in `folder` into `store`, an empty database. */
static bool fill(struct store *store, const char *folder, struct failure *failure) {
  struct store from = {.db = NULL};
  if (!folder_path(from.path, folder, "state.db", failure) ||
      !folder_check_file(from.path, failure))
    return false;
  bool fine = sqlite3_open_v2(from.path, &from.db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_busy_timeout(from.db, STORE_BUSY_MS) == SQLITE_OK;
  fine = fine ? copy_pages(&from, store, failure) : store_fail(&from, failure);
  sqlite3_close_v2(from.db);
  return fine;
}

bool store_open_copy(const char *folder, struct store **store, struct failure *failure) {
  bool filled = folder && store_exists(folder);
  struct store *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  snprintf(opened->path, sizeof opened->path, "the copy of %.900s", filled ? folder : "nothing");
  /* A database without a name is SQLite's own, in a file that goes with the connection. */
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  bool fine =
      sqlite3_open_v2("", &opened->db, flags, NULL) == SQLITE_OK || store_fail(opened, failure);
  if (fine && sqlite3_extended_result_codes(opened->db, 1) == SQLITE_OK &&
      (!filled || fill(opened, folder, failure)) &&
      store_execute(opened, "PRAGMA journal_mode = MEMORY", failure) &&
      store_migrate(opened, failure)) {
    *store = opened;
    return true;
  }
  store_close(opened);
  return false;
}

/* Backups */

static bool refuse_target(const char *path, struct failure *failure) {
  return failure_set(failure, "USAGE",
                     "%s is there already and is no backup of loftyrun's state; name another file",
                     path);
}

/* A backup tells itself from a store in use by its mode: it has no log beside it. */
static bool check_target(const char *path, struct failure *failure) {
  unsigned char header[100];
  struct stat status;
  if (lstat(path, &status) != 0) return errno == ENOENT || folder_failure(path, failure);
  int file = S_ISREG(status.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  bool whole = file >= 0 && read(file, header, sizeof header) == (ssize_t)sizeof header;
  if (file >= 0) close(file);
  if (!whole || memcmp(header, "SQLite format 3", 16) != 0 || header[18] != 1)
    return refuse_target(path, failure);
  uint32_t application = (uint32_t)header[68] << 24 | (uint32_t)header[69] << 16 |
                         (uint32_t)header[70] << 8 | (uint32_t)header[71];
  return application == STORE_APPLICATION_ID || refuse_target(path, failure);
}

static bool copy(struct store *from, struct store *to, struct failure *failure) {
  char mode[16];
  if (sqlite3_open_v2(to->path, &to->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    return store_fail(to, failure);
  sqlite3_extended_result_codes(to->db, 1);
  if (!copy_pages(from, to, failure)) return false;
  if (!store_ask(to, "PRAGMA journal_mode = DELETE", NULL, mode, sizeof mode, failure))
    return false;
  return store_check(to, NULL) || store_damaged(from, failure);
}

static bool sync_file(const char *path, struct failure *failure) {
  int file = open(path, O_RDWR | O_CLOEXEC);
  bool synced = file >= 0 && fsync(file) == 0;
  if (!synced) folder_failure(path, failure);
  if (file >= 0) close(file);
  return synced;
}

bool store_backup(struct store *store, const char *path, struct failure *failure) {
  struct store beside = {.db = NULL};
  int length = snprintf(beside.path, sizeof beside.path, "%s.%ld.partial", path, (long)getpid());
  if (length < 0 || (size_t)length + sizeof "-journal" >= sizeof beside.path)
    return failure_set(failure, "USAGE", "the path of the backup is too long");
  if (!check_target(path, failure)) return false;
  int file = open(beside.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 || close(file) != 0) return folder_failure(beside.path, failure);
  bool fine = copy(store, &beside, failure);
  sqlite3_close_v2(beside.db);
  fine = fine && sync_file(beside.path, failure) && check_target(path, failure);
  if (fine && rename(beside.path, path) != 0) fine = folder_failure(path, failure);
  if (!fine) unlink(beside.path);
  return fine && folder_sync(path, failure);
}
