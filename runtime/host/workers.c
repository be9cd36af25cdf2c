#include "workers.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/inbox_work.h"
#include "../core/process.h"
#include "children.h"
#include "runs.h"

enum {
  FIRST_PAUSE_MS = 1000,
  MOST_PAUSE_MS = 60 * 1000,
  STEADY_MS = 60 * 1000,
  LATE_MS = 30 * 1000
};

/* The worker of a file as it was registered in one generation. */
struct worker {
  pid_t process; /* 0: it has ended */
  int64_t generation;
  int64_t began, until; /* loop_now: when it was started, may be started again */
  int64_t late;         /* since when it has been too long at an event; 0: it is not */
  int pause;
  bool wanted, is_late;
  struct worker *next;
  char file[];
};

struct workers {
  const struct serve_options *options;
  struct journal *journal;
  int64_t server;
  struct worker *list;
  bool ends, out_of_memory;
};

struct workers *workers_new(const struct serve_options *options, struct journal *journal,
                            int64_t server) {
  struct workers *workers = calloc(1, sizeof *workers);
  if (workers)
    *workers = (struct workers){.options = options, .journal = journal, .server = server};
  return workers;
}

void workers_free(struct workers *workers) {
  if (!workers) return;
  for (struct worker *worker = workers->list, *next; worker; worker = next) {
    next = worker->next;
    free(worker);
  }
  free(workers);
}

size_t workers_count(const struct workers *workers) {
  size_t count = 0;
  if (!workers) return 0;
  for (const struct worker *worker = workers->list; worker; worker = worker->next)
    count += worker->process != 0;
  return count;
}

void workers_signal(const struct workers *workers, int number) {
  if (!workers) return;
  for (const struct worker *worker = workers->list; worker; worker = worker->next)
    if (worker->process) kill(worker->process, number);
}

static void say(const struct workers *workers, enum log_level level, const char *message,
                const struct worker *worker, const char *name, int64_t value) {
  char text[24];
  struct log_field fields[] = {{.name = "file", .value = worker->file},
                               {.name = name, .value = text, .bare = true}};
  snprintf(text, sizeof text, "%" PRId64, value);
  log_write(&workers->options->run.log, level, message, fields, 2);
}

/* One that has lived for a while has not ended because it cannot begin. */
static void take_end(struct workers *workers, struct worker *worker, int status) {
  int64_t now = loop_now();
  int exit_code = process_exit_code(status);
  worker->process = 0;
  worker->late = 0;
  if (now - worker->began >= STEADY_MS) worker->pause = 0;
  worker->pause = worker->pause == 0                  ? FIRST_PAUSE_MS
                  : worker->pause * 2 < MOST_PAUSE_MS ? worker->pause * 2
                                                      : MOST_PAUSE_MS;
  worker->until = now + worker->pause;
  if (exit_code != EXIT_DONE)
    say(workers, LOG_LEVEL_WARN, "the worker of the handlers has ended", worker, "exit_code",
        exit_code);
}

void workers_collect(struct workers *workers) {
  if (!workers) return;
  for (struct worker **place = &workers->list; *place;) {
    struct worker *worker = *place;
    int status;
    if (worker->process && children_ended(worker->process, &status))
      take_end(workers, worker, status);
    if (worker->process || (worker->wanted && !workers->ends)) {
      place = &worker->next;
      continue;
    }
    *place = worker->next;
    free(worker);
  }
}

static bool want(void *context, const struct inbox_handler *handler) {
  struct workers *workers = context;
  for (struct worker *worker = workers->list; worker; worker = worker->next) {
    if (worker->generation != handler->generation || strcmp(worker->file, handler->file) != 0)
      continue;
    worker->wanted = true;
    return true;
  }
  size_t size = strlen(handler->file) + 1;
  struct worker *worker = calloc(1, sizeof *worker + size);
  workers->out_of_memory = !worker;
  if (!worker) return false;
  memcpy(worker->file, handler->file, size);
  worker->generation = handler->generation;
  worker->wanted = true;
  worker->next = workers->list;
  workers->list = worker;
  return true;
}

