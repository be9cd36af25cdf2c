#include "runs.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../core/civil.h"
#include "../core/exit_code.h"
#include "../core/process.h"
#include "../core/schedule_claims.h"
#include "children.h"

enum {
  SECOND = 1000,
  CANCEL_MS = 30 * SECOND,
  FIRST_PAUSE_MS = 5 * SECOND,
  MOST_PAUSE_MS = 60 * SECOND
};

/* A process that was started, or one that ended before it had claimed its instant: then it is
   started again, but not before a pause. */
struct child {
  pid_t process; /* 0: it has ended, and the instant is held back */
  int64_t job, instant;
  int64_t until; /* loop_now: how long it is held back */
  int pause;     /* milliseconds, for the next time */
  struct child *next;
  char name[];
};

struct runs {
  const struct serve_options *options;
  struct journal *journal;
  int64_t server;
  struct child *children;
};

/* What one step works with. */
struct step {
  struct runs *runs;
  struct schedule_job *const *jobs;
  size_t job_count;
  struct schedule_instant *rows; /* running ones; then waiting ones */
  size_t count, size;
  int64_t now;
  struct failure *failure;
  bool fine;
};

int runs_options(const struct run_options *options, const char **arguments,
                 struct runs_room *room) {
  int count = 0;
  const struct {
    const char *name, *value;
  } pairs[] = {{"--state", options->state},
               {"--profile", options->profile},
               {"--faults", options->faults},
               {"--rate-limit", options->rate_limit},
               {"--log-level", log_level_name(options->log.level)},
               {"--log-format", log_format_name(options->log.format)}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    if (!pairs[i].value) continue;
    arguments[count++] = pairs[i].name;
    arguments[count++] = pairs[i].value;
  }
  if (options->sandbox_seed) {
    snprintf(room->sandbox, sizeof room->sandbox, "--sandbox=%s", options->sandbox_seed);
    arguments[count++] = room->sandbox;
  }
  snprintf(room->retries, sizeof room->retries, "%u", options->retries);
  arguments[count++] = "--retries";
  arguments[count++] = room->retries;
  if (options->requests_maximum) {
    snprintf(room->requests, sizeof room->requests, "%lu", options->requests_maximum);
    arguments[count++] = "--max-requests";
    arguments[count++] = room->requests;
  }
  if (options->timeout > 0) {
    snprintf(room->timeout, sizeof room->timeout, "%.9g", options->timeout);
    arguments[count++] = "--timeout";
    arguments[count++] = room->timeout;
  }
  if (options->no_wait) arguments[count++] = "--no-wait";
  if (!options->colour) arguments[count++] = "--no-color";
  return count;
}

int runs_chore_options(const struct run_options *options, const char **arguments,
                       struct runs_room *room) {
  struct run_options without_limits = *options;
  without_limits.timeout = 0;
  without_limits.requests_maximum = 0;
  return runs_options(&without_limits, arguments, room);
}

int runs_work_options(const struct run_options *options, const char **arguments) {
  int count = 0;
  if (options->on_failure) {
    arguments[count++] = "--on-failure";
    arguments[count++] = options->on_failure;
  }
  for (size_t i = 0; i < options->allow_count && i < RUNS_ALLOW_MOST; i++) {
    arguments[count++] = "--allow";
    arguments[count++] = options->allow[i];
  }
  arguments[count++] = "--priority";
  arguments[count++] = options->priority ? options->priority : "scheduled";
  return count;
}

/* What only its runs take. The daemon's log says how each ended; what a run printed is said where
   it has failed, and is in the history. */
static int script_options(const struct run_options *options, const char **arguments,
                          struct runs_room *room) {
  int count = 0;
  arguments[count++] = "--quiet";
  if (options->memory) {
    snprintf(room->memory, sizeof room->memory, "%zuK", options->memory >> 10);
    arguments[count++] = "--max-memory";
    arguments[count++] = room->memory;
  }
  if (options->ping) {
    arguments[count++] = "--ping";
    arguments[count++] = options->ping;
  }
  return count + runs_work_options(options, arguments + count);
}

struct runs *runs_new(const struct serve_options *options, struct journal *journal,
                      int64_t server) {
  struct runs *runs = calloc(1, sizeof *runs);
  if (runs) *runs = (struct runs){.options = options, .journal = journal, .server = server};
  return runs;
}

void runs_free(struct runs *runs) {
  if (!runs) return;
  for (struct child *child = runs->children, *next; child; child = next) {
    next = child->next;
    free(child);
  }
  free(runs);
}

