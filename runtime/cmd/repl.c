/* loftyrun repl: the prompt. What is typed is dealt with in Lua (lofty/prompt), inside a run like a
   script's; a session that wants another account is followed by another run. */
#include "../host/repl.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

/* What a session has asked for the next one to be. The names are copied: that one may ask again. */
struct wanted {
  char profile[REPL_NAME_LENGTH], seed[REPL_NAME_LENGTH];
};

static void take_wanted(struct run_options *run_options, struct repl *repl, struct wanted *wanted) {
  snprintf(wanted->profile, sizeof wanted->profile, "%s", repl->profile);
  snprintf(wanted->seed, sizeof wanted->seed, "%s", repl->seed);
  run_options->profile = wanted->profile[0] ? wanted->profile : NULL;
  run_options->sandbox_seed = wanted->seed[0] ? wanted->seed : NULL;
  run_options->dry_run = repl->dry_run;
  if (!run_options->sandbox_seed)
    run_options->faults = run_options->rate_limit = run_options->ledger = NULL;
  repl->loads = false; /* a script is for the account that it was started with */
  repl->again = false;
}

/* One after the other. Where the next cannot begin, because there is no such profile, say, the one
   before begins again: a mistake does not end the prompt. */
static int run_sessions(struct run_options run_options, struct repl *repl,
                        const struct script *script, char **words) {
  struct wanted wanted[2] = {{.profile = ""}};
  struct run_options before = run_options;
  int turn = 0, first = EXIT_DONE;
  bool has_before = false;
  for (;;) {
    repl->began = false;
    int exit_code = run_script(&run_options, script, words);
    if (first == EXIT_DONE && (repl->began || !has_before)) first = exit_code;
    if (!repl->began && has_before) {
      run_options = before;
      has_before = false;
    } else if (repl->again) {
      before = run_options;
      has_before = true;
      turn = 1 - turn;
      take_wanted(&run_options, repl, &wanted[turn]);
    } else {
      return first; /* the code of what failed first */
    }
  }
}

static int run(const struct options *options, char **words) {
  struct script script;
  struct failure failure;
  struct repl repl = {.loads = words[0] != NULL, .asks = !(options->given & OPTION_NO_CONFIRM)};
  struct run_options run_options = options_run(options);
  run_options.repl = &repl;
  run_options.recording = RUN_RECORDS_WRITES;
  bool fine = words[0] ? script_read(&script, *words++, &failure)
                       : script_from_argument(&script, "", &failure);
  if (!fine) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    script_free(&script);
    return EXIT_USAGE;
  }
  if (!repl.loads) {
    script.name = "repl";
    snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "repl");
  }
  int exit_code = run_sessions(run_options, &repl, &script, words);
  script_free(&script);
  return exit_code;
}

const struct command command_repl = {
    .name = "repl",
    .usage = "repl [options] [SCRIPT [ARG...]]",
    .summary = "type Lua, see results",
    .details =
        "  loftyrun repl --sandbox            explore where nothing can go wrong\n"
        "  loftyrun repl                      your account; before it is written to you are asked\n"
        "  loftyrun repl SCRIPT               run it, then type inside its scope\n"
        "  loftyrun repl < LINES              no terminal: runs the lines and prints the results\n"
        "\n"
        "An expression or statement is run when Enter is pressed; what is not finished goes on in\n"
        "the next line. lofty is there, _ is the last result, _err the last error. A local stays\n"
        "until the session ends. Tab completes operations, fields, codes, stages, tags and what\n"
        "values hold; Ctrl-R searches what was typed, also earlier; Ctrl-C ends the call that is\n"
        "under way, Ctrl-D the session. Lines that may hold a secret are not kept.\n"
        "\n"
        "  ?leads.update ?TASK_IS_SMARTPLAN   help on an operation, a helper, a code, a resource\n"
        "  .help                              the commands: .time .quota .profile .dry .sandbox\n"
        "                                     .save .load .edit .frames .quit\n"
        "\n"
        "Before a line writes to a live account its first write is shown and asked about, once;\n"
        "--no-confirm leaves that out. Where nobody can be asked the write is refused. What sends\n"
        "or deletes needs --allow as in a script (loftyrun help grants). Writes are in the\n"
        "history, one run a session. Keys are those of readline, as ~/.inputrc has them.\n",
    .examples =
        "  loftyrun repl --sandbox\n"
        "  loftyrun repl --profile work\n"
        "  loftyrun repl --sandbox finish.lua\n",
    .words = WORD_FILE,
    .accepts = OPTION_ALLOW | OPTION_MAX_MEMORY | OPTION_NO_CONFIRM | OPTIONS_OF_A_RUN,
    .keeps_rest = true,
    .run = run,
};
