#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"

/* Locks that belong to an open file, not to a process; where the system lacks them, the others. */
#ifdef F_OFD_SETLK
enum { SET_LOCK = F_OFD_SETLK, GET_LOCK = F_OFD_GETLK };
#else
enum { SET_LOCK = F_SETLK, GET_LOCK = F_GETLK };
#endif

/* What is written about a lock stands in one of so many lines at the beginning of the file. Two
   locks on one line only make the older one's holder unknown. */
enum { LINE_LENGTH = 64, LINES = 4096 };

struct locks {
  char path[FOLDER_PATH_LENGTH]; /* of the file; empty in memory */
  struct lock *taken;
};

struct lock {
  int file; /* -1 in memory */
  int64_t since;
  struct locks *locks;
  struct lock *next;
  char name[];
};

/* FNV-1a. Two names with one hash would only make one run wait for the other. */
static uint64_t hash_of(const char *name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001B3;
  return hash;
}

/* The byte that stands for a name: far behind the lines, as much of the hash as an offset holds. */
static off_t lock_place(const char *name) { return (off_t)(hash_of(name) & (INT64_MAX >> 1)); }

static off_t line_place(const char *name) { return (off_t)(hash_of(name) % LINES) * LINE_LENGTH; }

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool locks_open(const char *folder, struct locks **locks, struct failure *failure) {
  struct locks *opened = calloc(1, sizeof *opened);
  if (!opened) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  if (!folder ||
      (folder_make(folder, failure) && folder_path(opened->path, folder, "state.lock", failure) &&
       folder_check_file(opened->path, failure))) {
    *locks = opened;
    return true;
  }
  free(opened);
  return false;
}

void locks_close(struct locks *locks) { free(locks); }

static const struct lock *find_taken(const struct locks *locks, const char *name) {
  for (const struct lock *lock = locks->taken; lock; lock = lock->next)
    if (strcmp(lock->name, name) == 0) return lock;
  return NULL;
}

/* Not being able to write the line costs a message some of its words, and nothing else. */
static void write_line(const struct lock *lock) {
  char line[LINE_LENGTH] = "";
  snprintf(line, sizeof line, "%016" PRIx64 " %" PRId64 " %" PRId64 "\n", hash_of(lock->name),
           (int64_t)getpid(), lock->since);
  ssize_t written = pwrite(lock->file, line, sizeof line, line_place(lock->name));
  (void)written;
}

static void clear_line(const struct lock *lock) {
  static const char nothing[LINE_LENGTH];
  ssize_t written = pwrite(lock->file, nothing, sizeof nothing, line_place(lock->name));
  (void)written;
}

/* A line that a killed process left behind says nothing about who holds the lock now. */
static void read_line(int file, const char *name, struct lock_holder *holder) {
  char line[LINE_LENGTH + 1];
  uint64_t hash;
  struct lock_holder found;
  ssize_t length = pread(file, line, LINE_LENGTH, line_place(name));
  line[length > 0 ? length : 0] = '\0';
  if (sscanf(line, "%" SCNx64 " %" SCNd64 " %" SCNd64, &hash, &found.process, &found.since) != 3 ||
      hash != hash_of(name) || found.process <= 0 || found.process != (pid_t)found.process)
    return;
  if (kill((pid_t)found.process, 0) == 0 || errno == EPERM) *holder = found;
}

static enum lock_answer lock_file(struct locks *locks, struct lock *lock,
                                  struct lock_holder *holder, struct failure *failure) {
  lock->file = open(locks->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock->file < 0) {
    folder_failure(locks->path, failure);
    return LOCK_FAILED;
  }
  struct flock place = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = lock_place(lock->name), .l_len = 1};
  if (fcntl(lock->file, SET_LOCK, &place) == 0) {
    write_line(lock);
    return LOCK_TAKEN;
  }
  if (errno == EAGAIN || errno == EACCES) {
    read_line(lock->file, lock->name, holder);
    return LOCK_HELD;
  }
  if (errno == ENOLCK || errno == EOPNOTSUPP || errno == EINVAL)
    failure_set(failure, "STATE_UNUSABLE",
                "%s: its file system has no locks; name a folder on a disk of this machine with "
                "--state",
                locks->path);
  else
    folder_failure(locks->path, failure);
  return LOCK_FAILED;
}

enum lock_answer locks_take(struct locks *locks, const char *name, struct lock **lock,
                            struct lock_holder *holder, struct failure *failure) {
  *holder = (struct lock_holder){.process = 0};
  const struct lock *known = find_taken(locks, name);
  if (known) {
    *holder = (struct lock_holder){.process = getpid(), .since = known->since};
    return LOCK_HELD;
  }
  size_t size = strlen(name) + 1;
  struct lock *taken = calloc(1, sizeof *taken + size);
  if (!taken) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return LOCK_FAILED;
  }
  memcpy(taken->name, name, size);
  taken->file = -1;
  taken->since = now();
  enum lock_answer answer = *locks->path ? lock_file(locks, taken, holder, failure) : LOCK_TAKEN;
  if (answer == LOCK_TAKEN) {
    taken->locks = locks;
    taken->next = locks->taken;
    locks->taken = *lock = taken;
    return answer;
  }
  if (taken->file >= 0) close(taken->file);
  free(taken);
  return answer;
}

enum lock_answer locks_look(struct locks *locks, const char *name, struct failure *failure) {
  if (find_taken(locks, name)) return LOCK_HELD;
  if (!*locks->path) return LOCK_TAKEN;
  int file = open(locks->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0 && errno == ENOENT) return LOCK_TAKEN;
  struct flock place = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = lock_place(name), .l_len = 1};
  bool looked = file >= 0 && fcntl(file, GET_LOCK, &place) == 0;
  if (!looked) folder_failure(locks->path, failure);
  if (file >= 0) close(file);
  if (!looked) return LOCK_FAILED;
  return place.l_type == F_UNLCK ? LOCK_TAKEN : LOCK_HELD;
}

void locks_release(struct lock *lock) {
  if (!lock) return;
  for (struct lock **place = &lock->locks->taken; *place; place = &(*place)->next) {
    if (*place != lock) continue;
    *place = lock->next;
    break;
  }
  if (lock->file >= 0) {
    clear_line(lock);
    close(lock->file);
  }
  free(lock);
}
