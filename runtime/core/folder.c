#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "config.h"
#include "exit_code.h"

bool folder_failure(const char *path, struct failure *failure) {
  bool later = errno == ENOSPC || errno == EDQUOT || errno == EMFILE || errno == ENFILE ||
               errno == EFBIG || errno == EINTR;
  return failure_set(failure, later ? "STATE_FAILED" : "STATE_UNUSABLE", "%s: %s", path,
                     strerror(errno));
}

int folder_exit_code(const struct failure *failure) {
  if (strcmp(failure->code, "USAGE") == 0) return EXIT_USAGE;
  return strcmp(failure->code, "STATE_UNUSABLE") == 0 ? EXIT_CONFIG : EXIT_TEMPORARY;
}

bool folder_default(char *path, size_t size, struct failure *failure) {
  const char *state = config_folder("XDG_STATE_HOME");
  const char *home = config_variable("HOME");
  if (!state && !home)
    return failure_set(failure, "STATE_UNUSABLE",
                       "there is no home directory to keep state in; say --state DIR");
  int length = state ? snprintf(path, size, "%s/loftyrun", state)
                     : snprintf(path, size, "%s/.local/state/loftyrun", home);
  if (length > 0 && (size_t)length < size) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

bool folder_path(char *path, const char *folder, const char *name, struct failure *failure) {
  int length = snprintf(path, FOLDER_PATH_LENGTH, "%s/%s", folder, name);
  if (length > 0 && (size_t)length + sizeof "-journal" < FOLDER_PATH_LENGTH) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

bool folder_sync(const char *path, struct failure *failure) {
  char folder[FOLDER_PATH_LENGTH];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash && slash > path ? (int)(slash - path) : 1,
           slash ? path : ".");
  int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return folder_failure(folder, failure);
  /* Some file systems cannot sync a folder, and say so; they have no better way. */
  bool synced = fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
  if (!synced) folder_failure(folder, failure);
  close(descriptor);
  return synced;
}

bool folder_has_locks(const char *path) {
  char probe[FOLDER_PATH_LENGTH];
  snprintf(probe, sizeof probe, "%s.XXXXXX", path);
  int file = mkostemp(probe, O_CLOEXEC);
  if (file < 0) return true;
  unlink(probe);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  bool has = fcntl(file, F_SETLK, &lock) == 0;
  close(file);
  return has;
}

static bool make_one(const char *path, struct failure *failure) {
  if (mkdir(path, 0700) == 0) return folder_sync(path, failure);
  return errno == EEXIST || folder_failure(path, failure);
}

const char *folder_network_name(unsigned long type) {
  static const struct {
    unsigned long type;
    const char *name;
  } table[] = {{0x6969, "NFS"}, {0x517B, "SMB"}, {0xFF534D42, "SMB"}, {0xFE534D42, "SMB"}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].type == (type & 0xFFFFFFFF)) return table[i].name;
  return NULL;
}

static bool check_file_system(const char *folder, struct failure *failure) {
#ifdef __linux__
  struct statfs system;
  const char *name =
      statfs(folder, &system) == 0 ? folder_network_name((unsigned long)system.f_type) : NULL;
  if (name)
    return failure_set(failure, "STATE_UNUSABLE",
                       "%s is on a network (%s), where two machines would damage each other's "
                       "state; name a folder on a disk of this machine with --state",
                       folder, name);
#else
  (void)folder, (void)failure;
#endif
  return true;
}

bool folder_make(const char *folder, struct failure *failure) {
  char path[FOLDER_PATH_LENGTH];
  struct stat status;
  if (strlen(folder) >= sizeof path)
    return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
  snprintf(path, sizeof path, "%s", folder);
  for (char *slash = path + 1; *path && (slash = strchr(slash, '/')) != NULL; slash++) {
    *slash = '\0';
    if (!make_one(path, failure)) return false;
    *slash = '/';
  }
  if (!make_one(path, failure)) return false;
  if (stat(path, &status) != 0) return folder_failure(path, failure);
  if (!S_ISDIR(status.st_mode))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not a folder", path);
  if ((status.st_mode & 022) == 0) return check_file_system(path, failure);
  return failure_set(failure, "STATE_UNUSABLE", "others can write to %s; run: chmod 700 %s", path,
                     path);
}

bool folder_check_file(const char *path, struct failure *failure) {
  struct stat status;
  if (lstat(path, &status) != 0) return errno == ENOENT || folder_failure(path, failure);
  if (!S_ISREG(status.st_mode))
    return failure_set(failure, "STATE_UNUSABLE", "%s is not a plain file", path);
  if ((status.st_mode & 077) == 0) return true;
  return failure_set(failure, "STATE_UNUSABLE", "others can read %s; run: chmod 600 %s", path,
                     path);
}

/* One that is there is not opened: closing it again would release SQLite's own locks on it. */
bool folder_file(const char *path, struct failure *failure) {
  int file = -1;
  if (access(path, F_OK) != 0 && errno == ENOENT) {
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno != EEXIST) return folder_failure(path, failure);
  }
  if (file < 0) return folder_check_file(path, failure);
  if (close(file) != 0) return folder_failure(path, failure);
  return folder_sync(path, failure);
}
