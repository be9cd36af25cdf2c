#include "serve.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/notify.h"
#include "../core/schedule_instants.h"
#include "../core/zone.h"
#include "job.h"
#include "reception.h"
#include "registrations.h"
#include "runs.h"
#include "serve_files.h"
#include "serve_sandbox.h"
#include "signals.h"
#include "status.h"
#include "workers.h"

enum {
  TICK_MS = 1000,
  DAY_MS = 24 * 60 * 60 * 1000,
  STOP_MS = 30 * 1000,
  FIRST_PAUSE_MS = 5 * 1000,
  MOST_PAUSE_MS = 60 * 1000
};

/* A job that is served, and when it comes next. */
struct served {
  struct schedule_job *job;
  int64_t next;
};

struct server {
  const struct serve_options *options;
  struct journal *journal;
  char *account;
  struct zones *zones;
  struct loop *loop;
  struct schedule_server row;
  struct runs *runs;
  struct workers *workers;
  struct notify notify;
  struct reception *reception;
  struct status *status; /* NULL: nobody can look */
  struct schedule_job **jobs;
  int64_t *next; /* of each of them; INT64_MAX: never */
  size_t count;
  int64_t version; /* of the store, when the jobs were read */
  bool dirty;      /* they are to be read again */
  int64_t since;   /* the last event before webhooks were taken; below 0 once handlers serve */
  struct loop_timer tick, end;
  int pause; /* milliseconds, after a failure; 0: there was none */
  bool reloads, stops, ends;
};

static void say(const struct server *server, enum log_level level, const char *message,
                const char *name, const char *value) {
  struct log_field field = {.name = name, .value = value};
  log_write(&server->options->run.log, level, message, &field, name ? 1 : 0);
}

/* The service manager. What it cannot be told is no reason not to serve. */
static void tell_manager(struct server *server, bool (*tell)(struct notify *, struct failure *)) {
  struct failure failure;
  if (!tell(&server->notify, &failure)) say(server, LOG_LEVEL_WARN, failure.message, NULL, NULL);
}

static void tell_status(struct server *server, const char *count) {
  struct failure failure;
  char line[48];
  snprintf(line, sizeof line, "jobs: %s", count);
  if (!notify_status(&server->notify, line, &failure))
    say(server, LOG_LEVEL_WARN, failure.message, NULL, NULL);
}

static void begin_watch(struct server *server) {
  struct failure failure;
  if (!notify_open(&server->notify, &failure))
    say(server, LOG_LEVEL_WARN, failure.message, NULL, NULL);
  notify_watch(&server->notify, server->loop);
}

/* NULL for the name: of several jobs. */
static void tell_missed(const struct server *server, const char *name, int64_t missed) {
  char count[24];
  struct log_field fields[] = {{.name = "missed", .value = count, .bare = true},
                               {.name = "job", .value = name}};
  snprintf(count, sizeof count, "%" PRId64, missed);
  log_write(&server->options->run.log, LOG_LEVEL_WARN,
            "came while nobody was there, and is not caught up", fields, name ? 2 : 1);
}

/* Without files the profile says what runs. Who takes webhooks needs no jobs. */
static bool asks_profile(const struct server *server) {
  const struct serve_options *options = server->options;
  return !*options->files &&
         (!options->webhooks.listen || profile_schedule(reception_profile(server->reception)));
}

/* Jobs and handlers of the same texts. */
static bool swap(struct server *server, const struct registrations *registrations, int64_t *missed,
                 struct failure *failure) {
  struct store *store = journal_store(server->journal);
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine =
      schedule_swap(server->journal, server->zones, &server->row, server->account,
                    registrations->list, registrations->count, journal_now(), missed, failure) &&
      inbox_handlers_swap(server->journal, server->row.id, server->account, server->since,
                          registrations->handlers, registrations->handler_count, failure);
  return store_end(store, fine, failure);
}

