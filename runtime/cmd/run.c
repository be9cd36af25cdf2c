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
        "Runs that use the same credential on this machine share Lofty's limit of calls and wait "
        "for\n"
        "it. --priority says who leaves room to whom: interactive, which is so at a terminal,\n"
        "scheduled, which is so elsewhere, or bulk, which a run becomes that was not told and has "
        "made\n"
        "more than 200 requests. --no-wait ends the run instead (5).\n"
        "\n"
        "--lock is for a crontab: a run does not begin while another one of the same script, with "
        "the\n"
        "same profile and base URL, is under way, but says so and ends with exit code 7; with\n"
        "--wait-lock it waits. --lock=NAME is a lock that several scripts share. It ends with its "
        "run,\n"
        "also where that is killed.\n"
        "\n"
        "Under cron: --quiet prints nothing where the run is done (0), and otherwise all that "
        "script,\n"
        "commands and loftyrun have printed, in the end; of very much the first and the last "
        "megabyte.\n"
        "It is the same where the run is killed. With --quiet, --keep-output and --on-failure what "
        "is\n"
        "printed is kept in the history too, the first and the last 64 KiB of it, without "
        "secrets:\n"
        "loftyrun history show last. Log lines then say which run they are of, as they always do "
        "in "
        "JSON.\n"
        "\n"
        "--timeout, --max-memory and --max-requests end the run (6), whatever the script catches. "
        "The\n"
        "first call beyond --max-requests is refused with TOO_MANY_CALLS, which a script may catch "
        "to "
        "put\n"
        "things in order; another one ends it. Memory is what the script's values take; 1G where "
        "neither\n"
        "--max-memory nor max_memory of the profile says otherwise.\n"
        "\n"
        "--ping NAME tells a service such as healthchecks.io how the run goes: the profile's\n"
        "ping = { NAME = \"https://...\" }, or LOFTYRUN_PING in the environment, is asked for "
        "URL/start\n"
        "at the start, URL where the run is done and URL/fail where it is not, with the exit code "
        "and "
        "a\n"
        "sentence; with ping_output = true in the profile also with what was printed last. Nothing "
        "is\n"
        "sent with --sandbox and --replay, nor where another run has the lock (7).\n"
        "\n"
        "--on-failure COMMAND, or on_failure of the profile where nobody sits at a terminal, is "
        "run by\n"
        "/bin/sh where the run ends with any code but 0 and 7: with LOFTYRUN_SCRIPT, LOFTYRUN_JOB "
        "(of\n"
        "lofty.on), LOFTYRUN_RUN (in the history), LOFTYRUN_EXIT_CODE and LOFTYRUN_MESSAGE in its\n"
        "environment, without credentials, and with the last 16 KiB of what was printed on its "
        "standard\n"
        "input. It has a minute. Neither it nor\n"
        "the ping changes the exit code.\n"
        "\n"
        "Long lists say how far they are: on a terminal with a bar, elsewhere with a line each "
        "minute.\n"
        "\n"
        "--allow lets a script send or delete what its header does not: --allow "
        "delete_notes,send_sms,\n"
        "or --allow \"send_sms, at most 5 a run\". loftyrun help grants says more.\n"
        "\n"
        "--dry-run sends no write. Reads happen, and show the script what it would have done; each "
        "write\n"
        "becomes an item of a plan, printed on standard error with what it would change and kept "
        "in a\n"
        "file that only you can read: that of --plan, or one in the state folder, for 90 days "
        "(with\n"
        "--sandbox only that of --plan). loftyrun apply does it later. Nothing is kept of what "
        "the\n"
        "script would remember, and the run is not in the history; files that a script writes by "
        "itself\n"
        "it writes: lofty.dry_run tells it. What depends on a planned write in a way that only "
        "Lofty\n"
        "knows raises DRY_RUN (6). With --replay a recording is needed that was made with "
        "--dry-run.\n"
        "\n"
        "--trace prints each call on standard error, as a curl command to be pasted into a shell,\n"
        "and what came of it. It is for whoever sits there: bodies are shown as they are sent, "
        "only\n"
        "secrets are not; the credential stands as $LOFTY_API_KEY or $LOFTY_ACCESS_TOKEN.\n"
        "\n"
        "--record keeps every call with its reply, or that there was none, in a file that only "
        "you\n"
        "can read. Secrets are not in it, and names, addresses, phone numbers and free text have\n"
        "stand-ins, the same one for the same value; ids, times, stages and tags stay. A cassette\n"
        "that is there is written anew, any other file is left alone (exit code 2). If it cannot "
        "be\n"
        "written the run ends there (5).\n"
        "\n"
        "--replay runs the script from such a file: without network, credentials or memory of\n"
        "earlier runs, at the time of day at which it was recorded. A call is found by method,\n"
        "target and body; one that was not recorded ends the run (1). What the script brings "
        "along,\n"
        "an e-mail on its command line or a text it makes up, counts as what was recorded in its\n"
        "place. Recordings that nobody asked for are reported at the end. A file that is no\n"
        "cassette: 2.\n",
    .accepts = OPTION_CHUNK | OPTION_ALLOW | OPTION_LOCK | OPTION_WAIT_LOCK | OPTIONS_OF_A_RUN |
               OPTIONS_OF_A_SCRIPT,
    .keeps_rest = true,
    .run = run,
};
