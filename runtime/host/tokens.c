#include "tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../core/buffer.h"
#include "../core/folder.h"

/* Locks that belong to an open file, not to a process; where the system lacks them, the others. */
#ifdef F_OFD_SETLK
enum { SET_LOCK = F_OFD_SETLK };
#else
enum { SET_LOCK = F_SETLK };
#endif

enum { PATH_LENGTH = 1024, FILE_MAXIMUM = 64 * 1024, LOOK_AGAIN_MS = 20 };

static const char first_line[] = "loftyrun tokens 1\n";
static const char last_line[] = "end\n"; /* a file without it was cut */

struct tokens_lock {
  int file;
};

static enum tokens_answer system_failure(const char *path, struct failure *failure) {
  bool later = errno == ENOSPC || errno == EDQUOT || errno == EMFILE || errno == ENFILE ||
               errno == EIO || errno == EINTR;
  failure_set(failure, later ? "STATE_FAILED" : "STATE_UNUSABLE", "%s: %s", path, strerror(errno));
  return TOKENS_FAILED;
}

static enum tokens_answer no_memory(struct failure *failure) {
  failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  return TOKENS_FAILED;
}

/* Whether a file or folder is ours alone. */
static enum tokens_answer check_owner(const char *path, const struct stat *status,
                                      struct failure *failure) {
  if (status->st_uid == geteuid() && (status->st_mode & 077) == 0) return TOKENS_YES;
  if (status->st_uid != geteuid())
    failure_set(failure, "STATE_UNUSABLE",
                "%s belongs to another user, so the tokens in it are not used; remove it", path);
  else
    failure_set(failure, "STATE_UNUSABLE",
                "others can read %s, which is for tokens; run: chmod %s %s", path,
                S_ISDIR(status->st_mode) ? "700" : "600", path);
  return TOKENS_EXPOSED;
}

