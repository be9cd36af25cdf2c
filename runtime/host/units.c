#include "units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/civil.h"
#include "../core/config.h"
#include "../core/cron_calendar.h"
#include "../core/cron_words.h"
#include "../core/crontab.h"
#include "../core/utf8.h"

enum { YEARS = 10, LINE_MAXIMUM = 64 * 1024 };

static const char mark[] =
    "# Written by loftyrun job install, which writes it anew as long as this is its first line.\n";

/* What the program needs nothing of, and what a script of somebody else's shall not have. */
static const char confinement[] =
    "NoNewPrivileges=true\n"
    "CapabilityBoundingSet=\n"
    "AmbientCapabilities=\n"
    "ProtectSystem=strict\n"
    "PrivateTmp=true\n"
    "PrivateDevices=true\n"
    "PrivateUsers=true\n"
    "ProtectClock=true\n"
    "ProtectControlGroups=true\n"
    "ProtectHostname=true\n"
    "ProtectKernelLogs=true\n"
    "ProtectKernelModules=true\n"
    "ProtectKernelTunables=true\n"
    "ProtectProc=invisible\n"
    "ProcSubset=pid\n"
    "RemoveIPC=true\n"
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n"
    "RestrictNamespaces=true\n"
    "RestrictRealtime=true\n"
    "RestrictSUIDSGID=true\n"
    "LockPersonality=true\n"
    "MemoryDenyWriteExecute=true\n"
    "SystemCallArchitectures=native\n"
    "SystemCallFilter=@system-service\n"
    "SystemCallFilter=~@privileged\n"
    "SystemCallErrorNumber=EPERM\n"
    "UMask=0077\n";

/* A user of its own, which systemd makes up, with a folder for what outlives a run. */
static const char account[] =
    "# Files are read by the user loftyrun, and written to /var/lib/loftyrun; for another folder "
    "add\n"
    "# ReadWritePaths=. Settings are in /etc/loftyrun/config.lua, without secrets. The API key is "
    "in\n"
    "# /etc/loftyrun/api_key, which only root needs to read (chmod 600): systemd hands it over. "
    "For\n"
    "# another credential replace the two lines that name the key by EnvironmentFile=FILE.\n"
    "DynamicUser=true\n"
    "User=loftyrun\n"
    "StateDirectory=loftyrun\n"
    "StateDirectoryMode=0700\n"
    "WorkingDirectory=/var/lib/loftyrun\n"
    "Environment=HOME=/var/lib/loftyrun XDG_STATE_HOME=/var/lib XDG_CONFIG_HOME=/etc\n"
    "LoadCredential=lofty-api-key:/etc/loftyrun/api_key\n"
    "Environment=LOFTY_API_KEY_FILE=%d/lofty-api-key\n";

/* Files that root reads and systemd hands over, so that the user of the service need not. */
static const struct handed_file {
  const char *option, *name;
} handed_files[] = {{"--cert=", "tls-cert"}, {"--key=", "tls-key"}};
enum { HANDED_FILES = sizeof handed_files / sizeof *handed_files };

static const char webhook_secret[] =
    "# The secret of the webhooks' path: LOFTYRUN_WEBHOOK_SECRET=..., for root alone to read "
    "(chmod "
    "600).\n"
    "EnvironmentFile=/etc/loftyrun/webhooks.env\n";
static const char run_folder[] = "/run/loftyrun/";

