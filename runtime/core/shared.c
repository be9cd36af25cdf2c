#include "shared.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"

enum {
  PATH_LENGTH = 1024,
  HEADER_SIZE = 64,
  MOST_ATTEMPTS = 50,
  PAUSE_NS = 2 * 1000 * 1000,
  UNUSED_SECONDS = 7 * 86400
};

static const char suffix[] = ".shared";
static const char magic[8] = "loftyrun";

struct header {
  char magic[8];
  uint32_t version;
  uint32_t size; /* of what follows; also tells the byte order */
};

struct shared {
  char *map; /* NULL: private */
  size_t size;
  void *memory;
};

enum finding { FOUND, MISSING, DAMAGED, UNUSABLE };

struct opening {
  const char *folder;
  char path[PATH_LENGTH];
  char fresh[PATH_LENGTH]; /* where it is made before it gets its name */
  struct header header;
  size_t size; /* with the header */
  struct failure *failure;
};

static bool system_failure(const struct opening *opening, const char *path) {
  return failure_set(opening->failure, "STATE_UNUSABLE", "%s: %s", path, strerror(errno));
}

/* Whether the file is one that can be used; `*file` is open where it is, or where it is damaged. */
static enum finding find_file(const struct opening *opening, int *file) {
  struct stat status;
  struct header header;
  *file = open(opening->path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (*file < 0 && errno == ENOENT) return MISSING;
  if (*file < 0 || fstat(*file, &status) != 0) {
    system_failure(opening, opening->path);
    return UNUSABLE;
  }
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    failure_set(opening->failure, "STATE_UNUSABLE",
                "%s is not a file that is yours alone; remove it", opening->path);
    return UNUSABLE;
  }
  bool fine = status.st_size == (off_t)opening->size &&
              pread(*file, &header, sizeof header, 0) == (ssize_t)sizeof header &&
              memcmp(&header, &opening->header, sizeof header) == 0;
  return fine ? FOUND : DAMAGED;
}

/* Makes the file under a name of its own; its blocks are reserved, for a full disk must be noticed
   now and not when the memory is written to. */
static bool make_fresh(const struct opening *opening) {
  unlink(opening->fresh);
  int file = open(opening->fresh, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return system_failure(opening, opening->fresh);
  int problem = posix_fallocate(file, 0, (off_t)opening->size);
  bool fine = problem == 0;
  if (!fine) errno = problem;
  fine = fine && pwrite(file, &opening->header, sizeof opening->header, 0) ==
                     (ssize_t)sizeof opening->header;
  if (!fine) system_failure(opening, opening->fresh);
  if (close(file) != 0 && fine) fine = system_failure(opening, opening->fresh);
  if (!fine) unlink(opening->fresh);
  return fine;
}

static bool ends_with_suffix(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && strcmp(dot, suffix) == 0;
}

/* What nobody has opened for a week. */
static void remove_unused(const struct opening *opening) {
  DIR *folder = opendir(opening->folder);
  if (!folder) return;
  time_t now = time(NULL);
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    struct stat status;
    if (!ends_with_suffix(entry->d_name) ||
        fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (S_ISREG(status.st_mode) && status.st_mtime < now - UNUSED_SECONDS)
      unlinkat(dirfd(folder), entry->d_name, 0);
  }
  closedir(folder);
}

/* Where there is none. That another process was faster is no failure. */
static bool add_file(const struct opening *opening) {
  remove_unused(opening);
  if (!make_fresh(opening)) return false;
  bool fine = link(opening->fresh, opening->path) == 0 || errno == EEXIST;
  if (!fine) system_failure(opening, opening->path);
  unlink(opening->fresh);
  return fine;
}

/* In the place of a damaged one: by whoever has that one's lock, and while it still is there. */
static bool replace_file(const struct opening *opening, int damaged) {
  struct stat held;
  struct stat there;
  if (flock(damaged, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  if (fstat(damaged, &held) != 0 || lstat(opening->path, &there) != 0) return true;
  if (held.st_ino != there.st_ino || held.st_dev != there.st_dev) return true;
  if (!make_fresh(opening)) return false;
  if (rename(opening->fresh, opening->path) == 0) return true;
  system_failure(opening, opening->path);
  unlink(opening->fresh);
  return false;
}

/* The descriptor of a file that can be used; -1 with `failure` filled. */
static int open_file(const struct opening *opening) {
  const struct timespec pause = {.tv_nsec = PAUSE_NS};
  for (int i = 0; i < MOST_ATTEMPTS; i++) {
    int file;
    enum finding finding = find_file(opening, &file);
    if (finding == FOUND) return file;
    bool fine = finding == MISSING   ? add_file(opening)
                : finding == DAMAGED ? replace_file(opening, file)
                                     : false;
    if (file >= 0) close(file);
    if (!fine) return -1;
    if (i > 1) nanosleep(&pause, NULL);
  }
  failure_set(opening->failure, "STATE_UNUSABLE", "%s is damaged and cannot be replaced",
              opening->path);
  return -1;
}

static bool map_file(const struct opening *opening, int file, struct shared *shared) {
  void *map = mmap(NULL, opening->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) return system_failure(opening, opening->path);
  futimens(file, NULL); /* it is in use; where that fails it is made anew in a week */
  shared->map = map;
  shared->size = opening->size;
  shared->memory = shared->map + HEADER_SIZE;
  return true;
}

bool shared_open(const char *folder, const char *name, unsigned version, size_t size,
                 struct shared **shared, struct failure *failure) {
  struct opening opening = {.folder = folder,
                            .size = HEADER_SIZE + size,
                            .header = {.version = version, .size = (uint32_t)size},
                            .failure = failure};
  memcpy(opening.header.magic, magic, sizeof magic);
  int length = snprintf(opening.path, sizeof opening.path, "%s/%s-%u-%zu%s", folder, name, version,
                        size, suffix);
  int fresh_length = snprintf(opening.fresh, sizeof opening.fresh, "%s/%s.%ld%s", folder, name,
                              (long)getpid(), suffix);
  if (length < 0 || (size_t)length >= sizeof opening.path || fresh_length < 0 ||
      (size_t)fresh_length >= sizeof opening.fresh)
    return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
  if (!folder_make(folder, failure)) return false;
  struct shared *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  int file = open_file(&opening);
  if (file >= 0 && map_file(&opening, file, opened)) {
    close(file);
    *shared = opened;
    return true;
  }
  if (file >= 0) close(file);
  free(opened);
  return false;
}

struct shared *shared_private(size_t size) {
  struct shared *shared = calloc(1, sizeof *shared);
  if (shared) shared->memory = calloc(1, size);
  if (shared && shared->memory) return shared;
  free(shared);
  return NULL;
}

void *shared_memory(const struct shared *shared) { return shared->memory; }

void shared_close(struct shared *shared) {
  if (!shared) return;
  if (shared->map)
    munmap(shared->map, shared->size);
  else
    free(shared->memory);
  free(shared);
}
