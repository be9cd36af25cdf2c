#include "job_install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../core/cron.h"
#include "../core/crontab.h"
#include "../core/exit_code.h"
#include "../host/install.h"
#include "../host/job.h"
#include "../host/registrations.h"
#include "../host/subscriptions.h"
#include "command_line.h"

enum { ZONE_NAME_MAXIMUM = 256 };

static bool is_path(enum option_bit bit) {
  return bit == OPTION_STATE || bit == OPTION_RECORD || bit == OPTION_REPLAY ||
         bit == OPTION_LEDGER || bit == OPTION_TLS;
}

/* The options that the job runs with: those given here that are not about installing it. A profile
   that this shell names would not be there. */
static void add_options(struct command_line *line, const struct options *options) {
  const uint64_t own = OPTION_TZ | OPTION_FROM | OPTION_SYSTEMD | OPTION_SERVICE | OPTION_NAME |
                       OPTION_APPLY | OPTION_NO_COLOR;
  const char *profile = getenv("LOFTY_PROFILE");
  for (size_t i = 0; i < options->word_count; i++)
    if (!(options->words[i].bit & own))
      command_line_add_option(line, options->words[i].name, options->words[i].value,
                              is_path(options->words[i].bit));
  if (profile && *profile && !(options->given & (OPTION_PROFILE | OPTION_SANDBOX)))
    command_line_add_option(line, "profile", profile, false);
}

/* The name of a script's job: its file's, without the suffix and what a name cannot hold. */
static void name_after(const char *script, char name[65]) {
  const char *slash = strrchr(script, '/');
  const char *base = slash ? slash + 1 : script;
  const char *dot = strrchr(base, '.');
  size_t length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
  char one[2] = "";
  if (length > 64) length = 64;
  for (size_t i = 0; i < length; i++) {
    one[0] = base[i];
    name[i] = crontab_is_name(one) || (i > 0 && strchr(".-", base[i])) ? base[i] : '_';
  }
  name[length] = '\0';
}

/* What the shell has set, and cron and systemd will not have. */
static void warn_environment(void) {
  static const char *const names[] = {"LOFTY_API_KEY",   "LOFTY_API_KEY_FILE", "LOFTY_ACCESS_TOKEN",
                                      "LOFTY_CLIENT_ID", "LOFTY_BASE_URL",     "XDG_CONFIG_HOME",
                                      "XDG_STATE_HOME"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value && *value)
      fprintf(stderr,
              "loftyrun: the job will not see %s of this shell; put it into a profile, or into the "
              "crontab or unit\n",
              names[i]);
  }
}

static struct install_target target_of(const struct options *options) {
  const char *where = options->systemd;
  struct install_target target = {.form = !(options->given & (OPTION_SYSTEMD | OPTION_SERVICE))
                                              ? INSTALL_CRONTAB
                                          : where && strcmp(where, "user") == 0 ? INSTALL_USER
                                                                                : INSTALL_SYSTEM,
                                  .folder = where && strchr(where, '/') ? where : NULL,
                                  .apply = (options->given & OPTION_APPLY) != 0,
                                  .now = options->given & OPTION_FROM ? options->from : time(NULL)};
  return target;
}

static int cannot_tell(void) {
  fputs(
      "loftyrun: the command of the job cannot be told; it has too many words, or memory or /proc "
      "is missing\n",
      stderr);
  return EXIT_TEMPORARY;
}

/* Whether it is a file that can be read; says so where it is not. */
static bool check_file(const char *path) {
  struct stat status;
  if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, R_OK) == 0) return true;
  fprintf(stderr, "loftyrun: %s is not a file that can be read\n", *path ? path : "\"\"");
  return false;
}

static int refuse_zone(const char *name) {
  struct failure failure;
  struct buffer meant;
  buffer_init(&meant, ZONE_NAME_MAXIMUM);
  bool is_near = zone_nearest(name, &meant);
  failure_set(&failure, "USAGE", "there is no time zone \"%.60s\"%s%s%s", name,
              is_near ? "; did you mean " : "", is_near ? meant.data : "", is_near ? "?" : "");
  buffer_free(&meant);
  return command_usage_error(&command_job, failure.message);
}

