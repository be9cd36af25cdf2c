#include "job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/tables.h"
#include "../core/civil.h"
#include "../core/exit_code.h"
#include "../core/schedule_claims.h"
#include "account.h"
#include "journal.h"

struct job_run {
  struct schedule_job *job;
  char *account;
  int64_t instant; /* milliseconds since 1970; 0: now */
  int64_t attempt;
  bool by_hand, claimed;
  bool claims_nothing; /* it is run from a file that nobody serves, or dry */
  bool quiet;
};

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return folder_exit_code(failure);
}

static int out_of_memory(void) {
  fputs("loftyrun: out of memory\n", stderr);
  return EXIT_TEMPORARY;
}

static int open_account(const struct run_options *options, char **account) {
  struct failure failure;
  struct account opened;
  if (options->sandbox_seed) {
    *account = run_account(true, NULL, NULL);
    return *account ? EXIT_DONE : out_of_memory();
  }
  if (!account_open(&opened, options->profile, &failure)) {
    say(&failure);
    return EXIT_CONFIG;
  }
  *account = run_account(false, profile_name(opened.profile), opened.config.base_url);
  account_close(&opened);
  return *account ? EXIT_DONE : out_of_memory();
}

/* The folder in which jobs are kept, which may be written to `path`. */
static int find_folder(const struct run_options *options, char path[FOLDER_PATH_LENGTH],
                       const char **folder) {
  struct failure failure;
  *folder = options->state;
  if (options->sandbox_seed && !*folder) {
    fputs(
        "loftyrun: jobs are kept between runs, and a run with --sandbox keeps nothing; add "
        "--state DIR\n",
        stderr);
    return EXIT_USAGE;
  }
  if (*folder) return EXIT_DONE;
  *folder = path;
  return folder_default(path, FOLDER_PATH_LENGTH, &failure) ? EXIT_DONE : say(&failure);
}

int job_store_exists(const struct run_options *options, bool *exists) {
  char path[FOLDER_PATH_LENGTH];
  const char *folder;
  int exit_code = find_folder(options, path, &folder);
  *exists = exit_code == EXIT_DONE && store_exists(folder);
  return exit_code;
}

int job_open_store(const struct run_options *options, struct journal **journal, char **account) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  const char *folder;
  *journal = NULL;
  *account = NULL;
  int exit_code = find_folder(options, path, &folder);
  if (exit_code == EXIT_DONE) exit_code = open_account(options, account);
  if (exit_code == EXIT_DONE && !journal_open(folder, journal, &failure)) exit_code = say(&failure);
  if (exit_code == EXIT_DONE) return exit_code;
  free(*account);
  *account = NULL;
  return exit_code;
}

/* Finding it */

static bool copy_job(void *context, const struct schedule_job *job) {
  *(struct schedule_job **)context = schedule_copy(job);
  return false;
}

static bool copy_text(void *context, const struct store_value *columns, int count) {
  struct buffer *text = context;
  (void)count;
  buffer_append(text, columns[0].data, columns[0].length); /* what does not fit is missed below */
  return false;
}

int job_unknown(const char *name) {
  fprintf(stderr,
          "loftyrun: there is no job \"%s\" for this profile and base URL; loftyrun job list shows "
          "those that there are\n",
          name);
  return EXIT_USAGE;
}

/* The script of a job: the text that was validated, under the name and beside the modules of its
   file. */
static int open_script(struct journal *journal, const struct schedule_job *job,
                       struct script *script) {
  struct failure failure;
  const char *slash = strrchr(job->file, '/');
  *script = (struct script){.name = job->file, .folder = "."};
  buffer_init(&script->text, SCRIPT_MAXIMUM);
  snprintf(script->chunk_name, sizeof script->chunk_name, "@%s", job->file);
  if (slash)
    snprintf(script->folder, sizeof script->folder, "%.*s",
             slash == job->file ? 1 : (int)(slash - job->file), job->file);
  enum store_answer answer = schedule_text(journal, job->id, copy_text, &script->text, &failure);
  if (answer == STORE_FAILED) return say(&failure);
  return script->text.data ? EXIT_DONE : out_of_memory();
}

static int find_job(const struct run_options *options, const char *name, struct job_run *run,
                    struct script *script) {
  struct failure failure;
  struct journal *journal;
  int exit_code = job_open_store(options, &journal, &run->account);
  if (exit_code != EXIT_DONE) return exit_code;
  enum store_answer answer =
      schedule_job(journal, run->account, name, copy_job, &run->job, &failure);
  if (answer == STORE_FAILED)
    exit_code = say(&failure);
  else if (answer == STORE_NO)
    exit_code = job_unknown(name);
  else if (!run->job)
    exit_code = out_of_memory();
  else
    exit_code = open_script(journal, run->job, script);
  journal_close(journal);
  return exit_code;
}

/* The arguments of a script: the lines of the body behind the first. To be freed, with the text in
   `*text`; NULL where memory ran out. */
static char **arguments_of(const struct schedule_job *job, char **text) {
  size_t lines = 1;
  for (const char *at = job->body; (at = strchr(at, '\n')) != NULL; at++) lines++;
  char **arguments = calloc(lines, sizeof *arguments);
  *text = strdup(job->body);
  if (!arguments || !*text) {
    free(arguments);
    free(*text);
    *text = NULL;
    return NULL;
  }
  size_t count = 0;
  for (char *at = *text; (at = strchr(at, '\n')) != NULL;) {
    *at++ = '\0';
    arguments[count++] = at;
  }
  return arguments;
}

