/* loftyrun job: the jobs that files have registered (lofty.on), and schedules. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/civil.h"
#include "../core/cron_words.h"
#include "../core/exit_code.h"
#include "../host/dead_letters.h"
#include "../host/embedded.h"
#include "../host/job.h"
#include "../host/registrations.h"
#include "../host/status_teller.h"
#include "../host/subscriptions.h"
#include "../host/worker.h"
#include "cmd.h"
#include "job_install.h"
#include "job_next.h"

enum { SECOND = 1000, NAME_WIDTH = 20 };

static const char list_chunk[] = "require('lofty.shell.jobs').run(...)";

static int out_of_memory(void) {
  fputs("loftyrun: out of memory\n", stderr);
  return EXIT_TEMPORARY;
}

/* job run */

static int run_job(const struct options *options, char **words) {
  struct run_options run_options = options_run(options);
  if (!words[0] || (words[1] && words[2]))
    return command_usage_error(&command_job, "say which job is to run: job run NAME");
  if (words[1] && options->given & OPTION_AT)
    return command_usage_error(&command_job,
                               "--at is for a job that loftyrun serve has: job run "
                               "NAME --at INSTANT");
  if (words[1]) return job_run_file(&run_options, words[1], words[0]);
  int64_t at = options->given & OPTION_AT ? options->at * SECOND : 0;
  return job_run(&run_options, words[0], at);
}

/* job work, which loftyrun serve starts: SERVER GENERATION FILE. */
static int work(const struct options *options, char **words) {
  struct run_options run_options = options_run(options);
  if (!words[0] || !words[1] || !words[2] || words[3])
    return command_usage_error(&command_job, "job work is for loftyrun serve alone");
  return worker_run(&run_options, strtoll(words[0], NULL, 10), strtoll(words[1], NULL, 10),
                    words[2]);
}

/* job subscribe, which loftyrun serve starts as well: SERVER, and what its input says. */
static int subscribe(const struct options *options, char **words) {
  struct run_options run_options = options_run(options);
  return subscriptions_run(&run_options, words[0] && !words[1] ? strtoll(words[0], NULL, 10) : 0);
}

/* job look, which loftyrun serve starts: NAME=VALUE... */
static int look(const struct options *options, char **words) {
  struct run_options run_options = options_run(options);
  return status_tell(&run_options, words);
}

/* job tell, which loftyrun serve starts where events are dead. */
static int tell(const struct options *options, char **words) {
  struct run_options run_options = options_run(options);
  if (words[0]) return command_usage_error(&command_job, "job tell is for loftyrun serve alone");
  return dead_letters_tell(&run_options);
}

/* job check */

static void show_next(const struct schedule_job *job, const struct cron *cron) {
  char at[CIVIL_INSTANT_SIZE];
  int64_t instant;
  int32_t offset;
  struct zones *zones = zones_open();
  if (zones && cron_next(cron, zones, job->zone, time(NULL), &instant, NULL) &&
      zone_offset(zones, job->zone, instant, &offset, NULL)) {
    civil_write_instant(instant, offset, at);
    printf("; next %s", at);
  }
  zones_close(zones);
}

static void show(const struct schedule_job *job) {
  struct cron cron;
  struct buffer words;
  char title[ZONE_TITLE_SIZE];
  zone_title(job->zone, title);
  buffer_init(&words, CRON_WORDS_MAXIMUM);
  bool has_words = cron_parse(job->expression, &cron, NULL) && cron_words(&cron, &words);
  printf("  %-*s %s (%s)", NAME_WIDTH, job->name, has_words ? words.data : job->expression, title);
  if (has_words) show_next(job, &cron);
  putchar('\n');
  buffer_free(&words);
}

static void show_handler(const struct inbox_handler *handler) {
  printf("  %-*s webhooks, %s; %" PRId64 " at a time%s\n", NAME_WIDTH, handler->name,
         handler->pattern, handler->concurrency, handler->coalesces ? ", the last of a burst" : "");
}

/* The text is read again, so that what is shown is known to be of one text. */
static int take(struct registrations *registrations, const char *path, const struct buffer *lines) {
  struct failure failure;
  struct script script;
  bool fine = script_read(&script, path, &failure) &&
              registrations_take(registrations, path, lines, &script.text, &failure);
  script_free(&script);
  if (fine) return EXIT_DONE;
  fprintf(stderr, "loftyrun: %s\n", failure.message);
  return EXIT_USAGE;
}

static int check_one(const struct options *options, const char *path,
                     struct registrations *registrations) {
  struct buffer lines;
  struct run_options run_options = options_run(options);
  size_t before = registrations->count, handlers = registrations->handler_count;
  buffer_init(&lines, JOB_REGISTRATIONS_MAXIMUM);
  int exit_code = registrations_tell(&run_options, path, &lines);
  if (exit_code == EXIT_DONE) exit_code = take(registrations, path, &lines);
  if (exit_code == EXIT_DONE && options->output) {
    fputs(lines.data, stdout);
  } else if (exit_code == EXIT_DONE) {
    printf("%s: nothing is wrong with it\n", path);
    for (size_t i = before; i < registrations->count; i++) show(&registrations->list[i].job);
    for (size_t i = handlers; i < registrations->handler_count; i++)
      show_handler(&registrations->handlers[i].handler);
  }
  buffer_free(&lines);
  return exit_code;
}