size_t runs_count(const struct runs *runs) {
  size_t count = 0;
  for (const struct child *child = runs->children; child; child = child->next)
    count += child->process != 0;
  return count;
}

void runs_signal(const struct runs *runs, int number) {
  for (const struct child *child = runs->children; child; child = child->next)
    if (child->process) kill(child->process, number);
}

/* Telling */

/* The fields that every line about a run has. */
struct fields {
  struct log_field list[8];
  size_t count;
  char instant[CIVIL_INSTANT_SIZE], run[24], exit_code[16], seconds[32], again[CIVIL_INSTANT_SIZE];
};

static void add_field(struct fields *fields, const char *name, const char *value, bool bare) {
  fields->list[fields->count++] = (struct log_field){.name = name, .value = value, .bare = bare};
}

static void begin_fields(struct fields *fields, const char *name, int64_t instant) {
  fields->count = 0;
  civil_write_instant(instant / SECOND, 0, fields->instant);
  add_field(fields, "job", name, false);
  add_field(fields, "instant", fields->instant, false);
}

static void say(const struct runs *runs, enum log_level level, const char *message,
                const struct fields *fields) {
  log_write(&runs->options->run.log, level, message, fields->list, fields->count);
}

static void say_about(const struct runs *runs, enum log_level level, const char *message,
                      const char *name, int64_t instant) {
  struct fields fields;
  begin_fields(&fields, name, instant);
  say(runs, level, message, &fields);
}

/* `row` is as the end of its run has left it; `died`: it has not said itself how it ended. */
static void tell_end(const struct runs *runs, const char *name, const struct schedule_instant *row,
                     bool died) {
  struct fields fields;
  bool again = strcmp(row->state, "waiting") == 0, done = strcmp(row->state, "done") == 0;
  begin_fields(&fields, name, row->instant);
  snprintf(fields.run, sizeof fields.run, "%" PRId64, row->run);
  add_field(&fields, "run", fields.run, true);
  snprintf(fields.exit_code, sizeof fields.exit_code, "%" PRId64, row->exit_code);
  if (row->exit_code >= 0) add_field(&fields, "exit_code", fields.exit_code, true);
  snprintf(fields.seconds, sizeof fields.seconds, "%.1f",
           (double)(row->ended > row->began ? row->ended - row->began : 0) / SECOND);
  add_field(&fields, "seconds", fields.seconds, true);
  civil_write_instant(row->not_before / SECOND, 0, fields.again);
  if (again) add_field(&fields, "again_at", fields.again, false);
  const char *message = done                                   ? "the run is done"
                        : strcmp(row->state, "cancelled") == 0 ? "the run was ended for a later one"
                        : died                                 ? "the run has died"
                                                               : "the run has failed";
  say(runs, done ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, message, &fields);
}

/* Processes that have ended */

static bool copy_row(void *context, const struct schedule_instant *row) {
  static const char *const states[] = {"waiting", "running", "done", "failed", "died", "cancelled"};
  struct schedule_instant *copy = context;
  *copy = *row;
  copy->state = "";
  for (size_t i = 0; i < sizeof states / sizeof *states; i++)
    if (strcmp(states[i], row->state) == 0) copy->state = states[i];
  return false;
}

static void hold_back(const struct runs *runs, struct child *child, int exit_code) {
  char text[64];
  child->process = 0;
  child->pause = child->pause == 0                  ? FIRST_PAUSE_MS
                 : child->pause * 2 < MOST_PAUSE_MS ? child->pause * 2
                                                    : MOST_PAUSE_MS;
  child->until = loop_now() + child->pause;
  snprintf(text, sizeof text, "a run has not begun (exit code %d); again in %d s", exit_code,
           child->pause / SECOND);
  say_about(runs, LOG_LEVEL_WARN, text, child->name, child->instant);
}

/* What has become of the instant of a process that has ended with that status. False where it must
   be asked again. `*stays`: the child is held back. */
static bool settle(struct runs *runs, struct child *child, int status, bool *stays,
                   struct failure *failure) {
  struct schedule_instant row = {.state = ""};
  int exit_code = process_exit_code(status);
  *stays = false;
  if (schedule_instant(runs->journal, child->job, child->instant, copy_row, &row, failure) ==
      STORE_FAILED)
    return false;
  bool claimed = row.run && row.process == child->process;
  if (claimed && strcmp(row.state, "running") != 0) {
    tell_end(runs, child->name, &row, row.exit_code < 0);
  } else if (claimed) { /* the next step finds that it has died */
    return schedule_note_exit(runs->journal, child->job, child->instant, row.run, exit_code,
                              failure);
  } else if (strcmp(row.state, "waiting") == 0 && exit_code != EXIT_LOCKED) {
    hold_back(runs, child, exit_code);
    *stays = true;
  }
  return true;
}