static bool no_memory(struct failure *failure) {
  return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

/* Appends each line of `lines` behind a key. */
static bool add_keyed(struct buffer *out, const char *key, const struct buffer *lines) {
  for (const char *line = lines->data; line && *line;) {
    size_t length = strcspn(line, "\n");
    if (!buffer_printf(out, "%s=%.*s\n", key, (int)length, line)) return false;
    line += length + (line[length] == '\n');
  }
  return true;
}

static bool add_description(const struct install_job *job, struct buffer *out) {
  struct buffer words;
  buffer_init(&words, CRON_WORDS_MAXIMUM);
  bool is_local = strcmp(job->zone, ZONE_LOCAL) == 0;
  bool fine =
      cron_words(&job->cron, &words) &&
      buffer_printf(out, "[Unit]\nDescription=loftyrun job %s, %s%s%s%s\n", job->name, words.data,
                    is_local ? "" : " (", is_local ? "" : job->zone, is_local ? "" : ")");
  buffer_free(&words);
  return fine;
}

static bool add_calendar(int64_t now, const struct buffer *lines, const struct buffer *extra,
                         struct buffer *out) {
  if (!buffer_append_string(out, "\n[Timer]\n") || !add_keyed(out, "OnCalendar", lines))
    return false;
  if (extra->length == 0) return true;
  return buffer_printf(out,
                       "# What systemd would leave out on days on which clocks change, and what "
                       "is near it. Until %04d;\n"
                       "# install it again before then.\n",
                       (int)civil_from(now).year + YEARS) &&
         add_keyed(out, "OnCalendar", extra);
}

bool unit_timer(const struct install_job *job, struct zones *zones, int64_t now, struct buffer *out,
                struct failure *failure) {
  struct buffer lines, extra;
  buffer_init(&lines, LINE_MAXIMUM);
  buffer_init(&extra, CRON_CALENDAR_MAXIMUM);
  struct civil then = civil_from(now);
  int64_t until = civil_days(then.year + YEARS, 12, 31) * CIVIL_DAY;
  bool fine = cron_calendar(&job->cron, zones, job->zone, now, until, &lines, &extra, failure);
  if (fine)
    fine =
        (buffer_append_string(out, mark) && add_description(job, out) &&
         add_calendar(now, &lines, &extra, out) &&
         buffer_printf(out, "AccuracySec=1s\nPersistent=%s\n", job->catch_up ? "true" : "false") &&
         (job->jitter == 0 ||
          buffer_printf(out, "RandomizedDelaySec=%" PRId64 "s\n", job->jitter)) &&
         buffer_append_string(out, "\n[Install]\nWantedBy=timers.target\n")) ||
        no_memory(failure);
  buffer_free(&lines);
  buffer_free(&extra);
  return fine;
}

static const struct handed_file *handed_file_of(const char *word) {
  for (int i = 0; i < HANDED_FILES; i++)
    if (strncmp(word, handed_files[i].option, strlen(handed_files[i].option)) == 0)
      return &handed_files[i];
  return NULL;
}

/* The path as such lines read it, which take all of it but for specifiers. */
static bool add_path(const char *path, struct buffer *out) {
  for (; *path; path++)
    if (!buffer_append(out, *path == '%' ? "%%" : path, *path == '%' ? 2 : 1)) return false;
  return true;
}

static bool add_credentials(char *const *words, struct buffer *out) {
  bool any = false;
  for (; *words; words++) {
    const struct handed_file *file = handed_file_of(*words);
    if (!file) continue;
    if (!any && !buffer_append_string(
                    out, "# Copies of its start: after a renewal systemctl restart, not reload.\n"))
      return false;
    any = true;
    if (!buffer_printf(out, "LoadCredential=%s:", file->name) ||
        !add_path(*words + strlen(file->option), out) || !buffer_append_string(out, "\n"))
      return false;
  }
  return true;
}

/* Where it listens; NULL: nowhere. */
static const char *place_of(char *const *words) {
  static const char option[] = "--listen=";
  for (; *words; words++)
    if (strncmp(*words, option, strlen(option)) == 0) return *words + strlen(option);
  return NULL;
}

/* Whether a service that may do little can listen there. */
static bool check_place(const char *place, struct failure *failure) {
  static const char unix_socket[] = "unix:", state_folder[] = "/var/lib/loftyrun/";
  if (!place || strncmp(place, "systemd", strlen("systemd")) == 0) return true;
  if (strncmp(place, unix_socket, strlen(unix_socket)) == 0) {
    const char *path = place + strlen(unix_socket);
    return strncmp(path, run_folder, strlen(run_folder)) == 0 ||
           strncmp(path, state_folder, strlen(state_folder)) == 0 ||
           failure_set(failure, "USAGE",
                       "the service may make a socket in /run/loftyrun or /var/lib/loftyrun alone: "
                       "--listen unix:/run/loftyrun/webhooks.sock");
  }
  const char *colon = strrchr(place, ':');
  long port = colon ? strtol(colon + 1, NULL, 10) : 0;
  return port <= 0 || port >= 1024 ||
         failure_set(failure, "USAGE",
                     "the service has no right to listen on port %ld: take one from 1024 on behind "
                     "a proxy, or --listen systemd with a socket unit",
                     port);
}

static bool add_listening(char *const *words, struct buffer *out) {
  const char *place = place_of(words);
  if (!place) return true;
  bool in_run =
      strncmp(place, "unix:", 5) == 0 && strncmp(place + 5, run_folder, strlen(run_folder)) == 0;
  return buffer_append_string(out, webhook_secret) && add_credentials(words, out) &&
         (!in_run || buffer_append_string(out, "RuntimeDirectory=loftyrun\n"));
}

/* With `hands_over` the files of credentials are where systemd puts them. */
static bool add_command(char *const *words, bool hands_over, struct buffer *out,
                        struct failure *failure) {
  if (!buffer_append_string(out, "ExecStart=")) return no_memory(failure);
  for (size_t i = 0; words[i]; i++) {
    if (utf8_valid_length(words[i], strlen(words[i])) != strlen(words[i]))
      return failure_set(failure, "USAGE",
                         "a unit of systemd is UTF-8 text, and word %zu of the command is none", i);
    const struct handed_file *file = hands_over ? handed_file_of(words[i]) : NULL;
    if ((i > 0 && !buffer_append_string(out, " ")) ||
        !(file ? buffer_printf(out, "%s%%d/%s", file->option, file->name)
               : systemd_quote(out, words[i])))
      return no_memory(failure);
  }
  return buffer_append_string(out, "\n") || no_memory(failure);
}

/* Whether one of the words is a path in somebody's home. */
static bool reads_homes(char *const *words) {
  static const char *const homes[] = {"home", "root", "run/user"};
  for (; *words; words++)
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
      size_t length = strlen(homes[i]);
      if (**words == '/' && strncmp(*words + 1, homes[i], length) == 0 &&
          (*words)[length + 1] == '/')
        return true;
    }
  return false;
}