int job_run(const struct run_options *options, const char *name, int64_t at) {
  struct job_run run = {.instant = at, .by_hand = at == 0, .quiet = options->quiet};
  struct run_options wanted = *options;
  struct script script = {.name = NULL};
  char *text = NULL, **arguments = NULL;
  int exit_code = find_job(options, name, &run, &script);
  if (exit_code == EXIT_DONE && !(arguments = arguments_of(run.job, &text)))
    exit_code = out_of_memory();
  if (exit_code == EXIT_DONE) {
    wanted.job = &run;
    wanted.recording = RUN_RECORDED;
    wanted.keep_output = !options->dry_run;
    run.claims_nothing = options->dry_run;
    if (run.claims_nothing) {
      run.attempt = 1;
      if (run.by_hand) run.instant = journal_now();
    }
    wanted.job_name = name;
    double timeout = (double)run.job->options.timeout / 1000;
    if (timeout > 0 && (wanted.timeout <= 0 || timeout < wanted.timeout)) wanted.timeout = timeout;
    exit_code = run_script(&wanted, &script, arguments);
  }
  script_free(&script);
  free(arguments);
  free(text);
  free(run.job);
  free(run.account);
  return exit_code;
}

int job_run_file(const struct run_options *options, const char *path, const char *name) {
  struct failure failure;
  struct script script;
  char *arguments[] = {NULL};
  int exit_code = EXIT_USAGE;
  if (script_read(&script, path, &failure)) {
    struct schedule_job job = {.name = name, .file = path, .body = "function"};
    struct job_run run = {.job = &job, .instant = journal_now(), .attempt = 1, .by_hand = true};
    struct run_options wanted = *options;
    run.claims_nothing = true;
    wanted.job = &run;
    wanted.job_name = name;
    wanted.recording = RUN_RECORDED;
    exit_code = run_script(&wanted, &script, arguments);
  } else {
    say(&failure);
  }
  script_free(&script);
  return exit_code;
}

/* Running it */

static int refuse(const struct job_run *job, enum schedule_claim answer) {
  char at[CIVIL_INSTANT_SIZE];
  civil_write_instant(job->instant / 1000, 0, at);
  if (answer == SCHEDULE_BUSY)
    fprintf(stderr, "loftyrun: another run of the job \"%s\" is under way\n", job->job->name);
  else if (!job->quiet) /* with two daemons one of them is always late */
    fprintf(stderr, "loftyrun: %s of the job \"%s\" is not waiting to be run\n", at,
            job->job->name);
  return EXIT_LOCKED;
}

char *job_run_name(const struct job_run *job) {
  char *name = NULL;
  return asprintf(&name, "%s#%s", job->job->file, job->job->name) < 0 ? NULL : name;
}

int job_run_claim(struct job_run *job, struct context *context) {
  struct failure failure;
  if (!job || job->claims_nothing) return EXIT_DONE;
  if (!run_journal_open(context, NULL, 0, &failure)) return say(&failure);
  char *name = job_run_name(job);
  if (!name) return out_of_memory();
  enum schedule_claim answer =
      schedule_claim(context->journal, job->job, name, job->account, journal_now(), &job->instant,
                     &job->attempt, &failure);
  free(name);
  job->claimed = answer == SCHEDULE_CLAIMED;
  if (job->claimed) return EXIT_DONE;
  journal_close(context->journal);
  context->journal = NULL;
  return answer == SCHEDULE_CLAIM_FAILED ? say(&failure) : refuse(job, answer);
}

static void push_event(lua_State *L, const struct job_run *job) {
  int64_t late = journal_now() - job->instant;
  lua_createtable(L, 0, 8);
  tables_set_text(L, "name", job->job->name);
  tables_set_integer(L, "due", job->instant);
  tables_set_text(L, "zone", job->job->zone); /* nil where only the file knows it */
  tables_set_integer(L, "attempt", job->attempt);
  tables_set_number(L, "late", late > 0 ? (lua_Number)late / 1000 : 0);
  tables_set_boolean(L, "by_hand", job->by_hand);
}

void job_give_body(lua_State *L, lua_State *co, const struct run_options *options) {
  const struct job_run *job = options->job;
  bool calls_function = job && strcmp(job->job->body, "function") == 0;
  if (!calls_function && !options->registrations) return;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.registry");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "main");
  lua_remove(L, -2);
  luaL_checkstack(co, 5, "the body of a job");
  lua_xmove(L, co, 1); /* co: code, main */
  lua_insert(co, -2);
  if (!job) { /* no name, no event; the code's own arguments come behind */
    lua_pushnil(co);
    lua_pushnil(co);
    return;
  }
  lua_pushstring(L, job->job->name);
  push_event(L, job);
  lua_xmove(L, co, 2);
}

void job_run_end(struct job_run *job, struct context *context, int exit_code) {
  struct failure failure;
  struct schedule_outcome outcome;
  if (!job || !job->claimed || !context->journal) return;
  if (schedule_end(context->journal, job->job, job->instant, journal_run_id(context->journal),
                   exit_code, journal_now(), &outcome, &failure))
    return;
  struct log_field why = {.name = "why", .value = failure.message};
  log_write(context->log, LOG_LEVEL_WARN,
            "this run of the job will count as one that was killed: its end could not be recorded",
            &why, 1);
}