/* Writes the path of the folder; false when there is none. */
static bool tokens_folder(char *path, size_t size, struct failure *failure) {
  if (!folder_default(path, size, NULL))
    return failure_set(failure, "STATE_UNUSABLE",
                       "there is no home directory to keep tokens in; set HOME or XDG_STATE_HOME");
  size_t length = strlen(path);
  int added = snprintf(path + length, size - length, "/tokens");
  if (added > 0 && (size_t)added < size - length) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

/* Looks at the folder: TOKENS_NO where there is none yet. */
static enum tokens_answer check_folder(const char *folder, struct failure *failure) {
  struct stat status;
  if (lstat(folder, &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return TOKENS_NO;
    return system_failure(folder, failure);
  }
  if (!S_ISDIR(status.st_mode)) {
    failure_set(failure, "STATE_UNUSABLE", "%s is not a folder", folder);
    return TOKENS_FAILED;
  }
  return check_owner(folder, &status, failure);
}

static enum tokens_answer make_folder(char *folder, struct failure *failure) {
  enum tokens_answer answer = check_folder(folder, failure);
  if (answer != TOKENS_NO) return answer;
  for (char *slash = folder + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
    *slash = '\0';
    bool made = mkdir(folder, 0700) == 0 || errno == EEXIST;
    if (!made) {
      answer = system_failure(folder, failure);
      *slash = '/';
      return answer;
    }
    *slash = '/';
  }
  if (mkdir(folder, 0700) != 0 && errno != EEXIST) return system_failure(folder, failure);
  return check_folder(folder, failure);
}

/* Writes the path of a file of the credential with this identity. */
static bool path_of(char *path, size_t size, const char *identity, const char *ending,
                    struct failure *failure) {
  if (!tokens_folder(path, size, failure)) return false;
  size_t length = strlen(path);
  int added = snprintf(path + length, size - length, "/%s%s", identity, ending);
  if (added > 0 && (size_t)added < size - length) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

static bool file_path(char *path, size_t size, const struct credential *credential,
                      const char *ending, struct failure *failure) {
  return path_of(path, size, credential->identity, ending, failure);
}

/* Earlier versions named the file by the base URL as it was written. Writes that path; false where
   it is the same as now. */
static bool earlier_path(char *path, size_t size, const struct credential *credential) {
  struct failure failure;
  return strcmp(credential->identity, credential->spelled_identity) != 0 &&
         path_of(path, size, credential->spelled_identity, "", &failure);
}

/* Gives such a file its name of now, where none has that. */
static void adopt(const struct credential *credential, const char *path) {
  char earlier[PATH_LENGTH];
  if (earlier_path(earlier, sizeof earlier, credential) && link(earlier, path) == 0)
    unlink(earlier);
}

static bool write_text(struct buffer *text, const struct credential *credential,
                       const struct oauth_tokens *tokens) {
  return buffer_printf(text, "%skind = %s\nclient_id = %s\nendpoint = %s\n", first_line,
                       credential_kind_name(credential->kind), credential->client_id,
                       tokens->endpoint) &&
         buffer_printf(text, "obtained_at = %" PRId64 "\nexpires_at = %" PRId64 "\n",
                       tokens->obtained_at, tokens->expires_at) &&
         buffer_printf(text, "access_token = %s\n", tokens->access_token) &&
         (!tokens->refresh_token ||
          buffer_printf(text, "refresh_token = %s\n", tokens->refresh_token)) &&
         buffer_append_string(text, last_line);
}

static bool write_all(int file, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(file, bytes, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    length -= (size_t)written;
  }
  return true;
}

/* What was written comes to the disk before its name does, and then the name. */
static bool replace_file(const char *path, const char *folder, const struct buffer *text,
                         struct failure *failure) {
  char fresh[PATH_LENGTH + 8];
  snprintf(fresh, sizeof fresh, "%s.new", path);
  unlink(fresh); /* of a run that was killed */
  int file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return system_failure(fresh, failure) == TOKENS_YES;
  bool fine = write_all(file, text->data, text->length) && fsync(file) == 0;
  if (!fine) system_failure(fresh, failure);
  if (close(file) != 0 && fine) fine = system_failure(fresh, failure) == TOKENS_YES;
  if (fine && rename(fresh, path) != 0) fine = system_failure(path, failure) == TOKENS_YES;
  if (!fine) {
    unlink(fresh);
    return false;
  }
  int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* The new file is in place; that its name may not outlive a power cut is no failure. */
  if (directory >= 0) {
    (void)fsync(directory);
    close(directory);
  }
  return true;
}

bool tokens_save(const struct credential *credential, const struct oauth_tokens *tokens,
                 struct failure *failure) {
  char folder[PATH_LENGTH], path[PATH_LENGTH];
  if (!tokens_folder(folder, sizeof folder, failure) ||
      !file_path(path, sizeof path, credential, "", failure) ||
      make_folder(folder, failure) != TOKENS_YES)
    return false;
  struct buffer text;
  buffer_init(&text, FILE_MAXIMUM);
  bool fine = write_text(&text, credential, tokens);
  if (!fine) no_memory(failure);
  fine = fine && replace_file(path, folder, &text, failure);
  if (text.data) explicit_bzero(text.data, text.length);
  buffer_free(&text);
  return fine;
}

/* Reads a file that is ours alone; of one that is too large to be ours, nothing. */
static enum tokens_answer read_file(const char *path, struct buffer *text,
                                    struct failure *failure) {
  char block[4096];
  struct stat status = {.st_size = 0};
  int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return TOKENS_NO;
  if (file < 0) return system_failure(path, failure);
  enum tokens_answer answer = fstat(file, &status) == 0 ? check_owner(path, &status, failure)
                                                        : system_failure(path, failure);
  ssize_t got = status.st_size <= FILE_MAXIMUM ? 1 : 0;
  while (answer == TOKENS_YES && got > 0) {
    got = read(file, block, sizeof block);
    if (got < 0) answer = system_failure(path, failure);
    if (got > 0 && !buffer_append(text, block, (size_t)got)) answer = no_memory(failure);
  }
  explicit_bzero(block, sizeof block);
  close(file);
  return answer;
}

/* The value of a line `name = value`, cut out of `text`, or NULL. */
static char *find_value(char *text, const char *name) {
  size_t length = strlen(name);
  for (char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
    if (strncmp(line, name, length) == 0 && strncmp(line + length, " = ", 3) == 0)
      return line + length + 3;
  return NULL;
}

static bool take_text(char *text, const char *name, char **value) {
  const char *found = find_value(text, name);
  size_t length = found ? strcspn(found, "\n") : 0;
  *value = length > 0 ? strndup(found, length) : NULL;
  return *value != NULL;
}

static bool take_time(char *text, const char *name, int64_t *value) {
  const char *found = find_value(text, name);
  char *end = NULL;
  errno = 0;
  *value = found ? strtoll(found, &end, 10) : 0;
  return end && end != found && *end == '\n' && errno == 0 && *value > 0;
}

static bool parse(char *text, size_t length, struct oauth_tokens *tokens) {
  size_t end = sizeof last_line - 1;
  if (strlen(text) != length || length < sizeof first_line + end ||
      strncmp(text, first_line, sizeof first_line - 1) != 0 ||
      strcmp(text + length - end, last_line) != 0)
    return false;
  char *endpoint = NULL;
  bool fine = take_text(text, "access_token", &tokens->access_token) &&
              take_text(text, "endpoint", &endpoint) &&
              strlen(endpoint) < sizeof tokens->endpoint &&
              take_time(text, "obtained_at", &tokens->obtained_at) &&
              take_time(text, "expires_at", &tokens->expires_at);
  if (fine) memcpy(tokens->endpoint, endpoint, strlen(endpoint) + 1);
  free(endpoint);
  take_text(text, "refresh_token", &tokens->refresh_token);
  return fine;
}

enum tokens_answer tokens_load(const struct credential *credential, struct oauth_tokens *tokens,
                               struct failure *failure) {
  char folder[PATH_LENGTH], path[PATH_LENGTH];
  oauth_tokens_clear(tokens);
  if (!tokens_folder(folder, sizeof folder, failure) ||
      !file_path(path, sizeof path, credential, "", failure))
    return TOKENS_FAILED;
  enum tokens_answer answer = check_folder(folder, failure);
  if (answer != TOKENS_YES) return answer;
  adopt(credential, path);
  struct buffer text;
  buffer_init(&text, FILE_MAXIMUM);
  answer = read_file(path, &text, failure);
  if (answer == TOKENS_YES && !(text.data && parse(text.data, text.length, tokens))) {
    oauth_tokens_clear(tokens);
    failure_set(failure, "STATE_UNUSABLE", "%s is damaged", path);
    answer = TOKENS_DAMAGED;
  }
  if (text.data) explicit_bzero(text.data, text.length);
  buffer_free(&text);
  return answer;
}

enum tokens_answer tokens_remove(const struct credential *credential, struct failure *failure) {
  char path[PATH_LENGTH], fresh[PATH_LENGTH + 8], earlier[PATH_LENGTH];
  if (!file_path(path, sizeof path, credential, "", failure)) return TOKENS_FAILED;
  adopt(credential, path);
  if (earlier_path(earlier, sizeof earlier, credential) && unlink(earlier) != 0 &&
      errno != ENOENT && errno != ENOTDIR)
    return system_failure(earlier, failure);
  snprintf(fresh, sizeof fresh, "%s.new", path);
  if (unlink(fresh) != 0 && errno != ENOENT && errno != ENOTDIR)
    return system_failure(fresh, failure);
  if (unlink(path) == 0) return TOKENS_YES;
  return errno == ENOENT || errno == ENOTDIR ? TOKENS_NO : system_failure(path, failure);
}

enum tokens_answer tokens_lock(const struct credential *credential, struct tokens_lock **lock,
                               struct failure *failure) {
  char folder[PATH_LENGTH], path[PATH_LENGTH];
  if (!tokens_folder(folder, sizeof folder, failure) ||
      !file_path(path, sizeof path, credential, ".lock", failure))
    return TOKENS_FAILED;
  enum tokens_answer answer = make_folder(folder, failure);
  if (answer != TOKENS_YES) return answer;
  struct tokens_lock *taken = malloc(sizeof *taken);
  if (!taken) return no_memory(failure);
  taken->file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  struct flock place = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  if (taken->file < 0)
    answer = system_failure(path, failure);
  else if (fcntl(taken->file, SET_LOCK, &place) != 0)
    answer = errno == EAGAIN || errno == EACCES ? TOKENS_NO : system_failure(path, failure);
  if (answer == TOKENS_YES)
    *lock = taken;
  else
    tokens_unlock(taken);
  return answer;
}

void tokens_unlock(struct tokens_lock *lock) {
  if (!lock) return;
  if (lock->file >= 0) close(lock->file);
  free(lock);
}

bool tokens_lock_wait(const struct credential *credential, int milliseconds,
                      struct tokens_lock **lock, struct failure *failure) {
  const struct timespec pause = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};
  for (;; milliseconds -= LOOK_AGAIN_MS) {
    enum tokens_answer answer = tokens_lock(credential, lock, failure);
    if (answer == TOKENS_YES) return true;
    if (answer != TOKENS_NO) return false;
    if (milliseconds <= 0)
      return failure_set(failure, "STATE_FAILED", "another run is getting tokens; try again later");
    nanosleep(&pause, NULL);
  }
}