/* Who a service is and what it may do. One of a user's own is that user, whose folders it needs. */
static bool add_rights(char *const *words, bool is_user, struct buffer *out) {
  if (is_user) return buffer_append_string(out, "NoNewPrivileges=true\n");
  return buffer_append_string(out, account) &&
         buffer_printf(out, "ProtectHome=%s\n", reads_homes(words) ? "read-only" : "true") &&
         buffer_append_string(out, confinement);
}

/* A user's manager knows nothing of the network. */
static bool add_network(bool is_user, struct buffer *out) {
  return is_user ||
         buffer_append_string(out, "Wants=network-online.target\nAfter=network-online.target\n");
}

bool unit_job(const struct install_job *job, bool is_user, struct buffer *out,
              struct failure *failure) {
  if (!buffer_append_string(out, mark) || !add_description(job, out) ||
      !add_network(is_user, out) || !buffer_append_string(out, "\n[Service]\nType=oneshot\n"))
    return no_memory(failure);
  return add_command(job->words, false, out, failure) &&
         (add_rights(job->words, is_user, out) || no_memory(failure));
}

bool unit_serve(char *const *words, bool is_user, struct buffer *out, struct failure *failure) {
  static const char head[] =
      "[Unit]\nDescription=loftyrun serve, schedules and webhooks for Lofty\n";
  static const char behaviour[] =
      "\n[Service]\n"
      "Type=notify\n"
      "NotifyAccess=main\n";
  static const char manners[] =
      "ExecReload=/bin/kill -HUP $MAINPID\n"
      "WatchdogSec=60\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "# Neither a wrong command line nor wrong settings are cured by trying again.\n"
      "RestartPreventExitStatus=2 3\n"
      "# serve alone is told to end, and has its runs end; what is left afterwards is killed.\n"
      "KillMode=mixed\n"
      "TimeoutStopSec=90\n"
      "LimitNOFILE=8192\n";
  if (!is_user && !check_place(place_of(words), failure)) return false;
  if (!buffer_append_string(out, mark) || !buffer_append_string(out, head) ||
      !add_network(is_user, out) || !buffer_append_string(out, behaviour))
    return no_memory(failure);
  return add_command(words, !is_user, out, failure) &&
         ((buffer_append_string(out, manners) && add_rights(words, is_user, out) &&
           (is_user || add_listening(words, out)) &&
           buffer_printf(out, "\n[Install]\nWantedBy=%s\n",
                         is_user ? "default.target" : "multi-user.target")) ||
          no_memory(failure));
}