static int install_script(const struct options *options, const char *expression, char **words) {
  struct failure failure;
  char name[65];
  struct command_line line;
  struct install_job job = {.name = options->name ? options->name : name,
                            .zone = options->zone ? options->zone : ZONE_LOCAL};
  struct install_target target = target_of(options);
  if (!cron_parse(expression, &job.cron, &failure))
    return command_usage_error(&command_job, failure.message);
  if (strcmp(job.zone, ZONE_LOCAL) != 0 && !zone_exists(job.zone)) {
    return refuse_zone(job.zone);
  }
  if (!check_file(words[0])) return EXIT_USAGE;
  name_after(words[0], name);
  if (!crontab_is_name(job.name))
    return command_usage_error(&command_job, "say how the job is called: --name NAME");
  command_line_init(&line);
  command_line_add_program(&line);
  /* And it shall not meet itself. */
  if (!(options->given & (OPTION_LOCK | OPTION_WAIT_LOCK)))
    command_line_add_option(&line, "lock", NULL, false);
  if (!(options->given & OPTION_QUIET)) command_line_add_option(&line, "quiet", NULL, false);
  add_options(&line, options);
  command_line_add_path(&line, words[0]);
  for (size_t i = 1; words[i]; i++) command_line_add(&line, words[i]);
  job.words = command_line_words(&line);
  int exit_code = job.words ? install_jobs(&job, 1, &target) : cannot_tell();
  if (exit_code == EXIT_DONE) warn_environment();
  command_line_free(&line);
  return exit_code;
}

/* What another scheduler will not do of what a job asks for. False where it cannot be done without
   it. */
static bool tell_missing(const struct schedule_job *job, bool is_crontab) {
  const struct schedule_options *options = &job->options;
  if (options->overlap == SCHEDULE_CANCEL) {
    fprintf(
        stderr,
        "loftyrun: job %s: overlap = \"cancel\" is what only loftyrun serve does; leave it out, "
        "or use that\n",
        job->name);
    return false;
  }
  const struct {
    bool wanted;
    const char *name;
  } list[] = {{options->retries > 0, "retries"},
              {options->pause_after > 0, "pause_after"},
              {options->catch_up == SCHEDULE_ALL, "catch_up = \"all\""},
              {is_crontab && options->catch_up == SCHEDULE_ONE, "catch_up"},
              {is_crontab && options->jitter > 0, "jitter"},
              {!is_crontab && options->overlap != SCHEDULE_SKIP, "overlap"}};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    if (list[i].wanted)
      fprintf(stderr, "loftyrun: job %s: %s is not kept by %s; loftyrun serve has it\n", job->name,
              list[i].name, is_crontab ? "cron" : "systemd");
  return true;
}

/* The command that runs a job without a daemon: the script itself, or what a file registers. */
static void add_job(struct command_line *line, const struct options *options,
                    const struct schedule_job *job) {
  bool is_function = strcmp(job->body, "function") == 0;
  const char *arguments = strchr(job->body, '\n');
  char timeout[32];
  command_line_add_program(line);
  if (is_function) {
    command_line_add(line, "job");
    command_line_add(line, "run");
  }
  if (job->options.overlap != SCHEDULE_ALLOW &&
      !(options->given & (OPTION_LOCK | OPTION_WAIT_LOCK))) {
    command_line_add_option(line, "lock", job->name, false);
    if (job->options.overlap == SCHEDULE_QUEUE)
      command_line_add_option(line, "wait-lock", NULL, false);
  }
  if (!(options->given & OPTION_QUIET)) command_line_add_option(line, "quiet", NULL, false);
  if (job->options.timeout > 0 && !(options->given & OPTION_TIMEOUT)) {
    snprintf(timeout, sizeof timeout, "%.15g", (double)job->options.timeout / 1000);
    command_line_add_option(line, "timeout", timeout, false);
  }
  add_options(line, options);
  if (is_function) command_line_add(line, job->name);
  command_line_add_path(line, job->file);
  if (!is_function && arguments) command_line_add_lines(line, arguments + 1);
}

