/* loftyrun inbox: the webhooks that were delivered. It is read in Lua (lofty.shell.inbox), inside a
   run like a script's that is not recorded. */
#include <inttypes.h>
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

/* Of these only one verb makes calls. */
enum {
  OPTIONS_OF_CALLS =
      (OPTIONS_OF_A_RUN &
       ~(OPTION_RECORD | OPTION_REPLAY | OPTION_PLAN | OPTION_LEDGER | OPTION_PROFILE |
         OPTION_SANDBOX | OPTION_STATE | OPTION_NO_COLOR | OPTION_LOG_LEVEL | OPTION_LOG_FORMAT))
};

/* Whether there is a store; reading makes none. */
static bool has_store(const struct options *options, struct failure *failure, bool *fine) {
  char path[FOLDER_PATH_LENGTH];
  *fine = options->state || folder_default(path, sizeof path, failure);
  return *fine && store_exists(options->state ? options->state : path);
}

static const struct action actions[] = {{"list", "events, the latest first", WORD_ANY},
                                        {"show", "all of an event", WORD_ANY},
                                        {"retry", "have handlers that failed try again", WORD_ANY},
                                        {"replay", "have handlers get events again", WORD_ANY},
                                        {"drop", "nobody is to deal with them", WORD_ANY},
                                        {"handlers", "who deals with them", WORD_ANY},
                                        {"forget", "a handler that is no more", WORD_ANY},
                                        {"reconcile", "find what was never delivered", WORD_ANY},
                                        {NULL}};
/* It is a run like a script's, in the history, and never two at a time. */
static struct run_options run_of(const struct options *options, bool reconciles) {
  struct run_options run = options_run(options);
  run.record = NULL;
  run.recording = reconciles ? RUN_RECORDED : RUN_READS_HISTORY;
  if (!reconciles) return run;
  run.lock = true;
  run.lock_name = "inbox reconcile";
  if (!run.priority) run.priority = "bulk";
  return run;
}

static int run(const struct options *options, char **words) {
  char *arguments[MOST_ARGUMENTS + 8], from[24];
  int count = 0;
  bool fine, reconciles = words[0] && strcmp(words[0], "reconcile") == 0;
  struct script script;
  struct failure failure;
  if (words[0] && !command_action(&command_inbox, words[0]))
    return command_no_action(&command_inbox, words[0]);
  if (!reconciles && options->given & (uint64_t)(OPTIONS_OF_CALLS | OPTION_FROM))
    return command_usage_error(
        &command_inbox, "--from, --dry-run and other options of calls are for inbox reconcile");
  struct run_options run_options = run_of(options, reconciles);
  if (!reconciles && !has_store(options, &failure, &fine)) {
    if (!fine) {
      fprintf(stderr, "loftyrun: %s\n", failure.message);
      return folder_exit_code(&failure);
    }
    run_options.sandbox_seed = "empty"; /* keeps what it has in memory */
    run_options.state = NULL;
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
  if (options->given & OPTION_FROM) {
    snprintf(from, sizeof from, "%" PRId64, options->from * 1000);
    arguments[count++] = (char *)"from";
    arguments[count++] = from;
  }
  arguments[count++] = (char *)"--";
  for (int i = 0; i < MOST_ARGUMENTS && *words; i++) arguments[count++] = *words++;
  arguments[count] = NULL;
  if (*words) return command_usage_error(&command_inbox, "too many words");
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = reconciles ? "inbox reconcile" : "inbox";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "inbox");
  int exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

static const struct option_meaning meanings[] = {
    {"max", "at most N events"},
    {"from", "compare the account from this instant on"},
    {NULL, NULL}};

const struct command command_inbox = {
    .name = "inbox",
    .usage = "inbox list|show|retry|replay|drop|reconcile ...",
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
        "  waiting     it is to be given to a handler (lofty.on.webhook)\n"
        "  running     a handler is at it\n"
        "  failed      a handler has failed, and tries again; show says when and why\n"
        "  dead        a handler has failed ten times, or as often as its retries say, and gave "
        "up\n"
        "  done        all handlers of such events are done\n"
        "  unhandled   it came while there were handlers, and none takes such events\n"
        "  duplicate   it has come before within a week: same team, list, array, id and time\n"
        "  unreadable  a whole delivery of a shape that is not known; show says why\n"
        "  dropped     you have said that nobody is to deal with it\n"
        "\n"
        "show ID has all of an event, with what the delivery says about people, its handlers and\n"
        "their failures.\n"
        "\n"
        "These take IDs or filters, and show how many events they have found:\n"
        "  retry   handlers that have given up, or wait after a failure, try again now\n"
        "  replay  all handlers that are served now get the events again, also where they are "
        "done\n"
        "          or came before the handler was there; what goes through lofty.once(event.key)\n"
        "          is not done again. Dropped ones by ID or state=dropped only\n"
        "  drop    nobody is to deal with them; what a handler is at goes on\n"
        "\n"
        "reconcile looks for changes of leads, tasks and appointments that were never delivered; "
        "they\n"
        "become events with a * behind the ID. serve --listen does it by itself, at its start and "
        "each\n"
        "hour (reconcile of the profile); the first time only notes from when on. --from INSTANT "
        "looks\n"
        "back, --dry-run only counts. Asked for is what handlers that are served take, else what "
        "the\n"
        "team is subscribed to: new leads; for changed ones the list of all leads, a call per "
        "100,\n"
        "which serve reads so seldom that it takes 300 calls an hour at most; tasks of this user, "
        "and\n"
        "of those whom leads are assigned to, as far as Lofty allows. What changed less than ten "
        "minutes\n"
        "ago is left to Lofty. Several changes of a thing since the last look are one event. "
        "Deleted\n"
        "ones, and those of other lists, do not show. What is delivered later is a duplicate where "
        "its\n"
        "time is within a second of that which Lofty's lists show.\n"
        "\n"
        "A handler gets the events that come after it was registered for the first time, also "
        "those\n"
        "that come while nothing runs, each at least once and those of one lead in their order.\n"
        "While one waits to be tried again the later ones of its lead wait too, but only for that\n"
        "handler; behind a dead one they do not.\n"
        "\n"
        "handlers shows the handlers that there are, whether a loftyrun serve has them now, and "
        "how\n"
        "many events wait for each. What waits for one that no file registers any more waits on,\n"
        "for when it is registered again; list and serve say so. forget NAME: nobody is to deal "
        "with\n"
        "it any more, and where it is registered again it begins with what comes then.\n"
        "\n"
        "What is a duplicate, unhandled, done or dropped is forgotten after 30 days, earlier where "
        "the\n"
        "inbox is full (max_inbox of the profile, 1 GiB of deliveries). All else never is.\n",
    .examples =
        "  loftyrun inbox\n"
        "  loftyrun inbox list name=lead.* since=2h\n"
        "  loftyrun inbox list state=dead --json\n"
        "  loftyrun inbox show 12\n"
        "  loftyrun inbox retry state=failed\n"
        "  loftyrun inbox drop state=unreadable\n"
        "  loftyrun inbox reconcile --from 2026-03-08T02:30-05:00\n",
    .actions = actions,
    .accepts = OPTION_STATE | OPTION_PROFILE | OPTION_SANDBOX | OPTION_MAX | OPTION_JSON |
               OPTION_NO_COLOR | OPTION_LOG_LEVEL | OPTION_LOG_FORMAT | OPTION_FROM |
               OPTIONS_OF_CALLS,
    .meanings = meanings,
    .run = run,
};