static bool cannot_write(const char *path, const char *why, struct failure *failure) {
  return failure_set(failure, "CANNOT_WRITE", "cannot write %s: %s", path, why);
}

bool unit_path(const struct install_target *target, const char *name, char path[UNIT_PATH],
               struct failure *failure) {
  const char *config = config_folder("XDG_CONFIG_HOME"), *home = config_folder("HOME");
  int length;
  if (target->folder)
    length = snprintf(path, UNIT_PATH, "%s/%s", target->folder, name);
  else if (target->form == INSTALL_SYSTEM)
    length = snprintf(path, UNIT_PATH, "/etc/systemd/system/%s", name);
  else if (config)
    length = snprintf(path, UNIT_PATH, "%s/systemd/user/%s", config, name);
  else if (home)
    length = snprintf(path, UNIT_PATH, "%s/.config/systemd/user/%s", home, name);
  else
    return cannot_write(name, "there is no home directory", failure);
  /* Room for the suffix of a temporary file. */
  if (length > 0 && length < UNIT_PATH - 16) return true;
  return cannot_write(name, "its path is too long", failure);
}

static bool make_folders(const char *path, struct failure *failure) {
  char folder[UNIT_PATH];
  snprintf(folder, sizeof folder, "%s", path);
  for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
      return cannot_write(folder, strerror(errno), failure);
    *slash = '/';
  }
  return true;
}

/* Whether the file may be replaced; `*same` where it holds the text already. */
static bool look_at_old(const char *path, const struct buffer *text, bool *same,
                        struct failure *failure) {
  *same = false;
  struct stat status;
  if (lstat(path, &status) != 0)
    return errno == ENOENT || cannot_write(path, strerror(errno), failure);
  FILE *file = S_ISREG(status.st_mode) ? fopen(path, "re") : NULL;
  char *old = file ? malloc(UNIT_MAXIMUM + 1) : NULL;
  size_t length = old ? fread(old, 1, UNIT_MAXIMUM + 1, file) : 0;
  bool ours = old && length >= strlen(mark) && memcmp(old, mark, strlen(mark)) == 0;
  *same = ours && length == text->length && memcmp(old, text->data, length) == 0;
  free(old);
  if (file) fclose(file);
  return ours ||
         cannot_write(path, "it is there and was not written by loftyrun job install", failure);
}

static bool write_all(int file, const struct buffer *text) {
  for (size_t done = 0; done < text->length;) {
    ssize_t wrote = write(file, text->data + done, text->length - done);
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) done += (size_t)wrote;
  }
  return fchmod(file, 0644) == 0 && fsync(file) == 0;
}

bool unit_write(const char *path, const struct buffer *text, bool *changed,
                struct failure *failure) {
  char temporary[UNIT_PATH];
  bool same;
  *changed = false;
  if (!look_at_old(path, text, &same, failure)) return false;
  if (same) return true;
  if (!make_folders(path, failure)) return false;
  snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
  int file = mkostemp(temporary, O_CLOEXEC);
  if (file < 0) return cannot_write(path, strerror(errno), failure);
  bool fine = write_all(file, text);
  int error = errno;
  if (close(file) != 0 && fine) {
    fine = false;
    error = errno;
  }
  if (fine && rename(temporary, path) != 0) {
    fine = false;
    error = errno;
  }
  if (!fine) {
    unlink(temporary);
    return cannot_write(path, strerror(error), failure);
  }
  *changed = true;
  return true;
}
