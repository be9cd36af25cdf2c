/* What loftyrun doctor finds where state is kept: the folder, its disk, who can read it. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "../core/exit_code.h"
#include "doctor_disk.h"

static const char check[] = "disk";
static const int64_t MEBIBYTE = 1024 * 1024, ENOUGH_MEBIBYTES = 100, SCARCE_MEBIBYTES = 10;
enum { ENOUGH_INODES = 1000, SCARCE_INODES = 50 };

static void look_at_space(struct doctor *doctor, const char *folder) {
  struct statvfs disk;
  if (statvfs(folder, &disk) != 0) {
    doctor_say(doctor, DOCTOR_WARN(check, NULL), "%s: %s", folder, strerror(errno));
    return;
  }
  int64_t mebibytes = (int64_t)(disk.f_bavail * (disk.f_frsize / 512)) / (MEBIBYTE / 512);
  bool counts_inodes = disk.f_files > 0;
  bool few = counts_inodes && disk.f_favail < ENOUGH_INODES;
  enum doctor_level level = DOCTOR_OK;
  if (mebibytes < ENOUGH_MEBIBYTES || few) level = DOCTOR_WARNING;
  if (mebibytes < SCARCE_MEBIBYTES || (counts_inodes && disk.f_favail < SCARCE_INODES))
    level = DOCTOR_PROBLEM;
  struct doctor_about about = {
      check, level, EXIT_TEMPORARY,
      level == DOCTOR_OK
          ? NULL
          : "Make room on that disk: without it writes are not sent, and webhooks are "
            "answered with 503."};
  doctor_say(doctor, about, "%" PRId64 " MiB%s are free where the state folder is", mebibytes,
             few ? " and few inodes" : "");
}

/* The nearest folder that is there. */
static void nearest_folder(const char *folder, char path[FOLDER_PATH_LENGTH]) {
  struct stat status;
  snprintf(path, FOLDER_PATH_LENGTH, "%s", folder);
  while (stat(path, &status) != 0 && errno == ENOENT) {
    char *slash = strrchr(path, '/');
    if (!slash) {
      snprintf(path, FOLDER_PATH_LENGTH, ".");
      return;
    }
    slash[slash == path] = '\0';
    if (slash == path) return;
  }
}

static bool is_writable(struct doctor *doctor, const char *folder) {
  struct statvfs disk;
  bool is_read_only = statvfs(folder, &disk) == 0 && (disk.f_flag & ST_RDONLY);
  if (!is_read_only && access(folder, W_OK | X_OK) == 0) return true;
  doctor_say(doctor,
             DOCTOR_FAIL(check, EXIT_CONFIG,
                         is_read_only ? "Mount it for writing, or name another folder with --state."
                                      : "Give it to the user that runs loftyrun, or name another "
                                        "folder with --state."),
             is_read_only ? "%s is on a disk that is mounted read-only" : "%s cannot be written",
             folder);
  return false;
}

static void look_at_kind(struct doctor *doctor, const char *folder) {
#ifdef __linux__
  struct statfs disk;
  const char *name =
      statfs(folder, &disk) == 0 ? folder_network_name((unsigned long)disk.f_type) : NULL;
  if (name)
    doctor_say(
        doctor,
        DOCTOR_FAIL(check, EXIT_CONFIG,
                    "Name a folder on a disk of this machine with --state: two machines would "
                    "damage each other's state."),
        "%s is on a network (%s)", folder, name);
#else
  (void)doctor, (void)folder;
#endif
}

/* Says of a file or folder that others can do with it what only its owner should. */
static bool look_at_rights(struct doctor *doctor, const char *path) {
  struct stat status;
  char cure[FOLDER_PATH_LENGTH + 48];
  if (lstat(path, &status) != 0 || S_ISLNK(status.st_mode)) return true;
  bool is_folder = S_ISDIR(status.st_mode);
  bool is_mine = status.st_uid == geteuid() || geteuid() == 0;
  if (is_mine && (status.st_mode & 077) == 0) return true;
  snprintf(cure, sizeof cure, is_mine ? "Run: chmod %s %s" : "Run: chown -R %s %s",
           is_mine ? (is_folder ? "700" : "600") : "USER", path);
  /* A run refuses what others can write, and its own files where they can read them. */
  bool refused = is_mine && (is_folder ? (status.st_mode & 022) != 0 : true);
  struct doctor_about about = {check, refused ? DOCTOR_PROBLEM : DOCTOR_WARNING, EXIT_CONFIG, cure};
  doctor_say(doctor, about, is_mine ? "others can %s %s" : "%s%s belongs to another user",
             is_mine ? (status.st_mode & 022 ? "write to" : "read") : "", path);
  return false;
}

static bool look_at_all_rights(struct doctor *doctor, const char *folder) {
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock",
                                      "quota",    "tokens",       "plans"};
  char path[FOLDER_PATH_LENGTH];
  bool fine = look_at_rights(doctor, folder);
  struct stat status;
  bool is_mine = stat(folder, &status) == 0 && status.st_uid == geteuid();
  /* Of another's folder that is enough to know. */
  for (size_t i = 0; (fine || is_mine) && i < sizeof names / sizeof *names; i++)
    if (folder_path(path, folder, names[i], NULL)) fine = look_at_rights(doctor, path) && fine;
  return fine;
}

bool doctor_disk(struct doctor *doctor) {
  char there[FOLDER_PATH_LENGTH];
  struct stat status;
  const char *folder = doctor->state;
  nearest_folder(folder, there);
  bool exists = stat(folder, &status) == 0;
  if (exists && !S_ISDIR(status.st_mode)) {
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_CONFIG, "Remove it, or name another with --state."),
               "%s is not a folder", folder);
    return false;
  }
  if (!exists && errno != ENOENT) {
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_CONFIG, "Name another folder with --state."),
               "%s: %s", folder, strerror(errno));
    return false;
  }
  bool fine = is_writable(doctor, there);
  look_at_kind(doctor, there);
  look_at_space(doctor, there);
  if (exists) fine = look_at_all_rights(doctor, folder) && fine;
  if (fine)
    doctor_say(doctor, DOCTOR_FINE(check), "state folder %s (%s)%s", folder,
               doctor->options->state            ? "--state"
               : config_folder("XDG_STATE_HOME") ? "XDG_STATE_HOME"
                                                 : "default",
               exists ? ", for its user alone" : ", which the first run makes");
  return exists;
}
