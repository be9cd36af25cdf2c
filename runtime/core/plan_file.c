#include "plan_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"

struct plan_file {
  FILE *stream; /* NULL once it is in its place */
  char path[FOLDER_PATH_LENGTH];
  char partial[FOLDER_PATH_LENGTH];
};

static bool refuse(const char *path, struct failure *failure) {
  return failure_set(failure, "USAGE", "%s is there already and is no plan; name another file",
                     path);
}

/* Only a plan is replaced, or an empty file. */
static bool check_target(const char *path, struct failure *failure) {
  char found[sizeof PLAN_FILE_BEGINNING - 1];
  struct stat status;
  if (lstat(path, &status) != 0) return errno == ENOENT || folder_failure(path, failure);
  if (!S_ISREG(status.st_mode)) return refuse(path, failure);
  if (status.st_size == 0) return true;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  bool fine = file >= 0 && read(file, found, sizeof found) == (ssize_t)sizeof found &&
              memcmp(found, PLAN_FILE_BEGINNING, sizeof found) == 0;
  if (file >= 0) close(file);
  return fine || refuse(path, failure);
}

/* Whether a path still leads to an open file. */
static bool leads_to(const char *path, int fd) {
  struct stat there, here;
  return fstat(fd, &here) == 0 && lstat(path, &there) == 0 && here.st_dev == there.st_dev &&
         here.st_ino == there.st_ino;
}

/* One that a killed run has left is begun anew; one that another run writes is let be, also where
   that run puts it into its place just before it is locked here. */
static bool open_partial(struct plan_file *file, struct failure *failure) {
  int fd = open(file->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return folder_failure(file->partial, failure);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !leads_to(file->partial, fd)) {
    close(fd);
    return failure_set(failure, "USAGE", "%s is being written by another run; name another file",
                       file->path);
  }
  bool fine = fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0;
  file->stream = fine ? fdopen(fd, "w") : NULL;
  if (file->stream) return true;
  folder_failure(file->partial, failure);
  close(fd);
  return false;
}

bool plan_file_create(const char *path, struct plan_file **file, struct failure *failure) {
  struct plan_file *created = calloc(1, sizeof *created);
  if (!created) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  int length = snprintf(created->partial, sizeof created->partial, "%s.partial", path);
  if (length < 0 || (size_t)length >= sizeof created->partial) {
    failure_set(failure, "USAGE", "the path of the plan is too long");
  } else {
    snprintf(created->path, sizeof created->path, "%s", path);
    if (check_target(path, failure) && open_partial(created, failure)) {
      *file = created;
      return true;
    }
  }
  free(created);
  return false;
}

bool plan_file_write(struct plan_file *file, const char *text, size_t length,
                     struct failure *failure) {
  return fwrite(text, 1, length, file->stream) == length || folder_failure(file->partial, failure);
}

bool plan_file_commit(struct plan_file *file, struct failure *failure) {
  bool fine = fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
  if (!fine) return folder_failure(file->partial, failure);
  if (!check_target(file->path, failure)) return false;
  if (rename(file->partial, file->path) != 0) return folder_failure(file->path, failure);
  fclose(file->stream); /* all of it is on the disk */
  file->stream = NULL;
  return folder_sync(file->path, failure);
}

void plan_file_close(struct plan_file *file) {
  if (!file) return;
  if (file->stream) {
    unlink(file->partial);
    fclose(file->stream);
  }
  free(file);
}

static bool is_plan(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".partial") == 0);
}

void plan_file_forget(const char *folder, int days) {
  struct stat status;
  time_t oldest = time(NULL) - (time_t)days * 24 * 60 * 60;
  DIR *directory = opendir(folder);
  if (!directory) return;
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (!is_plan(entry->d_name)) continue;
    int folder_fd = dirfd(directory);
    if (fstatat(folder_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(status.st_mode) && status.st_mtime < oldest) unlinkat(folder_fd, entry->d_name, 0);
  }
  closedir(directory);
}