bool runs_collect(struct runs *runs, struct failure *failure) {
  bool fine = true;
  for (struct child **place = &runs->children; *place;) {
    struct child *child = *place;
    /* What was held back and is not started again has come to its end elsewhere. */
    bool stays = child->process || loop_now() - child->until < MOST_PAUSE_MS;
    int status;
    if (child->process && children_ended(child->process, &status))
      fine = settle(runs, child, status, &stays, failure) && fine;
    if (stays) {
      place = &child->next;
      continue;
    }
    *place = child->next;
    free(child);
  }
  return fine;
}

/* One step */

static const struct schedule_job *find_job(const struct step *step, int64_t id) {
  for (size_t i = 0; i < step->job_count; i++)
    if (step->jobs[i]->id == id) return step->jobs[i];
  return NULL;
}

static bool keep_row(void *context, const struct schedule_instant *row) {
  struct step *step = context;
  if (step->count == step->size) {
    size_t size = step->size ? 2 * step->size : 16;
    struct schedule_instant *larger = realloc(step->rows, size * sizeof *larger);
    if (!larger) {
      step->fine = failure_set(step->failure, "OUT_OF_MEMORY", "out of memory");
      return false;
    }
    step->rows = larger;
    step->size = size;
  }
  copy_row(&step->rows[step->count++], row);
  return true;
}

/* A run that was killed, whoever started it. */
static bool end_dead(struct step *step, const struct schedule_job *job,
                     const struct schedule_instant *row) {
  struct schedule_outcome outcome;
  struct schedule_instant ended;
  struct runs *runs = step->runs;
  if (!schedule_end(runs->journal, job, row->instant, row->run, -1, step->now, &outcome,
                    step->failure))
    return false;
  if (!outcome.changed) return true;
  if (schedule_instant(runs->journal, row->job, row->instant, copy_row, &ended, step->failure) ==
      STORE_FAILED)
    return false;
  tell_end(runs, job->name, &ended, true);
  return true;
}

/* Sends a signal to a run, whoever started it. It is looked at once more, for its number may be
   another process's as soon as it has ended. */
static void signal_run(const struct runs *runs, const struct schedule_instant *row, int number) {
  if (row->process > 1 && journal_is_alive(runs->journal, row->run))
    kill((pid_t)row->process, number);
}

/* One that was told to end and does not. */
static void end_slow(const struct step *step, const struct schedule_job *job,
                     const struct schedule_instant *row) {
  if (!row->cancelled || step->now - row->cancelled < CANCEL_MS) return;
  say_about(step->runs, LOG_LEVEL_WARN, "a run does not end and is killed", job->name,
            row->instant);
  signal_run(step->runs, row, SIGKILL);
}

/* Keeps the runs that are alive in `rows`. */
static bool look_at_running(struct step *step) {
  size_t alive = 0;
  if (!schedule_running(step->runs->journal, step->runs->server, keep_row, step, step->failure) ||
      !step->fine)
    return false;
  for (size_t i = 0; i < step->count; i++) {
    const struct schedule_instant row = step->rows[i];
    const struct schedule_job *job = find_job(step, row.job);
    if (journal_is_alive(step->runs->journal, row.run)) {
      if (job) end_slow(step, job, &row);
      step->rows[alive++] = row;
    } else if (job && !end_dead(step, job, &row)) {
      return false;
    }
  }
  step->count = alive;
  return true;
}

static struct child *find_child(const struct runs *runs, int64_t job, int64_t instant) {
  for (struct child *child = runs->children; child; child = child->next)
    if (child->job == job && child->instant == instant) return child;
  return NULL;
}

/* Whether a process of ours is at another instant of the job, and may not have claimed it yet. */
static bool has_other_child(const struct runs *runs, int64_t job, int64_t instant) {
  for (const struct child *child = runs->children; child; child = child->next)
    if (child->job == job && child->instant != instant && child->process) return true;
  return false;
}

static bool cancel(struct step *step, const struct schedule_job *job,
                   struct schedule_instant *row) {
  if (row->cancelled) return true;
  row->cancelled = step->now;
  if (!schedule_cancel(step->runs->journal, row->job, row->instant, step->now, step->failure))
    return false;
  say_about(step->runs, LOG_LEVEL_INFO, "a later instant of the job has come: its run is to end",
            job->name, row->instant);
  signal_run(step->runs, row, SIGTERM);
  return true;
}