/* All files are read, and only then the jobs change. */
static int load(struct server *server, bool begins) {
  struct failure failure;
  char count[24];
  struct registrations registrations = {.list = NULL};
  int64_t missed = 0;
  int exit_code = EXIT_DONE;
  if (asks_profile(server))
    exit_code = serve_read_file(server->options, server->loop, NULL, begins, &registrations);
  for (const char *const *file = server->options->files; *file && exit_code == EXIT_DONE; file++)
    exit_code = serve_read_file(server->options, server->loop, *file, begins, &registrations);
  if (exit_code == EXIT_DONE && !swap(server, &registrations, &missed, &failure))
    exit_code = serve_tell_failure(
        server->options, &failure, begins,
        strcmp(failure.code, "JOB_TAKEN") == 0 ? EXIT_USAGE : folder_exit_code(&failure));
  snprintf(count, sizeof count, "%zu", registrations.count);
  registrations_free(&registrations);
  server->dirty = true;
  status_note_load(server->status, exit_code == EXIT_DONE);
  if (exit_code == EXIT_DONE) server->since = -1;
  reception_look(server->reception);
  if (exit_code == EXIT_DONE) workers_tell_idle(server->workers, server->account);
  if (exit_code == EXIT_DONE) tell_status(server, count);
  if (exit_code == EXIT_DONE && missed > 0) tell_missed(server, NULL, missed);
  if (begins && zone_misnamed())
    say(server, LOG_LEVEL_WARN, "TZ is no time zone, so that this machine's time is UTC", "TZ",
        zone_misnamed());
  struct log_field field = {.name = "jobs", .value = count, .bare = true};
  if (exit_code == EXIT_DONE)
    log_write(&server->options->run.log, LOG_LEVEL_INFO,
              begins ? "serving" : "the files were read again", &field, 1);
  else if (!begins)
    say(server, LOG_LEVEL_ERROR, "the files were not taken; the jobs go on as they were", NULL,
        NULL);
  return exit_code;
}

/* The jobs */

static void forget_jobs(struct schedule_job **jobs, size_t count) {
  for (size_t i = 0; i < count; i++) free(jobs[i]);
  free(jobs);
}

struct reading {
  struct schedule_job **jobs;
  size_t count, size;
  bool failed;
};

static bool take_job(void *context, const struct schedule_job *job) {
  struct reading *reading = context;
  if (reading->count == reading->size) {
    size_t size = reading->size ? 2 * reading->size : 16;
    struct schedule_job **larger = realloc(reading->jobs, size * sizeof(struct schedule_job *));
    reading->failed = !larger;
    if (!larger) return false;
    reading->jobs = larger;
    reading->size = size;
  }
  reading->jobs[reading->count] = schedule_copy(job);
  reading->failed = !reading->jobs[reading->count];
  reading->count += !reading->failed;
  return !reading->failed;
}

static const struct schedule_job *find_job(const struct server *server, int64_t id) {
  for (size_t i = 0; i < server->count; i++)
    if (server->jobs[i]->id == id) return server->jobs[i];
  return NULL;
}

/* A job that has paused itself is told of once. */
static void tell_paused(const struct server *server, const struct reading *new) {
  for (size_t i = 0; i < new->count; i++) {
    const struct schedule_job *job = new->jobs[i], *before = find_job(server, job->id);
    if (!job->paused || !job->by_failures || !before || before->paused) continue;
    say(server, LOG_LEVEL_ERROR,
        "paused, because it failed too often in a row; loftyrun job resume has it go on", "job",
        job->name);
  }
}

static int64_t next_of(const struct server *server, const struct schedule_job *job) {
  struct schedule schedule;
  int64_t next;
  if (!schedule_of(job, &schedule, NULL) ||
      !schedule_next(&schedule, server->zones, job->considered, &next, NULL))
    return INT64_MAX;
  return next;
}

static bool read_jobs(struct server *server, struct failure *failure) {
  struct reading reading = {.jobs = NULL};
  int64_t version;
  if (!store_version(journal_store(server->journal), &version, failure)) return false;
  if (version == server->version && !server->dirty) return true;
  bool fine = schedule_served(server->journal, server->row.id, take_job, &reading, failure) &&
              (!reading.failed || failure_set(failure, "OUT_OF_MEMORY", "out of memory"));
  int64_t *next = fine ? calloc(reading.count + 1, sizeof *next) : NULL;
  if (!next) {
    if (fine) failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    forget_jobs(reading.jobs, reading.count);
    return false;
  }
  for (size_t i = 0; i < reading.count; i++) next[i] = next_of(server, reading.jobs[i]);
  tell_paused(server, &reading);
  forget_jobs(server->jobs, server->count);
  free(server->next);
  server->jobs = reading.jobs;
  server->next = next;
  server->count = reading.count;
  server->version = version;
  server->dirty = false;
  return true;
}

