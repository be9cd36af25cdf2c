#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "folder.h"
#include "store_engine.h"

bool store_damaged(const struct store *store, struct failure *failure) {
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s is damaged; move it away, and loftyrun begins a new one (what it "
                     "remembers is then forgotten), or put a backup in its place",
                     store->path);
}

bool store_unsuitable(const struct store *store, struct failure *failure) {
  return failure_set(failure, "STATE_UNUSABLE",
                     "%s: its file system has no shared memory or no locks; name a folder on a "
                     "disk of this machine with --state",
                     store->path);
}

static bool no_space(const struct store *store, struct failure *failure) {
  return failure_set(failure, "STATE_FAILED", "%s: there is no space left for it", store->path);
}

/* SQLite names what it was doing, the system why it did not work. */
static bool input_output(const struct store *store, int code, struct failure *failure) {
  int error = sqlite3_system_errno(store->db);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG || code == SQLITE_IOERR_SHMSIZE)
    return no_space(store, failure);
  if (code == SQLITE_IOERR_LOCK || code == SQLITE_IOERR_SHMMAP || code == SQLITE_IOERR_SHMLOCK ||
      code == SQLITE_IOERR_SHMOPEN)
    return store_unsuitable(store, failure);
  return failure_set(failure, "STATE_FAILED", "%s: it could not be read or written: %s",
                     store->path, error ? strerror(error) : sqlite3_errmsg(store->db));
}

bool store_fail(const struct store *store, struct failure *failure) {
  int code = store->db ? sqlite3_extended_errcode(store->db) : SQLITE_NOMEM;
  int error = store->db ? sqlite3_system_errno(store->db) : 0;
  const char *path = store->path;
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return no_space(store, failure);
    case SQLITE_IOERR:
      return code == SQLITE_IOERR_NOMEM
                 ? failure_set(failure, "OUT_OF_MEMORY", "%s: out of memory", path)
                 : input_output(store, code, failure);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      if (!folder_has_locks(path)) return store_unsuitable(store, failure);
      return failure_set(failure, "STATE_FAILED", "%s: other runs keep it busy", path);
    case SQLITE_NOMEM:
      return failure_set(failure, "OUT_OF_MEMORY", "%s: out of memory", path);
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      return store_unsuitable(store, failure);
    case SQLITE_CANTOPEN:
      if (error == ENOSPC || error == EDQUOT) return no_space(store, failure);
      if (error == EMFILE || error == ENFILE)
        return failure_set(failure, "STATE_FAILED", "%s: %s", path, strerror(error));
      return failure_set(failure, "STATE_UNUSABLE", "%s: it cannot be written", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return failure_set(failure, "STATE_UNUSABLE", "%s: it cannot be written", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return store_damaged(store, failure);
    default:
      return failure_set(failure, "STATE_FAILED", "%s: %s", path, sqlite3_errmsg(store->db));
  }
}
