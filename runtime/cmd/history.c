/* loftyrun history: what runs did. It is read in Lua (lofty.shell.history), inside a run like a
   script's that is not recorded itself, but for one that undoes. */
#include <stdio.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/folder.h"
#include "../core/store.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

enum { MOST_ARGUMENTS = 20, NAME_LENGTH = 64 };

static const char chunk[] = "require('lofty.shell.history').run(...)";

/* Reading makes no store where there is none. */
static bool is_empty(const struct options *options, int *exit_code) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  const char *folder = options->state;
  *exit_code = EXIT_DONE;
  if (options->given & OPTION_SANDBOX && !folder) {
    fputs("loftyrun: a run with --sandbox keeps nothing; add --state DIR\n", stderr);
    *exit_code = EXIT_USAGE;
    return true;
  }
  if (!folder) {
    if (!folder_default(path, sizeof path, &failure)) {
      fprintf(stderr, "loftyrun: %s\n", failure.message);
      *exit_code = folder_exit_code(&failure);
      return true;
    }
    folder = path;
  }
  return !store_exists(folder);
}

static const struct {
  uint64_t bit;
  const char *name;
} flags[] = {{OPTION_JSON, "json"}, {OPTION_FOLLOW, "follow"}, {OPTION_APPLY, "apply"}};

/* What undoes is a run of its own in the history: "history undo 12". */
static bool undoes(const struct options *options, char **words) {
  return options->given & OPTION_APPLY && words[0] && strcmp(words[0], "undo") == 0;
}

static const struct action actions[] = {{"list", "runs, the latest first", WORD_ANY},
                                        {"show", "the writes of a run", WORD_JOB},
                                        {"undo", "take the writes of a run back", WORD_JOB},
                                        {"settle", "say whether something was done", WORD_ANY},
                                        {NULL}};

static int run(const struct options *options, char **words) {
  char *arguments[MOST_ARGUMENTS + 1], name[NAME_LENGTH];
  int count = 0, exit_code;
  struct script script;
  struct failure failure;
  bool applies = undoes(options, words);
  bool lists = !words[0] || (strcmp(words[0], "list") == 0 && !words[1]);
  bool follows = options->given & OPTION_FOLLOW;
  if (words[0] && !command_action(&command_history, words[0]))
    return command_no_action(&command_history, words[0]);
  if (is_empty(options, &exit_code) && ((lists && !follows) || exit_code != EXIT_DONE)) {
    if (exit_code == EXIT_DONE) puts(options->given & OPTION_JSON ? "[]" : "no runs yet");
    return exit_code;
  }
  /* A run only reads them; argv has no const anywhere. */
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    if (!(options->given & flags[i].bit)) continue;
    arguments[count++] = (char *)flags[i].name;
    arguments[count++] = (char *)"true";
  }
  if (options->items_maximum) {
    arguments[count++] = (char *)"max";
    arguments[count++] = (char *)options->items_maximum;
  }
  arguments[count++] = (char *)"--";
  char **first = words;
  while (*words && count < MOST_ARGUMENTS) arguments[count++] = *words++;
  arguments[count] = NULL;
  if (*words) return command_usage_error(&command_history, "too many words");
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  snprintf(name, sizeof name, "history%s%.40s", applies ? " undo " : "",
           applies && first[1] ? first[1] : "");
  script.name = name;
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "history");
  struct run_options run_options = options_run(options);
  run_options.record = NULL;
  run_options.allow_all = applies;
  run_options.recording = applies ? RUN_RECORDED : RUN_READS_HISTORY;
  exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

static const struct option_meaning meanings[] = {{"max", "at most N runs"}, {NULL, NULL}};

const struct command command_history = {
    .name = "history",
    .usage = "history [list | show RUN | undo RUN | settle KEY done|again]",
    .summary = "what runs did",
    .details =
        "list, the latest first: when each run began, how long it took, how it ended and what came "
        "of\n"
        "its writes. died: it was killed, or the machine was; what was under way then is in "
        "doubt.\n"
        "Below it, for scripts that ran more than once, how long they took.\n"
        "\n"
        "show RUN lists its writes; RUN is a number, last, or a job's name, for the last run of "
        "that;\n"
        "job NAME where that is a number or last itself. What became of each:\n"
        "  done      Lofty did it\n"
        "  refused   Lofty did not do it, for the reason given\n"
        "  not_sent  it has not left this machine\n"
        "  unknown   it may have been done: the reply was lost, or the run died\n"
        "  sending   it is under way\n"
        "and where lofty.once has looked after one in doubt: absent, it was not there; repeated,\n"
        "it was made again, which leaves what doing it once leaves; earlier, another run did it.\n"
        "\n"
        "It also shows what the run printed, where that was kept: with --quiet, --keep-output,\n"
        "--on-failure, and of scheduled runs; the first and the last 64 KiB.\n"
        "\n"
        "undo RUN shows what taking back its writes would do, the last one first: what, whose, and "
        "how\n"
        "it is now and would be then; --apply does it. A write is left alone, and the exit code is "
        "8,\n"
        "where somebody has changed since what it set, or where it is in doubt. What has no way "
        "back\n"
        "stays, and it says why: a message that was sent, a lead that was made. Changes and "
        "deletes\n"
        "go back to what the run had read before it wrote. What undoes is a run too: it can be "
        "ended\n"
        "anywhere and run again, and be undone. Keys of lofty.once stay: what was done once is not "
        "done\n"
        "again unless settle says so.\n"
        "\n"
        "--follow goes on: list with the runs that begin and end, show with the writes of that "
        "run.\n"
        "\n"
        "settle KEY says of a key of lofty.once that is held (ONCE_UNSETTLED) what is so, for the\n"
        "profile and base URL in force: done, and it is not done any more, or again, and the next\n"
        "run does it.\n"
        "\n"
        "Every write is recorded before it is sent, in the state folder, which only you can read, "
        "with\n"
        "its fields but without secrets. Runs of more than 90 days ago, and those before the last\n"
        "10,000, are forgotten, unless a write of theirs is in doubt.\n",
    .examples =
        "  loftyrun history\n"
        "  loftyrun history show last\n"
        "  loftyrun history show 12 --json\n"
        "  loftyrun history undo 12            what it would do; --apply does it\n"
        "  loftyrun history --follow\n"
        "  loftyrun history settle \"welcome 1187300000000003\" done\n",
    .actions = actions,
    .accepts = OPTION_STATE | OPTION_PROFILE | OPTION_SANDBOX | OPTION_MAX | OPTION_JSON |
               OPTION_NO_COLOR | OPTION_FOLLOW | OPTION_APPLY | OPTION_TIMEOUT |
               OPTION_MAX_REQUESTS | OPTION_RETRIES | OPTION_NO_WAIT | OPTION_PRIORITY |
               OPTION_LOG_LEVEL | OPTION_LOG_FORMAT | OPTION_TRACE,
    .meanings = meanings,
    .run = run,
};
