/* loftyrun repl: the prompt. What is typed is dealt with in Lua (lofty/prompt), inside a run like a
   script's; a session that wants another account is followed by another run. */
#include "../host/repl.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

static int run_sessions(struct run_options *run_options, struct repl *repl,
                        const struct script *script, char **words) {
  for (;;) {
    int exit_code = run_script(run_options, script, words);
    if (!repl->again) return exit_code;
    repl->again = false;
    run_options->profile = repl->profile[0] ? repl->profile : NULL;
    run_options->sandbox_seed = repl->seed[0] ? repl->seed : NULL;
    run_options->dry_run = repl->dry_run;
    if (!run_options->sandbox_seed)
      run_options->faults = run_options->rate_limit = run_options->ledger = NULL;
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
  int exit_code = run_sessions(&run_options, &repl, &script, words);
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