static int install_list(const struct options *options, const struct registrations *registrations) {
  struct install_target target = target_of(options);
  struct command_line *lines = calloc(registrations->count, sizeof *lines);
  struct install_job *jobs = calloc(registrations->count, sizeof *jobs);
  int exit_code = lines && jobs ? EXIT_DONE : EXIT_TEMPORARY;
  if (exit_code != EXIT_DONE) fputs("loftyrun: out of memory\n", stderr);
  for (size_t i = 0; exit_code == EXIT_DONE && i < registrations->count; i++) {
    const struct schedule_job *job = &registrations->list[i].job;
    jobs[i] = (struct install_job){.name = job->name,
                                   .zone = job->zone,
                                   .catch_up = job->options.catch_up != SCHEDULE_NONE,
                                   .jitter = (job->options.jitter + 999) / 1000};
    command_line_init(&lines[i]);
    add_job(&lines[i], options, job);
    jobs[i].words = command_line_words(&lines[i]);
    if (!tell_missing(job, target.form == INSTALL_CRONTAB) ||
        !cron_parse(job->expression, &jobs[i].cron, NULL))
      exit_code = EXIT_USAGE;
    else if (!jobs[i].words)
      exit_code = cannot_tell();
  }
  if (exit_code == EXIT_DONE) exit_code = install_jobs(jobs, registrations->count, &target);
  if (exit_code == EXIT_DONE) warn_environment();
  for (size_t i = 0; lines && i < registrations->count; i++) command_line_free(&lines[i]);
  free(lines);
  free(jobs);
  return exit_code;
}

/* What a file registers; NULL: what the profile schedules. */
static int install_registered(const struct options *options, const char *path) {
  struct failure failure;
  struct buffer lines;
  struct script script = {.name = NULL};
  struct registrations registrations = {.list = NULL};
  struct run_options run_options = options_run(options);
  buffer_init(&lines, JOB_REGISTRATIONS_MAXIMUM);
  run_options.lock = false;
  int exit_code = path ? registrations_tell(&run_options, path, &lines)
                       : registrations_tell_profile(&run_options, &lines);
  bool fine = exit_code == EXIT_DONE;
  if (fine && path)
    fine = script_read(&script, path, &failure) &&
           registrations_take(&registrations, path, &lines, &script.text, &failure);
  else if (fine)
    fine = registrations_take_profile(&registrations, &lines, &failure);
  if (fine)
    exit_code = install_list(options, &registrations);
  else if (exit_code == EXIT_DONE)
    exit_code = command_usage_error(&command_job, failure.message);
  script_free(&script);
  registrations_free(&registrations);
  buffer_free(&lines);
  return exit_code;
}

/* What serve itself would refuse of how it takes webhooks. NULL: nothing. */
static const char *refused_of_serve(const struct options *options, struct failure *failure) {
  char base[SUBSCRIPTIONS_BASE];
  if (!options->certificate != !options->key) return "--cert and --key go together";
  if (!options->listen && options->given & (OPTION_TLS | OPTION_SUBSCRIBE))
    return "--cert, --key and --subscribe are for --listen";
  if (options->subscribe && !subscriptions_base(options->subscribe, true, base, failure))
    return failure->message;
  return NULL;
}

/* A key is often readable for root alone, who hands it over. */
static bool is_there(const char *path) {
  if (!path || access(path, F_OK) == 0 || errno != ENOENT) return true;
  fprintf(stderr, "loftyrun: there is no file %s\n", path);
  return false;
}

static int install_serve(const struct options *options, char **words) {
  struct failure failure;
  struct command_line line;
  const char *refused = refused_of_serve(options, &failure);
  if (refused) return command_usage_error(&command_job, refused);
  if (!is_there(options->certificate) || !is_there(options->key)) return EXIT_USAGE;
  struct install_target target = target_of(options);
  command_line_init(&line);
  command_line_add_program(&line);
  command_line_add(&line, "serve");
  add_options(&line, options);
  bool fine = true;
  for (size_t i = 0; words[i] && fine; i++) {
    fine = check_file(words[i]);
    command_line_add_path(&line, words[i]);
  }
  char *const *command = command_line_words(&line);
  int exit_code = !fine ? EXIT_USAGE : command ? install_service(command, &target) : cannot_tell();
  command_line_free(&line);
  return exit_code;
}

int job_install(const struct options *options, char **words) {
  const char *own = options_stranger(options, ~(uint64_t)(OPTION_NAME | OPTION_TZ));
  if (options->given & OPTION_SERVICE) return install_serve(options, words);
  if (options->given & (OPTION_LISTEN | OPTION_TLS | OPTION_SUBSCRIBE))
    return command_usage_error(
        &command_job, "--listen, --cert, --key and --subscribe are of loftyrun serve: --service");
  if (words[0] && words[1]) return install_script(options, words[0], words + 1);
  if (words[0] && strchr(words[0], ' '))
    return command_usage_error(&command_job,
                               "say which script: job install \"15 6 * * 1-5\" SCRIPT");
  if (own)
    return command_usage_error(&command_job, "a job that is registered has its own name and zone");
  return install_registered(options, words[0]);
}
