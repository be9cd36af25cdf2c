#include "cassette.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0600 };

static const char beginning[] = "{\n  \"cassette\": ";

struct cassette {
  int fd;
  char *path;
};

/* A file that was there must be empty or a cassette: --record takes the word after it, and that may
   be the script. */
static bool may_overwrite(int fd, const struct stat *status) {
  char found[sizeof beginning - 1];
  if (!S_ISREG(status->st_mode) || status->st_size == 0) return true;
  ssize_t length = pread(fd, found, sizeof found, 0);
  return length == (ssize_t)sizeof found && memcmp(found, beginning, sizeof found) == 0;
}

static bool prepare(const struct cassette *cassette, struct failure *failure) {
  struct stat status;
  int fd = cassette->fd;
  const char *path = cassette->path;
  if (fstat(fd, &status) != 0)
    return failure_set(failure, "CASSETTE_UNUSABLE", "cannot write the cassette %s: %s", path,
                       strerror(errno));
  if (S_ISREG(status.st_mode) && flock(fd, LOCK_EX | LOCK_NB) != 0)
    return failure_set(failure, "CASSETTE_UNUSABLE",
                       "the cassette %s is being written by another run", path);
  if (!may_overwrite(fd, &status))
    return failure_set(failure, "CASSETTE_UNUSABLE",
                       "%s is there and is no cassette; it is not overwritten", path);
  if (S_ISREG(status.st_mode) && (fchmod(fd, MODE) != 0 || ftruncate(fd, 0) != 0))
    return failure_set(failure, "CASSETTE_UNUSABLE", "cannot write the cassette %s: %s", path,
                       strerror(errno));
  return true;
}

struct cassette *cassette_create(const char *path, struct failure *failure) {
  struct cassette *cassette = calloc(1, sizeof *cassette);
  if (cassette) cassette->path = strdup(path);
  if (!cassette || !cassette->path) {
    free(cassette);
    failure_set(failure, "CASSETTE_UNUSABLE", "out of memory");
    return NULL;
  }
  /* For reading too: whether there is a cassette already shows in its first bytes. */
  cassette->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);
  if (cassette->fd < 0)
    failure_set(failure, "CASSETTE_UNUSABLE", "cannot write the cassette %s: %s", path,
                strerror(errno));
  else if (prepare(cassette, failure))
    return cassette;
  cassette_close(cassette, NULL);
  return NULL;
}

bool cassette_write(struct cassette *cassette, const char *text, size_t length,
                    struct failure *failure) {
  while (length > 0) {
    ssize_t written = write(cassette->fd, text, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return failure_set(failure, "CASSETTE_FAILED", "cannot write the cassette %s: %s",
                         cassette->path, strerror(errno));
    text += written;
    length -= (size_t)written;
  }
  return true;
}

bool cassette_close(struct cassette *cassette, struct failure *failure) {
  if (!cassette) return true;
  bool fine = cassette->fd < 0 || close(cassette->fd) == 0 || errno == EINTR;
  if (!fine)
    failure_set(failure, "CASSETTE_FAILED", "cannot write the cassette %s: %s", cassette->path,
                strerror(errno));
  free(cassette->path);
  free(cassette);
  return fine;
}

bool cassette_read(const char *path, struct buffer *text, struct failure *failure) {
  char block[64 * 1024];
  size_t length;
  bool room = true;
  FILE *stream = fopen(path, "rbe");
  if (!stream)
    return failure_set(failure, "CASSETTE_UNUSABLE", "cannot open the cassette %s: %s", path,
                       strerror(errno));
  while (room && (length = fread(block, 1, sizeof block, stream)) > 0)
    room = buffer_append(text, block, length);
  int reason = ferror(stream) || !room ? errno : 0;
  fclose(stream);
  if (reason == 0) return true;
  return failure_set(failure, "CASSETTE_UNUSABLE", "cannot read the cassette %s: %s", path,
                     reason == ENOBUFS ? "it is too large" : strerror(reason));
}
