/* What loftyrun doctor finds in the environment: what cron leaves out, proxies, misspelt variables,
   time zones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../core/civil.h"
#include "../core/exit_code.h"
#include "../core/text.h"
#include "../core/zone.h"
#include "doctor_report.h"

static const char check[] = "environment";

static const char *const known[] = {"LOFTY_API_KEY",
                                    "LOFTY_API_KEY_FILE",
                                    "LOFTY_ACCESS_TOKEN",
                                    "LOFTY_CLIENT_ID",
                                    "LOFTY_CLIENT_SECRET",
                                    "LOFTY_CUSTOMER_KEY",
                                    "LOFTY_BASE_URL",
                                    "LOFTY_PROFILE",
                                    "LOFTYRUN_PING",
                                    "LOFTYRUN_WEBHOOK_SECRET",
                                    "LOFTYRUN_WEBHOOK_SECRET_PREVIOUS",
                                    "LOFTYRUN_SCRIPT",
                                    "LOFTYRUN_JOB",
                                    "LOFTYRUN_RUN",
                                    "LOFTYRUN_EXIT_CODE",
                                    "LOFTYRUN_MESSAGE"};
enum { KNOWN = sizeof known / sizeof *known, NAME_SIZE = 64 };

static bool is_known(const char *name) {
  for (int i = 0; i < KNOWN; i++)
    if (strcmp(known[i], name) == 0) return true;
  return false;
}

/* A variable that only looks like one of ours does nothing, and nothing says so. */
static void look_at_names(struct doctor *doctor) {
  char name[NAME_SIZE], cure[NAME_SIZE * 2];
  for (char **each = environ; each && *each; each++) {
    if (strncmp(*each, "LOFTY", 5) != 0) continue;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(*each, "="), *each);
    if (is_known(name)) {
      if (!config_variable(name))
        doctor_say(doctor, DOCTOR_WARN(check, "Give it a value, or unset it."),
                   "%s is empty, which counts as not set", name);
      continue;
    }
    int nearest = text_nearest(name, known, KNOWN);
    snprintf(cure, sizeof cure,
             nearest >= 0 ? "Is %s meant?" : "loftyrun help profiles lists them.",
             nearest >= 0 ? known[nearest] : "");
    doctor_say(doctor, DOCTOR_WARN(check, cure), "%s is no variable of loftyrun's", name);
  }
}

/* Without a user and a password, which are secrets. */
static const char *host_of(const char *url) {
  const char *at = strrchr(url, '@'), *scheme = strstr(url, "://");
  return at ? at + 1 : scheme ? scheme + 3 : url;
}

static void look_at_proxies(struct doctor *doctor) {
  static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                      "ALL_PROXY",   "no_proxy",    "NO_PROXY"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = config_variable(names[i]);
    if (value) doctor_say(doctor, DOCTOR_FINE(check), "%s is %.200s", names[i], host_of(value));
  }
}

static void look_at_authorities(struct doctor *doctor) {
  static const char *const names[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *path = config_variable(names[i]);
    if (!path) continue;
    if (access(path, R_OK) == 0)
      doctor_say(doctor, DOCTOR_FINE(check), "%s is %s: only its authorities are trusted", names[i],
                 path);
    else
      doctor_say(doctor,
                 DOCTOR_FAIL(check, EXIT_CONFIG,
                             "Name a file or folder that is there, or unset it: the system's own "
                             "authorities count then."),
                 "%s is %s, which cannot be read", names[i], path);
  }
}

static void look_at_home(struct doctor *doctor) {
  const char *home = config_variable("HOME");
  bool has_terminal = isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
  if (!home)
    doctor_say(doctor,
               DOCTOR_WARN(check,
                           "Set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME; as a service name the "
                           "folder with --state."),
               "HOME is not set: the configuration is /etc/loftyrun/config.lua");
  else if (access(home, R_OK | X_OK) != 0)
    doctor_say(doctor, DOCTOR_WARN(check, "Set HOME to a folder of the user's own."),
               "HOME is %s, which cannot be read", home);
  doctor_say(doctor, DOCTOR_FINE(check),
             has_terminal ? "a terminal is there; under cron there is none, and no variable that "
                            "a shell's files set"
                          : "no terminal, as under cron");
}

/* An instant at which the clocks of a zone are known. */
static bool shows(struct zones *zones, const char *name, const char *instant, int32_t seconds) {
  int64_t at;
  int32_t offset;
  return civil_read_instant(instant, &at) && zone_offset(zones, name, at, &offset, NULL) &&
         offset == seconds;
}

static void look_at_rules(struct doctor *doctor) {
  struct zones *zones = zones_open();
  if (!zones) return;
  bool is_right = shows(zones, "America/New_York", "2026-07-01T12:00:00+00:00", -4 * 3600);
  /* Mexico has no summer time since the end of 2022. */
  bool is_new = shows(zones, "America/Mexico_City", "2023-07-01T12:00:00+00:00", -6 * 3600);
  zones_close(zones);
  if (is_right && is_new)
    doctor_say(doctor, DOCTOR_FINE(check), "the time zone database is there, and not old");
  else
    doctor_say(doctor, DOCTOR_WARN(check, "Install the newest package tzdata."),
               is_right ? "the time zone database is older than the end of 2022"
                        : "the time zone database has wrong rules for America/New_York");
}

static void look_at_zones(struct doctor *doctor) {
  const char *zone = zone_misnamed();
  if (!zone_has_database()) {
    doctor_say(
        doctor,
        DOCTOR_FAIL(check, EXIT_CONFIG, "Install the package tzdata; TZDIR names another place."),
        "there is no time zone database: schedules with tz do not run");
    return;
  }
  if (zone)
    doctor_say(doctor,
               DOCTOR_WARN(check, "Set TZ to a name such as America/New_York, or unset it."),
               "TZ is %.64s, which is no time zone: clocks show UTC", zone);
  look_at_rules(doctor);
}

void doctor_environment(struct doctor *doctor) {
  look_at_home(doctor);
  look_at_names(doctor);
  look_at_proxies(doctor);
  look_at_authorities(doctor);
  look_at_zones(doctor);
}
