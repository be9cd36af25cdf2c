/* loftyrun check: mistakes found before a script ever runs. */
#include "../host/check.h"

#include "cmd.h"

static int run(const struct options *options, char **words) {
  if (!words[0])
    return command_usage_error(&command_check, "say which scripts: files, folders or -");
  return check_scripts(words, options->given & OPTION_JSON);
}

const struct command command_check = {
    .name = "check",
    .usage = "check [--json] SCRIPT...",
    .summary = "find mistakes without running",
    .details =
        "Looks each SCRIPT through and runs none: a file, - for standard input, or a folder, of\n"
        "which every *.lua is taken. Needs no account and no network. It finds\n"
        "\n"
        "  what is no Lua, and globals that nobody sets\n"
        "  names that lofty has not: operations, helpers, codes, modules\n"
        "  fields and parameters that an operation has not, that are missing, or whose value it\n"
        "  would refuse; too many and too few arguments\n"
        "  codes that no error has, in err:is(...), err.code == ... and tables asked with "
        "err.code\n"
        "  cron expressions, zones, names of events and options of lofty.on, lofty.map and others\n"
        "  results of lofty.try that nobody looks at: local _ = try(...) says that it is meant\n"
        "  lines of the header that are meant as a grant and are none\n"
        "\n"
        "and says what a run would say when it got there. What only a run can tell is left to it,\n"
        "so that a script without findings may still fail. A grant that the header lacks is a\n"
        "note, since --allow and the profile allow too; notes do not fail.\n"
        "\n"
        "Findings go to standard output as FILE:LINE:COLUMN: MESSAGE, with the line; columns\n"
        "count characters. --json prints an object a line: file, line, column, end_column, level\n"
        "(mistake or note), code, message, suggestion. Exit codes: 0 no mistakes, 1 mistakes,\n"
        "2 something could not be read. Scripts of more than 4 MiB are checked for syntax alone,\n"
        "which says so and is 2.\n"
        "\n"
        "The parser is luacheck's (loftyrun help licences).\n",
    .examples =
        "  loftyrun check finish.lua\n"
        "  loftyrun check --json scripts\n",
    .words = WORD_FILE,
    .accepts = OPTION_JSON,
    .run = run,
};
