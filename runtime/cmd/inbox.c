/* loftyrun inbox: the webhooks that were delivered. It is read in Lua (lofty.shell.inbox), inside a
   run like a script's that is not recorded. */
#include <stdio.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/folder.h"
#include "../core/store.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

enum { MOST_ARGUMENTS = 1024 };

static const char chunk[] = "require('lofty.shell.inbox').run(...)";

/* Whether there is a store; reading makes none. */
static bool has_store(const struct options *options, struct failure *failure, bool *fine) {
  char path[FOLDER_PATH_LENGTH];
  *fine = options->state || folder_default(path, sizeof path, failure);
  return *fine && store_exists(options->state ? options->state : path);
}

static int run(const struct options *options, char **words) {
  char *arguments[MOST_ARGUMENTS + 6];
  int count = 0;
  bool fine;
  struct script script;
  struct failure failure;
  if (!has_store(options, &failure, &fine)) {
    if (!fine) {
      fprintf(stderr, "loftyrun: %s\n", failure.message);
      return folder_exit_code(&failure);
    }
    if (!words[0] || strcmp(words[0], "list") == 0) {
      puts(options->given & OPTION_JSON ? "[]" : "no events yet");
      return EXIT_DONE;
    }
  }
  /* A run only reads them; argv has no const anywhere. */
  if (options->given & OPTION_JSON) {
    arguments[count++] = (char *)"json";
    arguments[count++] = (char *)"true";
  }
  if (options->items_maximum) {
    arguments[count++] = (char *)"max";
    arguments[count++] = (char *)options->items_maximum;
  }
  arguments[count++] = (char *)"--";
  for (int i = 0; i < MOST_ARGUMENTS && *words; i++) arguments[count++] = *words++;
  arguments[count] = NULL;
  if (*words) return command_usage_error(&command_inbox, "too many words");
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "inbox";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "inbox");
  struct run_options run_options = options_run(options);
  run_options.record = NULL;
  run_options.recording = RUN_READS_HISTORY;
  int exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

const struct command command_inbox = {
    .name = "inbox",
    .usage = "inbox [list | show ID | drop ID...]",
    .summary = "webhooks that were delivered",
    .details =
        "list shows events, the latest first, names and ids only. Filters: name=lead.updated,\n"
        "name=lead.*, lead=ID, state=STATE, since=2h, before=2026-11-23T08:00:00+00:00 "
        "(received).\n"
        "The name is made of Lofty's list and of what the array was called:\n"
        "  agent activity alert appointment call email lead note pipeline task text transaction\n"
        "  created updated deleted finished\n"
        "and the state is one of\n"
        "  new         nobody has dealt with it\n"
        "  duplicate   it has come before within a week: same team, list, array, id and time\n"
        "  unreadable  a whole delivery of a shape that is not known; show says why\n"
        "  dropped     you have said that nobody is to deal with it\n"
        "\n"
        "show ID has all of an event, with what the delivery says about people.\n"
        "\n"
        "drop ID..., or drop with filters, marks events as dropped at once, and shows how many.\n"
        "\n"
        "Duplicates and what was dropped are forgotten after 30 days, earlier where the inbox is "
        "full\n"
        "(max_inbox of the profile, 1 GiB of deliveries). What is new or unreadable is never "
        "forgotten.\n",
    .accepts =
        OPTION_STATE | OPTION_PROFILE | OPTION_SANDBOX | OPTION_MAX | OPTION_JSON | OPTION_NO_COLOR,
    .run = run,
};
