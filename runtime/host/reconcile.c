#include "reconcile.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../core/entries.h"
#include "../core/exit_code.h"
#include "../core/journal.h"
#include "../core/log.h"
#include "children.h"
#include "runs.h"

enum {
  TICK_MS = 1000,
  SECOND = 1000,
  AT_START_MS = 10 * 60 * SECOND,
  DAY_MS = 24 * 60 * 60 * SECOND,
  SIGNALLED = 128
};

struct reconcile {
  struct loop *loop;
  const struct run_options *run;
  struct loop_timer tick;
  int64_t interval;
  int64_t next; /* the time of day */
  pid_t process;
  int exit_code; /* of the last one */
};

bool reconcile_read(const char *text, int64_t *interval) {
  static const char units[] = "smhd";
  static const int64_t lengths[] = {SECOND, INT64_C(60) * SECOND, INT64_C(3600) * SECOND,
                                    INT64_C(86400) * SECOND};
  *interval = 0;
  if (strcmp(text, "off") == 0) return true;
  char *end;
  long long number = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : 0;
  const char *unit = number > 0 && number < 1000000 && *end ? strchr(units, *end) : NULL;
  if (!unit || end[1] != '\0') return false;
  *interval = number * lengths[unit - units];
  return *interval >= lengths[1] && *interval <= 7 * lengths[3];
}

static void say(const struct reconcile *reconcile, enum log_level level, const char *message,
                const char *name, const char *value) {
  struct log_field field = {.name = name, .value = value};
  log_write(&reconcile->run->log, level, message, &field, name != NULL);
}

/* What was wrong the process itself has said. Without a credential there is little to try. */
static void take_end(struct reconcile *reconcile, int status) {
  char text[16];
  int exit_code = children_exit_code(status), before = reconcile->exit_code;
  reconcile->process = 0;
  if (exit_code == EXIT_CONFIG && reconcile->interval < DAY_MS)
    reconcile->next = journal_now() + DAY_MS;
  if (exit_code == EXIT_LOCKED) return; /* a person does it */
  reconcile->exit_code = exit_code;
  snprintf(text, sizeof text, "%d", exit_code);
  if (exit_code == EXIT_DONE && before != EXIT_DONE)
    say(reconcile, LOG_LEVEL_INFO, "the account is compared with the inbox again", NULL, NULL);
  else if (exit_code > SIGNALLED)
    say(reconcile, LOG_LEVEL_WARN,
        "comparing the account with the inbox was ended; it is done again", "exit_code", text);
}

static void start(struct reconcile *reconcile) {
  struct failure failure;
  struct runs_room room;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "inbox"};
  int count = 2;
  struct run_options options = *reconcile->run;
  reconcile->next = journal_now() + reconcile->interval;
  options.timeout = 0; /* those are of jobs */
  options.requests_maximum = 0;
  if (options.log.level == LOG_LEVEL_INFO) options.log.level = LOG_LEVEL_WARN;
  count += runs_options(&options, arguments + count, &room);
  arguments[count++] = "--priority";
  arguments[count++] = "bulk";
  arguments[count++] = "reconcile";
  arguments[count++] = "due";
  arguments[count] = NULL;
  reconcile->process = children_start(arguments, &failure);
  if (reconcile->process > 0) return;
  reconcile->process = 0;
  say(reconcile, LOG_LEVEL_WARN, "the account could not be compared with the inbox", "why",
      failure.message);
}

/* By the time of day, so that a machine that has slept does not wait on; one that was put back is
   no reason to wait longer than ever. */
static void on_tick(void *context) {
  struct reconcile *reconcile = context;
  int64_t now = journal_now(), interval = reconcile->interval;
  int64_t longest = interval > DAY_MS ? interval : DAY_MS;
  int status;
  if (reconcile->process && children_ended(reconcile->process, &status))
    take_end(reconcile, status);
  if (reconcile->next > now + longest) reconcile->next = now + longest;
  if (!reconcile->process && interval > 0 && now >= reconcile->next) start(reconcile);
  loop_timer_set(reconcile->loop, &reconcile->tick, TICK_MS, on_tick, reconcile);
}

static bool read_time(struct store *store, const char *space, const char *key, int64_t *time,
                      struct failure *failure) {
  struct buffer text;
  buffer_init(&text, 64);
  enum store_answer answer = entries_get(store, space, key, &text, failure);
  *time = answer == STORE_YES && text.data ? strtoll(text.data, NULL, 10) : 0;
  buffer_free(&text);
  return answer != STORE_FAILED;
}

/* Sets when it was looked last, which is now where it never was. */
static bool find_position(struct store *store, const char *account, int64_t *looked,
                          struct failure *failure) {
  char space[512], text[24];
  int64_t begun, now = journal_now();
  snprintf(space, sizeof space, "reconcile %.480s", account);
  if (!read_time(store, space, "begun", &begun, failure) ||
      !read_time(store, space, "looked", looked, failure))
    return false;
  if (begun > 0) return true;
  *looked = now;
  snprintf(text, sizeof text, "%" PRId64, now);
  const struct entry entries[] = {{"begun", text}, {"looked", text}};
  return entries_put_all(store, space, entries, 2, STORE_DURABLE, failure);
}

struct reconcile *reconcile_start(struct loop *loop, struct store *store, const char *account,
                                  const struct run_options *run, int64_t interval,
                                  struct failure *failure) {
  int64_t looked = 0, now = journal_now();
  if (interval > 0 && !find_position(store, account, &looked, failure)) return NULL;
  struct reconcile *reconcile = calloc(1, sizeof *reconcile);
  if (!reconcile) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  *reconcile = (struct reconcile){.loop = loop, .run = run, .interval = interval};
  /* What happened while nobody was there is looked at soon; a daemon that is started again and
     again does not look again and again. */
  if (interval > 0) reconcile->next = looked + (interval < AT_START_MS ? interval : AT_START_MS);
  if (reconcile->next < now) reconcile->next = now;
  loop_timer_set(loop, &reconcile->tick, 0, on_tick, reconcile);
  return reconcile;
}

void reconcile_set(struct reconcile *reconcile, int64_t interval) {
  if (!reconcile) return;
  int64_t next = journal_now() + interval;
  bool begins = reconcile->interval == 0;
  reconcile->interval = interval;
  if (begins || next < reconcile->next) reconcile->next = next;
}

void reconcile_stop(struct reconcile *reconcile) {
  if (!reconcile) return;
  if (reconcile->process) kill(reconcile->process, SIGTERM);
  loop_timer_clear(reconcile->loop, &reconcile->tick);
  free(reconcile);
}
