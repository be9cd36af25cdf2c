/* loftyrun new: files to begin with. */
#include <string.h>

#include "cmd.h"
#include "new_editor.h"
#include "new_template.h"

static const struct action actions[] = {{"script", "a script that is run", WORD_FILE},
                                        {"job", "a job of loftyrun serve", WORD_FILE},
                                        {"webhook", "a handler of loftyrun serve", WORD_FILE},
                                        {"editor", "what an editor needs to know", WORD_FOLDER},
                                        {NULL}};

static int run(const struct options *options, char **words) {
  (void)options;
  if (!words[0]) return new_template_list();
  if (words[1] && words[2])
    return command_usage_error(&command_new, "one file or folder at a time");
  if (words[1] && !*words[1])
    return command_usage_error(&command_new, "the file or folder has no name");
  if (strcmp(words[0], "editor") == 0) return new_editor(words[1] ? words[1] : ".");
  return new_template(words[0], words[1]);
}

const struct command command_new = {
    .name = "new",
    .usage = "new [TEMPLATE [FILE] | editor]",
    .summary = "a script to begin with, and its test",
    .details =
        "Without a word it lists the templates: script, job and webhook to change as you like, "
        "and\n"
        "all scripts that come with loftyrun. FILE is TEMPLATE.lua by default; beside it comes "
        "its\n"
        "test, FILE_test.lua, which passes: loftyrun test. Nothing that is there is written over.\n"
        "\n"
        "new editor writes .luarc.json and, below .loftyrun/editor, definitions for the Lua\n"
        "language server: every operation, field and code, with types and notes. Its FOLDER is "
        "the\n"
        "one that the editor opens, the current one by default. Run it again after an update of\n"
        "loftyrun. A .luarc.json that is there already is left as it is.\n",
    .examples =
        "  loftyrun new\n"
        "  loftyrun new script tidy.lua\n"
        "  loftyrun new finish_overdue\n"
        "  loftyrun new editor ~/automations\n",
    .actions = actions,
    .run = run,
};
