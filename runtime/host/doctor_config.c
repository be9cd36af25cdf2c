/* What configuration and credential loftyrun doctor finds, and where each comes from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "doctor_report.h"
#include "profile_names.h"

enum { NAMES_MOST = 400 };

static const char configuration[] = "configuration", credential[] = "credential";

/* Where the profile's name comes from. */
static const char *name_of_profile(const struct doctor *doctor, const char **from) {
  const char *named = doctor->options->profile;
  const char *variable = config_variable("LOFTY_PROFILE");
  *from = named ? "--profile" : variable ? "LOFTY_PROFILE" : "default";
  return named ? named : variable;
}

static void tell_file(struct doctor *doctor, const char *path, const char *name, const char *from) {
  struct stat status;
  const char *shown = name ? name : PROFILE_DEFAULT;
  if (stat(path, &status) != 0)
    doctor_say(doctor, DOCTOR_FINE(configuration), "there is no %s; the environment alone counts",
               path);
  else if (!doctor->profile)
    doctor_say(doctor, DOCTOR_FINE(configuration),
               "%s has no profile \"%s\"; the environment counts", path, shown);
  else if (status.st_mode & 022)
    doctor_say(doctor, DOCTOR_WARN(configuration, "Take that right from them: chmod go-w on it."),
               "others can write to %s", path);
  else
    doctor_say(doctor, DOCTOR_FINE(configuration), "%s, profile \"%s\" (%s)", path, shown, from);
}

static void open_profile(struct doctor *doctor) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  const char *from, *name = name_of_profile(doctor, &from);
  /* A sandbox of one's own wants no profile that nobody named. */
  if (!name && doctor->options->sandbox_seed) return;
  bool is_fine = false;
  if (!profile_path(path, sizeof path, &failure))
    doctor_say(doctor,
               DOCTOR_FAIL(configuration, EXIT_CONFIG, "Set XDG_CONFIG_HOME to a shorter one."),
               "%s", failure.message);
  else if (access(path, R_OK) != 0 && errno != ENOENT)
    doctor_say(doctor,
               DOCTOR_FAIL(configuration, EXIT_CONFIG,
                           "Give it to the user that runs loftyrun: chown it, or name another with "
                           "XDG_CONFIG_HOME."),
               "%s: %s", path, strerror(errno));
  else if (!profile_open(name, &doctor->profile, &failure))
    doctor_say(doctor,
               DOCTOR_FAIL(configuration, EXIT_CONFIG,
                           "Put it right there (loftyrun help profiles), or name another profile "
                           "with --profile."),
               "%s", failure.message);
  else
    is_fine = true;
  doctor->is_broken = !is_fine;
  if (is_fine) tell_file(doctor, path, name, from);
}

static const char *kind_of(const struct credential *found) {
  switch (found->kind) {
    case CREDENTIAL_API_KEY:
      return "an API key";
    case CREDENTIAL_ACCESS_TOKEN:
      return "an OAuth access token, used as it is";
    case CREDENTIAL_CLIENT:
      return "OAuth client credentials, whose tokens are got as they end";
    case CREDENTIAL_LOGIN:
      return "an OAuth login, whose tokens are renewed as they end";
    default:
      return "none";
  }
}

/* The profiles that there are, where none was named and none is the usual one. */
static bool find_others(const struct doctor *doctor, char *cure, size_t size) {
  struct buffer names;
  buffer_init(&names, NAMES_MOST);
  bool found = !doctor->profile && !doctor->is_broken && profile_names(&names) && names.length > 0;
  if (found) {
    names.data[--names.length] = '\0';
    for (char *end = names.data; (end = strchr(end, '\n')) != NULL;) *end = ' ';
    snprintf(cure, size,
             "Name a profile with --profile or LOFTY_PROFILE; the configuration has: %s",
             names.data);
  }
  buffer_free(&names);
  return found;
}

static void tell_credential(struct doctor *doctor) {
  char others[NAMES_MOST + 128];
  const struct config *config = &doctor->config;
  struct config_layer environment = config_environment(), profile = profile_layer(doctor->profile);
  const char *cure =
      isatty(STDERR_FILENO)
          ? "Set LOFTY_API_KEY, or give a profile a key (loftyrun help profiles); or run: loftyrun "
            "auth login"
          : "Set LOFTY_API_KEY in the crontab or unit, or put the key into a profile: cron reads "
            "neither ~/.profile nor ~/.bashrc.";
  if (find_others(doctor, others, sizeof others)) cure = others;
  if (config->credential.kind == CREDENTIAL_NONE && doctor->is_broken)
    doctor_say(doctor, DOCTOR_SKIP(credential), "it may stand in the configuration");
  else if (config->credential.kind == CREDENTIAL_NONE)
    doctor_say(doctor, DOCTOR_FAIL(credential, EXIT_CONFIG, cure), "there is none: %s",
               config_missing_credential());
  else
    doctor_say(doctor, DOCTOR_FINE(credential), "%s, from %s", kind_of(&config->credential),
               config->credential_from);
  if (config_layer_has_credential(&environment) && config_layer_has_credential(&profile))
    doctor_say(
        doctor,
        DOCTOR_WARN(credential, "Unset the variable where runs are to use the profile's own."),
        "%s beats the credential of the profile \"%s\"", config->credential_from, config->profile);
}

static void resolve(struct doctor *doctor) {
  struct failure failure = {.code = ""};
  const struct config_layer layers[] = {config_environment(), profile_layer(doctor->profile)};
  doctor->is_configured = config_resolve(&doctor->config, layers, 2, &failure);
  bool is_url = strstr(failure.code, "_URL") != NULL;
  doctor->has_url = !is_url && *doctor->config.base_url != '\0';
  if (doctor->is_configured) {
    doctor_say(doctor, DOCTOR_FINE(configuration), "base URL %s (%s)", doctor->config.base_url,
               doctor->config.base_url_from);
    tell_credential(doctor);
    return;
  }
  doctor_say(doctor,
             DOCTOR_FAIL(is_url ? configuration : credential, EXIT_CONFIG,
                         is_url ? "Put the URL right where it comes from; Lofty's own is "
                                  "https://api.lofty.com."
                                : "Put it right where it comes from (loftyrun help profiles)."),
             "%s", failure.message);
}

void doctor_configuration(struct doctor *doctor) {
  open_profile(doctor);
  if (doctor->options->sandbox_seed)
    doctor_say(doctor, DOCTOR_FINE(configuration), "a sandbox of its own (--sandbox)");
  else
    resolve(doctor);
}