/* Sees to the job's other runs. *starts: there are none, or they do not matter. */
static bool make_room(struct step *step, const struct schedule_job *job,
                      const struct schedule_instant *row, size_t running, bool *starts) {
  *starts = true;
  if (job->options.overlap == SCHEDULE_ALLOW) return true;
  if (has_other_child(step->runs, row->job, row->instant)) *starts = false;
  for (size_t i = 0; i < running; i++) {
    struct schedule_instant *other = &step->rows[i];
    if (other->job != row->job) continue;
    *starts = false;
    /* One that began after this one was to start is only in the way: as what is caught up is in
       each other's. */
    if (other->began > row->not_before) continue;
    if (job->options.overlap == SCHEDULE_SKIP && row->attempt == 0) {
      say_about(step->runs, LOG_LEVEL_WARN, "skipped: another run of the job is under way",
                job->name, row->instant);
      return schedule_skip(step->runs->journal, row->job, row->instant, step->failure);
    }
    if (job->options.overlap == SCHEDULE_CANCEL && !cancel(step, job, other)) return false;
  }
  return true;
}

/* The child of an instant: a new one, or that which was held back. NULL where memory ran out. */
static struct child *child_of(struct runs *runs, const struct schedule_job *job, int64_t instant) {
  struct child *child = find_child(runs, job->id, instant);
  if (child) return child;
  size_t size = strlen(job->name) + 1;
  child = calloc(1, sizeof *child + size);
  if (!child) return NULL;
  memcpy(child->name, job->name, size);
  child->job = job->id;
  child->instant = instant;
  child->next = runs->children;
  return runs->children = child;
}

static bool start(struct step *step, const struct schedule_job *job, int64_t instant) {
  char at[CIVIL_INSTANT_SIZE];
  struct runs_room room;
  const struct run_options *options = &step->runs->options->run;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "job", "run", job->name, "--at", at};
  int count = 6;
  struct child *child = child_of(step->runs, job, instant);
  if (!child) return failure_set(step->failure, "OUT_OF_MEMORY", "out of memory");
  civil_write_instant(instant / SECOND, 0, at);
  count += runs_options(options, arguments + count, &room);
  count += script_options(options, arguments + count, &room);
  arguments[count] = NULL;
  child->process = children_start(arguments, step->failure);
  if (child->process == 0) {
    child->until = loop_now() + FIRST_PAUSE_MS;
    return false;
  }
  say_about(step->runs, LOG_LEVEL_DEBUG, "a run is started", job->name, instant);
  return true;
}

/* One that was held back is started again as long as it is in time, as what was missed would be. */
static bool give_up(const struct step *step, const struct schedule_job *job, size_t place,
                    bool *given_up) {
  const struct schedule_instant *row = &step->rows[place];
  int64_t last = row->instant;
  for (size_t i = place + 1; i < step->count; i++) {
    const struct schedule_instant *other = &step->rows[i];
    if (other->job == row->job && other->attempt == 0 && other->instant > last)
      last = other->instant;
  }
  if (!schedule_give_up(step->runs->journal, job, row, last, step->now, given_up, step->failure))
    return false;
  if (*given_up)
    say_about(step->runs, LOG_LEVEL_ERROR, "its run could not begin, and it is too late for it now",
              job->name, row->instant);
  return true;
}

static bool start_waiting(struct step *step) {
  struct runs *runs = step->runs;
  size_t running = step->count;
  if (!schedule_waiting(runs->journal, runs->server, step->now, keep_row, step, step->failure) ||
      !step->fine)
    return false;
  for (size_t i = running; i < step->count; i++) {
    const struct schedule_instant *row = &step->rows[i];
    const struct schedule_job *job = find_job(step, row->job);
    const struct child *child = find_child(runs, row->job, row->instant);
    bool starts, given_up = false;
    if (!job || (child && (child->process || child->until > loop_now()))) continue;
    if (child && !give_up(step, job, i, &given_up)) return false;
    if (given_up) continue;
    if (!make_room(step, job, row, running, &starts)) return false;
    if (!starts || runs_count(runs) >= runs->options->jobs_maximum) continue;
    if (!start(step, job, row->instant)) return false;
  }
  return true;
}

bool runs_step(struct runs *runs, struct schedule_job *const *jobs, size_t count, int64_t now,
               struct failure *failure) {
  struct step step = {
      .runs = runs, .jobs = jobs, .job_count = count, .now = now, .failure = failure, .fine = true};
  bool fine = look_at_running(&step) && start_waiting(&step);
  free(step.rows);
  return fine;
}
