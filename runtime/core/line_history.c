#include "line_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

enum { READ_MOST = 16 * LINE_HISTORY_MOST }; /* another program may have written there */

static bool read_all(int file, struct buffer *text) {
  char block[16 * 1024];
  ssize_t count;
  while ((count = read(file, block, sizeof block)) > 0)
    if (!buffer_append(text, block, (size_t)count)) return false;
  return count == 0;
}

bool line_history_read(const char *path, struct buffer *text, struct failure *failure) {
  buffer_init(text, READ_MOST);
  if (!folder_check_file(path, failure)) return false;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return errno == ENOENT || folder_failure(path, failure);
  bool fine = read_all(file, text);
  if (!fine) {
    folder_failure(path, failure);
    buffer_free(text);
  }
  close(file);
  return fine;
}

/* In place: what is escaped is longer. Returns the entry's length. */
static size_t unescape(char *entry, size_t length) {
  size_t to = 0;
  for (size_t from = 0; from < length; from++) {
    char byte = entry[from];
    if (byte == '\\' && from + 1 < length) {
      from++;
      byte = entry[from] == 'n' ? '\n' : entry[from];
    }
    entry[to++] = byte;
  }
  return to;
}

void line_history_each(struct buffer *text, line_history_fn *function, void *context) {
  char *line = text->data;
  char *end = text->data ? text->data + text->length : NULL;
  while (line && line < end) {
    char *stop = memchr(line, '\n', (size_t)(end - line));
    if (!stop) return; /* one that was cut short */
    size_t length = unescape(line, (size_t)(stop - line));
    if (length > 0 && !function(context, line, length)) return;
    line = stop + 1;
  }
}

static bool escape(struct buffer *line, const char *entry, size_t length) {
  bool fine = true;
  for (size_t i = 0; i < length && fine; i++) {
    if (entry[i] == '\n')
      fine = buffer_append(line, "\\n", 2);
    else if (entry[i] == '\\')
      fine = buffer_append(line, "\\\\", 2);
    else
      fine = entry[i] == '\0' || buffer_append(line, entry + i, 1);
  }
  return fine && buffer_append(line, "\n", 1);
}

/* Opens the file and has it locked; another session may just have put a new one in its place. */
static int open_locked(const char *path) {
  for (int attempt = 0; attempt < 100; attempt++) {
    struct stat of_file, of_path;
    int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return -1;
    if (flock(file, LOCK_EX) == 0 && fstat(file, &of_file) == 0 && stat(path, &of_path) == 0 &&
        of_file.st_ino == of_path.st_ino && of_file.st_dev == of_path.st_dev)
      return file;
    close(file);
  }
  errno = EBUSY;
  return -1;
}

static bool write_all(int file, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(file, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes += count;
    length -= (size_t)count;
  }
  return true;
}

/* Puts the newer half in the place of the file. */
static bool forget_older(const char *path, const struct buffer *text) {
  char other[FOLDER_PATH_LENGTH + 8];
  const char *half = text->data + text->length - LINE_HISTORY_MOST / 2;
  const char *from = memchr(half, '\n', LINE_HISTORY_MOST / 2);
  snprintf(other, sizeof other, "%s.new", path);
  int file = from ? open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  if (file < 0) return false;
  bool fine = write_all(file, from + 1, (size_t)(text->data + text->length - from - 1));
  fine = close(file) == 0 && fine && rename(other, path) == 0;
  if (!fine) unlink(other);
  return fine;
}

static bool append_locked(int file, const char *path, const struct buffer *line) {
  struct stat status;
  if (!write_all(file, line->data, line->length)) return false;
  if (fstat(file, &status) != 0 || status.st_size <= LINE_HISTORY_MOST) return true;
  struct buffer text;
  buffer_init(&text, READ_MOST);
  bool fine = lseek(file, 0, SEEK_SET) == 0 && read_all(file, &text) &&
              text.length > LINE_HISTORY_MOST && forget_older(path, &text);
  buffer_free(&text);
  return fine;
}

bool line_history_append(const char *path, const char *entry, size_t length,
                         struct failure *failure) {
  if (length == 0 || length > LINE_HISTORY_ENTRY_MOST) return true;
  if (!folder_check_file(path, failure)) return false;
  struct buffer line;
  buffer_init(&line, 2 * LINE_HISTORY_ENTRY_MOST + 2);
  int file = escape(&line, entry, length) ? open_locked(path) : -1;
  bool fine = file >= 0 && append_locked(file, path, &line);
  if (!fine) folder_failure(path, failure);
  if (file >= 0) close(file);
  buffer_free(&line);
  return fine;
}
