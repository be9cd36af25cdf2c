/* loftyrun apply: makes the writes of a plan that --dry-run has kept. The plan is read in Lua
   (lofty.dry.apply), inside a run like a script's. */
#include <stdio.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

enum { MOST_ARGUMENTS = 4 };

static const char chunk[] = "require('lofty.dry.apply').run(...)";

static int run(const struct options *options, char **words) {
  char *arguments[MOST_ARGUMENTS + 1];
  int count = 0;
  struct script script;
  struct failure failure;
  bool shows = options->given & OPTION_DRY_RUN;
  if (!words[0]) return command_usage_error(&command_apply, "no plan given");
  if (words[1]) return command_usage_error(&command_apply, "one plan at a time");
  /* A run only reads them; argv has no const anywhere. */
  arguments[count++] = words[0];
  if (shows) arguments[count++] = (char *)"show";
  if (options->given & OPTION_INCOMPLETE) arguments[count++] = (char *)"incomplete";
  arguments[count] = NULL;
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "apply";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "apply");
  struct run_options run_options = options_run(options);
  run_options.dry_run = false;
  run_options.recording = shows ? RUN_READS_HISTORY : RUN_RECORDED;
  int exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

const struct command command_apply = {
    .name = "apply",
    .usage = "apply PLAN",
    .summary = "make the writes that a dry run has planned",
    .details =
        "PLAN is a file that --dry-run has kept. Its items are done one after the other, in the "
        "plan's\n"
        "order: writes to Lofty, and what the script would have kept (lofty.state, lofty.once, "
        "lofty.sync,\n"
        "resume), so that the next run of the script goes on behind it. The ids of new things take "
        "the\n"
        "place of the plan's stand-ins wherever these occur.\n"
        "\n"
        "Before an item is done its target is read again. It is refused where the target is gone, "
        "or\n"
        "what the item would change is no longer as it was when the plan was made; so is a new "
        "lead whose\n"
        "address or number another one has got since (Lofty would merge the two), what needs the "
        "id of a\n"
        "refused create, and a message to a lead who must not be written to any more. The run then "
        "ends\n"
        "with exit code 8 and has named them. Where the plan also keeps something behind "
        "a\n"
        "refused item it stops there, as the script would have: make a new plan.\n"
        "\n"
        "What ended before its end, even by kill -9, goes on when it is called again; nothing is "
        "done\n"
        "twice. A plan that was applied as a whole is done, and says so (0).\n"
        "\n"
        "It may send and delete what the script might, within the script's caps and hours and "
        "those of\n"
        "the profile (loftyrun help grants). Where a cap (6) or the hour (5) stands in the way it "
        "ends,\n"
        "and goes on from there when it is called later.\n"
        "\n"
        "A plan of another profile, base URL, user or state folder: exit code 3. One that is "
        "damaged,\n"
        "was changed, or is of another version: 2. One whose dry run failed or was ended is "
        "refused (2),\n"
        "since the script had not come to its end; --incomplete applies what it has all the same.\n"
        "\n"
        "--dry-run shows the plan again and does nothing.\n",
    .examples =
        "  loftyrun --dry-run --plan monday.plan finish.lua\n"
        "  loftyrun apply --dry-run monday.plan\n"
        "  loftyrun apply monday.plan\n",
    .words = WORD_FILE,
    .accepts =
        (OPTIONS_OF_A_RUN & ~OPTION_PLAN) | OPTION_LOCK | OPTION_WAIT_LOCK | OPTION_INCOMPLETE,
    .run = run,
};
