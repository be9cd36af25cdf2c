/* loftyrun run: one run of one script. */
#include "../host/run.h"

#include "../core/exit_code.h"
#include "cmd.h"

static int cannot_read(const char *path, const struct failure *failure) {
  const char *meant = command_nearest(path);
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  if (meant) fprintf(stderr, "hint: did you mean the command \"%s\"?\n", meant);
  return EXIT_USAGE;
}

static int run(const struct options *options, char **words) {
  struct script script;
  struct failure failure;
  struct run_options run_options = {.profile = options->profile,
                                    .sandbox_seed = options->sandbox_seed,
                                    .faults = options->faults,
                                    .rate_limit = options->rate_limit,
                                    .ledger = options->ledger,
                                    .state = options->state,
                                    .timeout = options->timeout,
                                    .requests_maximum = options->requests_maximum,
                                    .retries = options->retries,
                                    .no_wait = options->given & OPTION_NO_WAIT,
                                    .log = options_log(options),
                                    .colour = options_colour(options)};
  bool fine;
  if (options->chunk) {
    fine = script_from_argument(&script, options->chunk, &failure);
  } else if (words[0]) {
    fine = script_read(&script, *words++, &failure);
  } else {
    return command_usage_error(&command_run, "no script given");
  }
  int exit_code =
      fine ? run_script(&run_options, &script, words) : cannot_read(script.name, &failure);
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
        "it in ... and in arg. Modules are looked for beside the script first.\n",
    .accepts = OPTION_CHUNK | OPTION_PROFILE | OPTION_SANDBOX | OPTION_TIMEOUT |
               OPTION_MAX_REQUESTS | OPTION_RETRIES | OPTION_NO_WAIT | OPTION_STATE |
               OPTION_LOG_LEVEL | OPTION_LOG_FORMAT | OPTION_NO_COLOR | OPTION_FAULTS |
               OPTION_RATE_LIMIT | OPTION_LEDGER,
    .keeps_rest = true,
    .run = run,
};