static bool start(struct workers *workers, struct worker *worker, struct failure *failure) {
  char server[24], generation[24], memory[24];
  struct runs_room room;
  const struct run_options *options = &workers->options->run;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "job", "work", server, generation};
  int count = 5;
  snprintf(server, sizeof server, "%" PRId64, workers->server);
  snprintf(generation, sizeof generation, "%" PRId64, worker->generation);
  count += runs_options(options, arguments + count, &room);
  if (options->memory) {
    snprintf(memory, sizeof memory, "%zu", options->memory);
    arguments[count++] = "--max-memory";
    arguments[count++] = memory;
  }
  count += runs_work_options(options, arguments + count);
  arguments[count++] = "--";
  arguments[count++] = worker->file;
  arguments[count] = NULL;
  worker->began = loop_now();
  worker->process = children_start(arguments, failure);
  if (worker->process == 0) {
    worker->until = loop_now() + MOST_PAUSE_MS;
    return false;
  }
  say(workers, LOG_LEVEL_DEBUG, "the worker of the handlers is started", worker, "process",
      worker->process);
  return true;
}

static bool take_late(void *context, int64_t process) {
  const struct workers *workers = context;
  for (struct worker *worker = workers->list; worker; worker = worker->next)
    if (worker->process && worker->process == process) worker->is_late = true;
  return true;
}

/* A worker ends a handler in time whenever that waits for something; a loop without end it cannot.
   So long, by another clock: the time of day may have been put. */
static bool end_late(struct workers *workers, struct failure *failure) {
  for (struct worker *worker = workers->list; worker; worker = worker->next)
    worker->is_late = false;
  if (!inbox_work_late(journal_store(workers->journal), workers->server, journal_now(), take_late,
                       workers, failure))
    return false;
  for (struct worker *worker = workers->list; worker; worker = worker->next) {
    if (!worker->is_late) {
      worker->late = 0;
    } else if (worker->late == 0) {
      worker->late = loop_now();
    } else if (loop_now() - worker->late >= LATE_MS) {
      say(workers, LOG_LEVEL_ERROR, "a handler does not end at its timeout; its worker is killed",
          worker, "process", worker->process);
      kill(worker->process, SIGKILL);
      worker->late = loop_now();
    }
  }
  return true;
}

bool workers_step(struct workers *workers, struct failure *failure) {
  for (struct worker *worker = workers->list; worker; worker = worker->next) worker->wanted = false;
  if (!inbox_handlers_served(journal_store(workers->journal), workers->server, want, workers,
                             failure))
    return false;
  if (workers->out_of_memory) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  workers_collect(workers);
  if (!end_late(workers, failure)) return false;
  for (struct worker *worker = workers->list; worker; worker = worker->next)
    if (!worker->process && worker->wanted && !workers->ends && loop_now() >= worker->until &&
        !start(workers, worker, failure))
      return false;
  return true;
}

static bool tell_idle(void *context, const struct inbox_handler_state *state) {
  const struct workers *workers = context;
  char count[24];
  struct log_field fields[] = {{.name = "handler", .value = state->handler.name},
                               {.name = "events", .value = count, .bare = true}};
  snprintf(count, sizeof count, "%" PRId64, state->waiting);
  if (!state->server && state->waiting > 0)
    log_write(&workers->options->run.log, LOG_LEVEL_WARN,
              "events wait for a handler that nothing serves; register it again, or have loftyrun "
              "inbox forget it",
              fields, 2);
  return true;
}

void workers_tell_idle(const struct workers *workers, const char *account) {
  struct failure failure;
  if (inbox_handlers_of(workers->journal, account, tell_idle, (void *)workers, &failure)) return;
  struct log_field field = {.name = "why", .value = failure.message};
  log_write(&workers->options->run.log, LOG_LEVEL_WARN,
            "it could not be seen whether events wait for handlers that nothing serves", &field, 1);
}

void workers_end(struct workers *workers) {
  struct failure failure;
  workers->ends = true;
  if (workers_count(workers) == 0) return;
  if (inbox_handlers_leave(journal_store(workers->journal), workers->server, &failure)) return;
  workers_signal(workers, SIGTERM); /* they cannot be told otherwise */
}
