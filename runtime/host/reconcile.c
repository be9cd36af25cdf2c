#include "reconcile.h"

#include <inttypes.h>
#include <stdio.h>

#include "../core/entries.h"
#include "../core/exit_code.h"
#include "../core/journal.h"
#include "children.h"
#include "runs.h"

enum { AT_START_MS = 10 * 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000 };

static pid_t start(void *context, struct failure *failure) {
  struct runs_room room;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "inbox"};
  int count = 2;
  struct run_options options = *(const struct run_options *)context;
  if (options.log.level == LOG_LEVEL_INFO) options.log.level = LOG_LEVEL_WARN;
  count += runs_chore_options(&options, arguments + count, &room);
  arguments[count++] = "--priority";
  arguments[count++] = "bulk";
  arguments[count++] = "reconcile";
  arguments[count++] = "due";
  arguments[count] = NULL;
  return children_start(arguments, failure);
}

/* What was wrong the process itself has said. Without a credential there is little to try. */
static int64_t rest(struct chore *chore, int exit_code) {
  if (exit_code == EXIT_DONE && chore->exit_code != EXIT_DONE)
    log_write(chore->log, LOG_LEVEL_INFO, "the account is compared with the inbox again", NULL, 0);
  return exit_code == EXIT_CONFIG && chore->interval < DAY_MS ? DAY_MS : chore->interval;
}

/* Sets when it was looked last, which is now where it never was. */
static bool find_position(struct store *store, const char *account, int64_t *looked,
                          struct failure *failure) {
  char space[512], text[24];
  int64_t begun, now = journal_now();
  snprintf(space, sizeof space, "reconcile %.480s", account);
  if (!entries_integer(store, space, "begun", &begun, failure) ||
      !entries_integer(store, space, "looked", looked, failure))
    return false;
  if (begun > 0) return true;
  *looked = now;
  snprintf(text, sizeof text, "%" PRId64, now);
  const struct entry entries[] = {{"begun", text}, {"looked", text}};
  return entries_put_all(store, space, entries, 2, STORE_DURABLE, failure);
}

/* What happened while nobody was there is looked at soon; a daemon that is started again and again
   does not look again and again. */
bool reconcile_begin(struct chore *chore, struct store *store, const char *account,
                     const struct run_options *run, int64_t interval, struct failure *failure) {
  int64_t looked = 0;
  if (interval > 0 && !find_position(store, account, &looked, failure)) return false;
  *chore = (struct chore){.what = "the account could not be compared with the inbox",
                          .log = &run->log,
                          .start = start,
                          .context = (void *)run,
                          .rest = rest,
                          .interval = interval,
                          .pause = interval < AT_START_MS ? interval : AT_START_MS};
  chore->next = looked + chore->pause;
  return true;
}
