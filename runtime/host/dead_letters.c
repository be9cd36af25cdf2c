#include "dead_letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/dead_letters.h"
#include "../core/exit_code.h"
#include "../core/folder.h"
#include "children.h"
#include "job.h"
#include "notice.h"
#include "runs.h"
#include "serve_files.h"

/* The command has a minute of its three. */
enum { LOOK_MS = 60 * 1000, TELLING_MS = 3 * 60 * 1000 };

/* `*command` is NULL where nobody wants to be told; to be freed. */
static bool find_command(const struct serve_options *options, char **command,
                         struct failure *failure) {
  struct profile *profile;
  *command = NULL;
  if (!serve_open_profile(options, &profile, failure)) return false;
  const char *found = notice_command(&options->run, profile);
  bool fine = !found || (*command = strdup(found)) != NULL;
  profile_close(profile);
  return fine || failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

/* In the daemon */

static pid_t start(void *context, struct failure *failure) {
  const struct dead_letters_watch *watch = context;
  struct runs_room room;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "job", "tell"};
  int count = 3;
  char *command;
  bool any;
  if (!dead_letters_look(watch->store, watch->account, journal_now(), &any, failure)) return 0;
  if (!any) return CHORE_NOTHING;
  if (!find_command(watch->options, &command, failure)) return 0;
  bool is_wanted = command != NULL;
  free(command);
  if (!is_wanted) return CHORE_NOTHING;
  const struct run_options *options = &watch->options->run;
  count += runs_chore_options(options, arguments + count, &room);
  if (options->on_failure) {
    arguments[count++] = "--on-failure";
    arguments[count++] = options->on_failure;
  }
  arguments[count] = NULL;
  return children_start(arguments, failure);
}

void dead_letters_watch(struct dead_letters_watch *watch, const struct serve_options *options,
                        struct store *store, const char *account) {
  *watch = (struct dead_letters_watch){.options = options,
                                       .store = store,
                                       .account = account,
                                       .chore = {.what = "nobody could be told of dead events",
                                                 .log = &options->run.log,
                                                 .start = start,
                                                 .context = watch,
                                                 .rest = chore_rest_about,
                                                 .deadline = TELLING_MS}};
  chore_every(&watch->chore, LOOK_MS);
}

/* In its process */

/* Whether the command was run to its end, however that was. */
static bool run_command(const struct run_options *options, const char *command, int64_t count) {
  struct log log = options->log;
  const struct buffer no_tail = {.length = 0};
  struct notice notice = {.command = strdup(command)};
  const struct notice_end end = {
      .script = "inbox", .exit_code = EXIT_ITEMS_FAILED, .tail = &no_tail, .log = &log};
  log.job = "webhooks";
  snprintf(notice.message, sizeof notice.message,
           "%" PRId64 " event%s become dead: loftyrun inbox list state=dead", count,
           count == 1 ? " has" : "s have");
  log_write(&log, LOG_LEVEL_WARN, notice.message, NULL, 0);
  bool told = notice.command && notice_end(&notice, &end);
  notice_close(&notice);
  return told;
}

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return folder_exit_code(failure);
}

static int tell(const struct serve_options *options, struct store *store, const char *account) {
  struct dead_letters letters;
  struct failure failure;
  char *command;
  if (!find_command(options, &command, &failure)) return say(&failure);
  bool fine = !command || dead_letters_claim(store, account, journal_now(), &letters, &failure);
  if (fine && command && letters.count > 0 && run_command(&options->run, command, letters.count))
    fine = dead_letters_told(store, account, &letters, &failure);
  free(command);
  return fine ? EXIT_DONE : say(&failure);
}

int dead_letters_tell(const struct run_options *options) {
  const struct serve_options serve_options = {.run = *options};
  struct journal *journal;
  char *account;
  int exit_code = job_open_store(options, &journal, &account);
  if (exit_code != EXIT_DONE) return exit_code;
  exit_code = tell(&serve_options, journal_store(journal), account);
  journal_close(journal);
  free(account);
  return exit_code;
}
