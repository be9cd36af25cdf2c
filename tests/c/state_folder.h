/* A state folder of a test's own, and what can be done to it behind the store's back. */
#ifndef STATE_FOLDER_H
#define STATE_FOLDER_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store.h"
#include "test.h"

static char folder[256];
static char file[300];

/* A path in the folder. */
static inline const char *inside(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline bool begin_folder(const char *below) {
  const char *place = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%.100s/test_state.XXXXXX", place ? place : "/tmp");
  if (!mkdtemp(folder)) return false;
  strcat(folder, below);
  snprintf(file, sizeof file, "%s/state.db", folder);
  return true;
}

static inline void remove_files(void) {
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock",
                                      "backup"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(inside(names[i]));
}

static inline void end_folder(int depth) {
  remove_files();
  for (; depth >= 0; depth--) {
    CHECK(rmdir(folder) == 0);
    *strrchr(folder, '/') = '\0';
  }
}

static inline struct store *open_store(void) {
  struct store *store = NULL;
  struct failure failure = {.code = ""};
  if (!store_open(folder, &store, &failure)) TEST_NOTE("not opened: %s", failure.message);
  return store;
}

/* What opening fails with, "" when it does not. */
static inline const char *refusal(void) {
  static struct failure failure;
  struct store *store = NULL;
  failure = (struct failure){.code = ""};
  if (store_open(folder, &store, &failure)) store_close(store);
  return failure.code;
}

/* Changes bytes of a file behind the store's back. */
static inline void scribble(const char *path, off_t offset, const void *bytes, size_t length) {
  int descriptor = open(path, O_WRONLY);
  CHECK(descriptor >= 0 && pwrite(descriptor, bytes, length, offset) == (ssize_t)length);
  close(descriptor);
}

static inline int mode_of(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? (int)(status.st_mode & 0777) : -1;
}

#endif