/* What the profile schedules. */
static int check_profile(const struct options *options, struct registrations *registrations) {
  struct buffer lines;
  struct failure failure;
  struct run_options run_options = options_run(options);
  buffer_init(&lines, JOB_REGISTRATIONS_MAXIMUM);
  int exit_code = registrations_tell_profile(&run_options, &lines);
  if (exit_code == EXIT_DONE && !registrations_take_profile(registrations, &lines, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    exit_code = EXIT_USAGE;
  }
  if (exit_code == EXIT_DONE && options->output) {
    fputs(lines.data, stdout);
  } else if (exit_code == EXIT_DONE) {
    puts("the schedule of the profile: nothing is wrong with it");
    for (size_t i = 0; i < registrations->count; i++) show(&registrations->list[i].job);
  }
  buffer_free(&lines);
  return exit_code;
}

static int check(const struct options *options, char **words) {
  struct registrations registrations = {.list = NULL};
  int exit_code = EXIT_DONE;
  if (options->output && strcmp(options->output, "jsonl") != 0)
    return command_usage_error(&command_job, "job check writes text, or jsonl with -o");
  if (!words[0]) exit_code = check_profile(options, &registrations);
  for (; *words && exit_code == EXIT_DONE; words++)
    exit_code = check_one(options, *words, &registrations);
  registrations_free(&registrations);
  return exit_code;
}

/* job list, pause and resume are written in Lua (lofty.shell.jobs), inside a run like a script's
   that is not recorded itself. Where nothing was kept yet nothing is made. */
static int in_lua(const struct options *options, const char *verb, const char *word) {
  /* A run only reads them; argv has no const anywhere. */
  char *arguments[] = {(char *)verb, (char *)word, NULL};
  struct failure failure;
  struct script script;
  struct run_options run_options = options_run(options);
  bool exists;
  int exit_code = job_store_exists(&run_options, &exists);
  if (exit_code != EXIT_DONE) return exit_code;
  if (!script_from_argument(&script, list_chunk, &failure)) return out_of_memory();
  script.name = "job";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "job");
  run_options.recording = RUN_READS_HISTORY;
  if (!exists) {
    run_options.sandbox_seed = "empty"; /* keeps what it has in memory */
    run_options.state = NULL;
  }
  exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

static int list(const struct options *options, char **words) {
  if (words[0]) return command_usage_error(&command_job, "job list takes no words");
  return in_lua(options, "list", options->given & OPTION_JSON ? "json" : NULL);
}

static int pause_job(const struct options *options, char **words) {
  if (!words[0] || words[1])
    return command_usage_error(&command_job, "say which job is to pause: job pause NAME");
  return in_lua(options, "pause", words[0]);
}

static int resume(const struct options *options, char **words) {
  if (!words[0] || words[1])
    return command_usage_error(&command_job, "say which job is to go on: job resume NAME");
  return in_lua(options, "resume", words[0]);
}

#define OPTIONS_OF_A_STORE (OPTION_STATE | OPTION_PROFILE | OPTION_SANDBOX | OPTION_NO_COLOR)
#define OPTIONS_OF_A_JOB \
  (OPTIONS_OF_A_RUN &    \
   ~(uint64_t)(OPTION_TRACE | OPTION_RECORD | OPTION_REPLAY | OPTION_DRY_RUN | OPTION_PLAN))

static const struct action actions[] = {
    {"list", "the jobs, and how they stand", WORD_ANY, OPTIONS_OF_A_STORE | OPTION_JSON, list},
    {"next", "when a job or an expression runs", WORD_JOB,
     OPTIONS_OF_A_STORE | OPTION_TZ | OPTION_FROM | OPTION_OUTPUT, job_next},
    {"run", "run a job now", WORD_JOB,
     OPTIONS_OF_A_JOB | OPTIONS_OF_A_SCRIPT | OPTION_ALLOW | OPTION_AT | OPTION_LOCK |
         OPTION_WAIT_LOCK | OPTION_DRY_RUN | OPTION_PLAN,
     run_job},
    {"work", "webhooks, for loftyrun serve", WORD_INTERNAL,
     OPTIONS_OF_A_JOB | OPTIONS_OF_A_SCRIPT | OPTION_ALLOW, work},
    {"subscribe", "subscriptions, for loftyrun serve", WORD_INTERNAL,
     OPTIONS_OF_A_JOB | OPTION_ALLOW | OPTION_ON_FAILURE, subscribe},
    {"look", "numbers, for loftyrun serve", WORD_INTERNAL, OPTIONS_OF_A_JOB | OPTION_MAX_MEMORY,
     look},
    {"tell", "dead events, for loftyrun serve", WORD_INTERNAL, OPTIONS_OF_A_JOB | OPTION_ON_FAILURE,
     tell},
    {"pause", "have a job wait", WORD_JOB, OPTIONS_OF_A_STORE, pause_job},
    {"resume", "have a paused job go on", WORD_JOB, OPTIONS_OF_A_STORE, resume},
    {"check", "what files would register", WORD_FILE, OPTIONS_OF_A_JOB | OPTION_OUTPUT, check},
    {"install", "schedules for cron or systemd", WORD_FILE, JOB_INSTALL_ACCEPTS, job_install},
    {NULL}};

static int run(const struct options *options, char **words) {
  return command_act(&command_job, options, words);
}

const struct command command_job = {
    .name = "job",
    .usage = "job list|next|run|pause|resume|check|install ...",
    .summary = "what serve runs, and when",
    .details =
        "list shows the jobs of the profile and base URL in force: when each runs, how its last\n"
        "run ended, and whether it is paused, fails, waits to be started, or is served by no "
        "loftyrun\n"
        "serve now; and where its latest time was missed or skipped. --json is for programs. "
        "loftyrun\n"
        "history show NAME has what its last run printed.\n"
        "\n"
        "run NAME runs a job now, beside its schedule and also where it is paused, and ends with "
        "the\n"
        "run's exit code; 7: another run of it is under way, unless it allows that. With --at it "
        "runs\n"
        "an instant that waits to be run, as loftyrun serve has it done, or ends with 7. run NAME "
        "FILE\n"
        "runs it as FILE registers it now, for other schedulers. With --dry-run nothing is sent, "
        "no\n"
        "instant is taken and the history has nothing of it: the writes become a plan (loftyrun "
        "apply).\n"
        "\n"
        "pause NAME: what comes from now on does not run, nor what waits; a run that is under way "
        "goes\n"
        "on. resume NAME: it runs again; what came meanwhile is not caught up. Both last, also "
        "where\n"
        "nothing serves the job now.\n"
        "\n"
        "check FILE... says what files would register, or what is wrong with them, as loftyrun "
        "serve\n"
        "would; nothing is kept. -o jsonl is for programs. Without FILE it is the schedule of the\n"
        "profile (loftyrun help profiles).\n"
        "\n"
        "install writes schedules for those who have another scheduler than loftyrun serve:\n"
        "\n"
        "  loftyrun job install \"15 6 * * 1-5\" SCRIPT [-- ARG...]     a line for crontab -e\n"
        "  loftyrun job install --systemd[=user|FOLDER] \"15 6 * * 1-5\" SCRIPT [-- ARG...]\n"
        "  loftyrun job install [--systemd] FILE         what it registers; without FILE, the "
        "profile\'s\n"
        "  loftyrun job install --service [FILE...]      the unit of loftyrun serve itself\n"
        "\n"
        "It shows what it would write; --apply writes it, and writes it anew the next time. What\n"
        "others have written is left alone. The job runs with the options that are given here, "
        "and\n"
        "with --lock and --quiet.\n"
        "\n"
        "next NAME [COUNT], or next \"EXPRESSION\" [COUNT], says in words when it runs and prints "
        "the\n"
        "next COUNT instants (5), each with its offset. Days on which the clocks change are "
        "marked,\n"
        "with what becomes of the run. -o json and -o jsonl are for programs. Without --tz an\n"
        "expression goes by this machine's zone.\n"
        "\n"
        "Five fields: minute, hour, day of month, month (JAN-DEC), day of week (SUN-SAT, 0 and 7 "
        "are\n"
        "Sunday), with lists, ranges and steps; or @yearly, @monthly, @weekly, @daily, @hourly. "
        "Where\n"
        "day of month and day of week both begin without *, one of them is enough.\n"
        "\n"
        "When the clocks change, an expression that runs in every hour of the day goes by the "
        "clock.\n"
        "Every other names set times, and each of them comes once: one that is skipped when the\n"
        "clocks go forward runs at the change, one that comes twice runs the first time.\n",
    .examples =
        "  loftyrun job list\n"
        "  loftyrun job check jobs.lua\n"
        "  loftyrun job run nightly\n"
        "  loftyrun job next nightly 10\n"
        "  loftyrun job next \"*/15 8-18 * * MON-FRI\" --tz America/New_York\n"
        "  loftyrun job next \"30 2 * * *\" 3 --tz America/New_York --from "
        "2026-03-07T00:00-05:00\n"
        "  loftyrun job install \"15 6 * * 1-5\" daily_brief.lua --apply\n",
    .actions = actions,
    .accepts = OPTIONS_OF_A_RUN | OPTION_OUTPUT | OPTION_JSON | OPTION_AT | JOB_INSTALL_ACCEPTS,
    .run = run,
};
