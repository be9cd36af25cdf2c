#include "sandbox_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/config.h"

enum { ATTEMPTS = 8 };

static const char *place(void) {
  const char *folder = config_folder("TMPDIR");
  return folder ? folder : "/tmp";
}

/* The descriptor of that folder with its lock; -1 where it is not this user's alone, or, with
   EWOULDBLOCK, somebody has that. */
static int hold(int parent, const char *name) {
  struct stat status;
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return -1;
  bool is_own =
      fstat(folder, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0;
  if (is_own && flock(folder, LOCK_EX | LOCK_NB) == 0) return folder;
  int why = is_own ? errno : EPERM;
  close(folder);
  errno = why;
  return -1;
}

/* What else somebody has put there stays, and the folder with it. */
static bool empty(int folder) {
  static const char *const names[] = {"state.db",         "state.db-wal", "state.db-shm",
                                      "state.db-journal", "state.lock",   "repl_history"};
  bool fine = true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    fine = (unlinkat(folder, names[i], 0) == 0 || errno == ENOENT) && fine;
  return fine;
}

static void remove_left(int parent, const char *name) {
  int folder = hold(parent, name);
  if (folder < 0) return;
  if (empty(folder)) unlinkat(parent, name, AT_REMOVEDIR);
  close(folder);
}

static void remove_all_left(void) {
  DIR *parent = opendir(place());
  if (!parent) return;
  for (const struct dirent *entry; (entry = readdir(parent));)
    if (fnmatch("loftyrun-sandbox.??????", entry->d_name, 0) == 0)
      remove_left(dirfd(parent), entry->d_name);
  closedir(parent);
}

/* Another daemon takes a new one for one that was left, as long as it has no lock. */
static bool was_taken(const struct sandbox_folder *folder) {
  struct stat held, there;
  if (folder->held < 0) return errno == EWOULDBLOCK;
  return fstat(folder->held, &held) != 0 || stat(folder->path, &there) != 0 ||
         held.st_ino != there.st_ino || held.st_dev != there.st_dev;
}

bool sandbox_folder_make(struct sandbox_folder *folder, struct failure *failure) {
  remove_all_left();
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    int length = snprintf(folder->path, sizeof folder->path, "%s/loftyrun-sandbox.XXXXXX", place());
    if (length < 0 || (size_t)length >= sizeof folder->path || !mkdtemp(folder->path)) break;
    /* Where folders cannot be locked nobody removes one either. */
    folder->held = hold(AT_FDCWD, folder->path);
    if (!was_taken(folder)) return true;
    if (folder->held >= 0) close(folder->held);
  }
  failure_set(failure, "STATE_UNUSABLE", "cannot make a folder in %.200s: %s", place(),
              strerror(errno));
  folder->path[0] = '\0';
  return false;
}

bool sandbox_folder_remove(struct sandbox_folder *folder) {
  if (!*folder->path) return true;
  int held = folder->held >= 0 ? folder->held : open(folder->path, O_RDONLY | O_DIRECTORY);
  bool fine = held >= 0 && empty(held) && rmdir(folder->path) == 0;
  int why = errno;
  if (held >= 0) close(held);
  folder->path[0] = '\0';
  errno = why;
  return fine;
}