/* Decides about what has come; also where the clock was put back, and once a day, so that a job
   which seldom comes does not look like one that nobody has served for long. */
static bool consider(struct server *server, int64_t now, struct failure *failure) {
  bool any = false;
  for (size_t i = 0; i < server->count; i++) {
    const struct schedule_job *job = server->jobs[i];
    bool is_recent = job->considered <= now && now - job->considered < DAY_MS;
    if (server->next[i] > now && is_recent) continue;
    int64_t missed = 0;
    any = true;
    if (!schedule_consider(server->journal, server->zones, job, now, &missed, failure))
      return false;
    if (missed > 0) tell_missed(server, job->name, missed);
  }
  if (!any) return true;
  server->dirty = true;
  return read_jobs(server, failure);
}

/* Waiting */

static void on_tick(void *context);

static void tick_in(struct server *server, int64_t milliseconds) {
  if (milliseconds < 0) milliseconds = 0;
  loop_timer_set(server->loop, &server->tick, milliseconds, on_tick, server);
}

static bool step(struct server *server, int64_t *wait, struct failure *failure) {
  int64_t now = journal_now(), waiting;
  if (!runs_collect(server->runs, failure) || !read_jobs(server, failure) ||
      !consider(server, now, failure) ||
      !runs_step(server->runs, server->jobs, server->count, now, failure) ||
      !workers_step(server->workers, failure) ||
      !schedule_next_waiting(server->journal, server->row.id, now, &waiting, failure))
    return false;
  reception_step(server->reception);
  now = journal_now();
  *wait = TICK_MS;
  if (waiting - now < *wait) *wait = waiting - now;
  for (size_t i = 0; i < server->count; i++)
    if (server->next[i] - now < *wait) *wait = server->next[i] - now;
  return true;
}

/* A full disk, a store that is busy: it is tried again, and not in a circle. */
static void on_tick(void *context) {
  struct failure failure;
  struct server *server = context;
  int64_t wait;
  if (server->stops) return;
  if (step(server, &wait, &failure)) {
    server->pause = 0;
    tick_in(server, wait);
    return;
  }
  server->pause = server->pause == 0 ? FIRST_PAUSE_MS : 2 * server->pause;
  if (server->pause > MOST_PAUSE_MS) server->pause = MOST_PAUSE_MS;
  say(server, LOG_LEVEL_ERROR, "the jobs could not be looked after; that is tried again", "why",
      failure.message);
  server->dirty = true;
  tick_in(server, server->pause);
}

/* Ending */

static void on_end(void *context) {
  struct server *server = context;
  say(server, LOG_LEVEL_WARN, "runs that do not end are killed", NULL, NULL);
  runs_signal(server->runs, SIGKILL);
  workers_signal(server->workers, SIGKILL);
  reception_signal(server->reception, SIGKILL);
}

static size_t processes(const struct server *server) {
  return runs_count(server->runs) + workers_count(server->workers) +
         reception_count(server->reception);
}

static void stop(struct server *server) {
  if (server->stops) {
    server->ends = true;
    return;
  }
  server->stops = true;
  tell_manager(server, notify_stopping);
  loop_timer_clear(server->loop, &server->tick);
  workers_end(server->workers);
  if (processes(server) > 0) {
    say(server, LOG_LEVEL_INFO, "ending; waiting for runs that are told to end", NULL, NULL);
    runs_signal(server->runs, SIGTERM);
    reception_signal(server->reception, SIGTERM);
    loop_timer_set(server->loop, &server->end, STOP_MS, on_end, server);
  }
}

