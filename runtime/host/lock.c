#include "lock.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/exit_code.h"
#include "../core/folder.h"
#include "../core/locks.h"
#include "interrupt.h"
#include "profile.h"

enum { FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 500 };

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return folder_exit_code(failure);
}

/* What is locked, as a name that no other profile, base URL or kind of lock has. To be freed; NULL
   where memory ran out. `*shown` is how a person knows it. */
static char *lock_name(const struct run_options *options, const struct context *context,
                       const struct script *script, char **shown) {
  char *name = NULL;
  const char *profile = context->profile ? context->profile : PROFILE_DEFAULT;
  *shown = options->lock_name ? strdup(options->lock_name) : realpath(script->name, NULL);
  if (!*shown) *shown = strdup(script->name);
  if (!*shown) return NULL;
  const char *kind = options->lock_name ? "name" : "script";
  int length = context->sandbox ? asprintf(&name, "run sandbox %s %s", kind, *shown)
                                : asprintf(&name, "run %s@%s %s %s", profile,
                                           context->config->base_url, kind, *shown);
  return length < 0 ? NULL : name;
}

/* " (process 812, since 2026-03-01 06:15:00 -0800)", or nothing where that is not known. */
static const char *describe(const struct lock_holder *holder, char *text, size_t size) {
  char since[40];
  struct tm local;
  time_t seconds = (time_t)(holder->since / 1000);
  text[0] = '\0';
  if (holder->process == 0 || !localtime_r(&seconds, &local)) return text;
  if (strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S %z", &local) == 0) return text;
  snprintf(text, size, " (process %lld, since %s)", (long long)holder->process, since);
  return text;
}

static int refuse(const struct run_options *options, const char *shown,
                  const struct lock_holder *holder) {
  char who[96];
  describe(holder, who, sizeof who);
  if (options->lock_name)
    fprintf(stderr, "loftyrun: another run has the lock \"%s\"%s\n", shown, who);
  else
    fprintf(stderr, "loftyrun: %s is running already%s\n", shown, who);
  return EXIT_LOCKED;
}

static void tell_waiting(const struct context *context, const char *shown,
                         const struct lock_holder *holder) {
  char text[PATH_MAX + 128];
  char who[96];
  snprintf(text, sizeof text, "waiting for the run that has the lock of %s%s", shown,
           describe(holder, who, sizeof who));
  log_write(context->log, LOG_LEVEL_INFO, text, NULL, 0);
}

/* Looks again and again: a lock is never handed on. Signals and --timeout end it. */
static int wait_and_take(struct run_lock *lock, const struct run_options *options,
                         const struct context *context, const char *name, const char *shown) {
  struct failure failure;
  struct lock_holder holder;
  int64_t begin = loop_now();
  int64_t wait = options->lock_wait < 0 ? INT64_MAX / 2 : (int64_t)(options->lock_wait * 1000);
  bool told = false;
  for (int pause = FIRST_PAUSE_MS;; pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : pause) {
    enum lock_answer answer = locks_take(lock->locks, name, &lock->lock, &holder, &failure);
    if (answer == LOCK_TAKEN) return EXIT_DONE;
    if (answer == LOCK_FAILED) return say(&failure);
    int64_t left = begin + wait - loop_now();
    if (left <= 0) return refuse(options, shown, &holder);
    if (!told) tell_waiting(context, shown, &holder);
    told = true;
    bool stepped = loop_step(context->loop, left < pause ? (int)left : pause);
    enum interrupt_reason reason = interrupt_pending();
    if (reason != INTERRUPT_NONE) {
      fprintf(stderr, "loftyrun: %s\n", interrupt_name(reason));
      return interrupt_exit_code(reason);
    }
    if (!stepped) {
      fputs("loftyrun: the event loop failed\n", stderr);
      return EXIT_TEMPORARY;
    }
  }
}

int run_lock_take(struct run_lock *lock, const struct run_options *options,
                  const struct context *context, const struct script *script) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  const char *folder = options->state;
  if (!options->lock) return EXIT_DONE;
  if (!options->lock_name && script->chunk_name[0] != '@') {
    fprintf(stderr, "loftyrun: %s has no path that could be locked; say --lock=NAME\n",
            script->name);
    return EXIT_USAGE;
  }
  if (!folder) {
    if (!folder_default(path, sizeof path, &failure)) return say(&failure);
    folder = path;
  }
  if (!locks_open(folder, &lock->locks, &failure)) return say(&failure);
  char *shown = NULL;
  char *name = lock_name(options, context, script, &shown);
  int exit_code = EXIT_TEMPORARY;
  if (name)
    exit_code = wait_and_take(lock, options, context, name, shown);
  else
    fputs("loftyrun: out of memory\n", stderr);
  free(name);
  free(shown);
  return exit_code;
}

void run_lock_release(struct run_lock *lock) {
  locks_release(lock->lock);
  locks_close(lock->locks);
  *lock = (struct run_lock){.locks = NULL};
}
