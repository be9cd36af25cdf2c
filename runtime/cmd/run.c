/* loftyrun run: one run of one script. */
#include "../host/run.h"
#include "../host/notice.h"

#include "../core/exit_code.h"
#include "cmd.h"

static int cannot_read(const struct run_options *run_options, const char *path,
                       const struct failure *failure) {
  const char *meant = command_nearest(path);
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  if (meant) fprintf(stderr, "hint: did you mean the command \"%s\"?\n", meant);
  notice_never_began(run_options, path, EXIT_USAGE, failure->message);
  return EXIT_USAGE;
}

static int run(const struct options *options, char **words) {
  struct script script;
  struct failure failure;
  struct run_options run_options = options_run(options);
  bool fine;
  if (options->chunk) {
    fine = script_from_argument(&script, options->chunk, &failure);
  } else if (words[0]) {
    fine = script_read(&script, *words++, &failure);
  } else {
    return command_usage_error(&command_run, "no script given");
  }
  int exit_code = fine ? run_script(&run_options, &script, words)
                       : cannot_read(&run_options, script.name, &failure);
  script_free(&script);
  return exit_code;
}

const struct command command_run = {
    .name = "run",
    .usage = "[run] [options] SCRIPT [ARG...]",
    .summary = "run a script once",
    .details =
        "SCRIPT is a Lua file, or - for standard input. The word run may be left out unless the\n"
        "script is named like a command. What follows the script's name is the script's: it finds\n"
        "it in ... and in arg. Modules are looked for beside the script first.\n"
        "\n"
        "--dry-run sends no write. Reads happen, and show the script what it would have done.\n"
        "Each write becomes an item of a plan, printed on standard error with what it would\n"
        "change and kept in a file that only you can read: that of --plan, or one in the state\n"
        "folder, for 90 days (with --sandbox only that of --plan). loftyrun apply does it later.\n"
        "The run is not in the history, and what the script would remember is not kept; files\n"
        "that it writes by itself it writes, so lofty.dry_run tells it. What depends on a planned\n"
        "write in a way that only Lofty knows raises DRY_RUN (6).\n"
        "\n"
        "--allow lets a script send or delete what its header does not: --allow delete_notes, or\n"
        "--allow \"send_sms, at most 5 a run\" (loftyrun help grants).\n"
        "\n"
        "--lock, --quiet, --keep-output, --ping, --on-failure, the limits --timeout, --max-memory\n"
        "and --max-requests, and --priority: loftyrun help cron. --trace, --record and --replay:\n"
        "loftyrun help recording. Long lists show a bar on a terminal.\n",
    .examples =
        "  loftyrun --sandbox finish.lua       against a pretend Lofty (loftyrun help sandbox)\n"
        "  loftyrun --dry-run finish.lua       only look, and plan what it would write\n"
        "  loftyrun finish.lua                 on your account (loftyrun help profiles)\n"
        "  loftyrun --quiet --lock --timeout 600 finish.lua --days 7\n"
        "  loftyrun --sandbox -e 'print(#lofty.leads.list{})'\n",
    .words = WORD_FILE,
    .accepts = OPTION_CHUNK | OPTION_ALLOW | OPTION_LOCK | OPTION_WAIT_LOCK | OPTIONS_OF_A_RUN |
               OPTIONS_OF_A_SCRIPT | OPTION_REPL_ON_ERROR,
    .keeps_rest = true,
    .run = run,
};