static void on_signal(void *context, int number) {
  struct server *server = context;
  if (number == SIGHUP)
    server->reloads = true;
  else if (number == SIGTERM || number == SIGINT)
    stop(server);
  else if (!server->stops && server->pause == 0 && server->tick.armed)
    tick_in(server, 0);
}

static int begin_status(struct server *server) {
  struct failure failure;
  struct profile *profile = NULL;
  struct status_options options = {.place = server->options->status,
                                   .run = &server->options->run,
                                   .webhooks = reception_webhooks(server->reception)};
  if (!options.place) {
    if (!serve_open_profile(server->options, &profile, &failure))
      return serve_tell_failure(server->options, &failure, true, EXIT_CONFIG);
    options.place = profile_status(profile);
  }
  if (options.place) server->status = status_start(server->loop, &options, &failure);
  bool fine = server->status || !options.place;
  profile_close(profile);
  if (!fine) return serve_tell_failure(server->options, &failure, true, folder_exit_code(&failure));
  if (server->status)
    say(server, LOG_LEVEL_INFO, "the status page is served", "place", status_place(server->status));
  return EXIT_DONE;
}

static int keep_serving(struct server *server) {
  struct failure failure;
  while (!server->ends) {
    if (server->stops) {
      reception_stop(server->reception);
      runs_collect(server->runs, &failure); /* what it cannot tell of has ended all the same */
      workers_collect(server->workers);
      if (processes(server) == 0) break;
    } else if (server->reloads) {
      server->reloads = false;
      tell_manager(server, notify_reloading);
      reception_reload(server->reception);
      load(server, false);
      tell_manager(server, notify_ready);
      tick_in(server, 0);
    }
    if (!loop_step(server->loop, -1)) {
      fputs("loftyrun: the event loop failed\n", stderr);
      return EXIT_TEMPORARY;
    }
  }
  say(server, LOG_LEVEL_INFO, "ended", NULL, NULL);
  return server->ends ? EXIT_SIGTERM : EXIT_DONE;
}

static int begin(struct server *server) {
  struct failure failure;
  server->zones = zones_open();
  server->loop = loop_new();
  if (!server->zones || !server->loop) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  if (!serve_sandbox_start(server->options->sandbox, server->loop, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return folder_exit_code(&failure);
  }
  if (!signals_install(server->loop, on_signal, server, &failure) ||
      !schedule_begin_server(server->journal, journal_now(), &server->row, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return folder_exit_code(&failure);
  }
  server->runs = runs_new(server->options, server->journal, server->row.id);
  server->workers = workers_new(server->options, server->journal, server->row.id);
  if (!server->runs || !server->workers) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  if (!inbox_last_event(journal_store(server->journal), &server->since, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return folder_exit_code(&failure);
  }
  begin_watch(server);
  int exit_code = reception_begin(&server->reception, server->options, server->loop,
                                  server->journal, server->account, server->row.id);
  if (exit_code == EXIT_DONE) exit_code = begin_status(server);
  if (exit_code == EXIT_DONE) exit_code = load(server, true);
  if (exit_code == EXIT_DONE && !server->stops) {
    serve_sandbox_tell(server->options->sandbox);
    tell_manager(server, notify_ready);
    tick_in(server, 0);
  }
  return exit_code;
}

int serve(const struct serve_options *options) {
  struct server server = {.options = options, .notify = {.socket = -1}, .dirty = true};
  int exit_code = job_open_store(&options->run, &server.journal, &server.account);
  if (exit_code != EXIT_DONE) return exit_code;
  exit_code = begin(&server);
  if (exit_code == EXIT_DONE) exit_code = keep_serving(&server);
  status_stop(server.status);
  reception_free(server.reception);
  serve_sandbox_stop(options->sandbox);
  if (server.loop) {
    loop_timer_clear(server.loop, &server.tick);
    loop_timer_clear(server.loop, &server.end);
    signals_remove(server.loop);
  }
  notify_close(&server.notify);
  runs_free(server.runs);
  workers_free(server.workers);
  schedule_end_server(server.journal, &server.row);
  forget_jobs(server.jobs, server.count);
  free(server.next);
  loop_free(server.loop);
  zones_close(server.zones);
  journal_close(server.journal);
  free(server.account);
  return exit_code;
}
