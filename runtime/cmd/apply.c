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
        "PLAN is a file that --dry-run has kept. Its items are done one after the other, in the\n"
        "plan's order: writes to Lofty, and what the script would have kept (lofty.state, "
        "lofty.once,\n"
        "lofty.sync, resume), so that the next run of the script goes on behind it. The ids of "
        "new\n"
        "things take the place of the plan's stand-ins wherever these occur.\n"
        "\n"
        "Before an item is done its target is read again. It is refused where the target is gone, "
        "or\n"
        "what the item would change is no longer as it was when the plan was made; so is what "
        "needs\n"
        "the id of a refused create. The run then ends with exit code 8 and has named them. Where "
        "the\n"
        "plan also keeps something behind a refused item it stops there, as the script would have: "
        "make\n"
        "a new plan.\n"
        "\n"
        "What ended before its end, even by kill -9, goes on when it is called again; nothing is "
        "done\n"
        "twice. A plan that was applied as a whole is done, and says so (0).\n"
        "\n"
        "A plan of another profile, base URL or user: exit code 3. One that is damaged, was "
        "changed, or\n"
        "is of another version: 2. One whose dry run failed or was ended is refused (2), since "
        "the\n"
        "script had not come to its end; --incomplete applies what it has all the same.\n"
        "\n"
        "--dry-run shows the plan again and does nothing.\n",
    .accepts =
        (OPTIONS_OF_A_RUN & ~OPTION_PLAN) | OPTION_LOCK | OPTION_WAIT_LOCK | OPTION_INCOMPLETE,
    .run = run,
};
