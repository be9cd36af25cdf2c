/* loftyrun api: one call from the shell. What the words mean is found out in Lua (lofty.shell),
   inside a run like a script's. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "cmd.h"

enum { MOST_ARGUMENTS = 1024 };

static const char chunk[] = "require('lofty.shell').run(...)";

/* Names and values by turns, "--", the words: how the chunk gets what was typed. */
struct arguments {
  char *list[MOST_ARGUMENTS + 1];
  int count;
  char width[16];
};

static void add(struct arguments *arguments, const char *name, const char *value) {
  if (!value || arguments->count + 2 > MOST_ARGUMENTS) return;
  /* A run only reads them; argv has no const anywhere. */
  arguments->list[arguments->count++] = (char *)name;
  arguments->list[arguments->count++] = (char *)value;
}

static const char *given(const struct options *options, enum option_bit bit) {
  return options->given & bit ? "" : NULL;
}

/* The columns of the terminal, if standard output is one. */
static const char *terminal_width(struct arguments *arguments) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return NULL;
  snprintf(arguments->width, sizeof arguments->width, "%u", (unsigned)size.ws_col);
  return arguments->width;
}

static bool collect(struct arguments *arguments, const struct options *options, char **words) {
  arguments->count = 0;
  add(arguments, "all", given(options, OPTION_ALL));
  add(arguments, "max", options->items_maximum);
  add(arguments, "output", options->output);
  add(arguments, "fields", options->fields);
  add(arguments, "filter", options->filter);
  add(arguments, "body", options->body);
  add(arguments, "unchecked", given(options, OPTION_UNCHECKED));
  add(arguments, "width", terminal_width(arguments));
  for (size_t i = 0; i < options->query_count; i++) add(arguments, "query", options->query[i]);
  int room = MOST_ARGUMENTS - arguments->count - 1;
  arguments->list[arguments->count++] = (char *)"--";
  for (; *words && room > 0; words++, room--) arguments->list[arguments->count++] = *words;
  arguments->list[arguments->count] = NULL;
  return *words == NULL;
}

static int run(const struct options *options, char **words) {
  struct arguments arguments;
  struct script script;
  struct failure failure;
  if (!words[0])
    return command_usage_error(&command_api, "no operation given, such as leads.list, or GET PATH");
  if (!collect(&arguments, options, words))
    return command_usage_error(&command_api, "too many words");
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "api";
  /* A chunk of ours: what is wrong is at no line of it, but on the command line. */
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "api");
  struct run_options run_options = options_run(options);
  run_options.recording = RUN_RECORDS_WRITES;
  run_options.allow_all = true;
  int exit_code = run_script(&run_options, &script, arguments.list);
  script_free(&script);
  return exit_code;
}

const struct command command_api = {
    .name = "api",
    .usage = "api OPERATION | METHOD PATH",
    .summary = "one call from the shell, JSON out",
    .details =
        "After the operation come its path parameters, then its fields as NAME=VALUE, options "
        "anywhere.\n"
        "Values get the types that the operation's fields have; a field that takes several is "
        "named\n"
        "several times; NAME:=JSON writes any JSON. Everything is checked before anything is sent, "
        "and\n"
        "what is wrong with the command line ends with exit code 2. loftyrun help OPERATION tells "
        "what\n"
        "an operation takes. A list is its first page, unless --all or --max says otherwise.\n"
        "\n"
        "json is readable, members by name; jsonl is one item a line. csv is for spreadsheets: "
        "with a\n"
        "byte order mark, and with what they would turn into a shorter number, a date or a "
        "formula\n"
        "written as =\"...\"; csv-plain has bare values, for programs. Both end lines with CR LF "
        "and\n"
        "put members of members into columns such as inquiry.priceMin. table is for people.\n"
        "\n"
        "In --filter an item's fields are names, absent ones are nil, and item is all of it. It "
        "has\n"
        "string, math, table and utf8, now, and time(createTime) for times as Lofty writes them.\n"
        "\n"
        "--trace, --record and --replay: loftyrun help recording.\n",
    .examples =
        "  loftyrun api leads.list stage=\"New Lead\"\n"
        "  loftyrun api GET /v1.0/leads -q stage=\"New Lead\"\n"
        "  loftyrun api leads.list --all -o csv --fields leadId,firstName,phones > leads.csv\n"
        "  loftyrun api leads.list --all --filter 'score > 50 and stage == \"Hot\"' -o jsonl\n"
        "  loftyrun api leads.update 1187300000000003 stage=Contacted tagsAdd=vip tagsAdd=hot\n"
        "  loftyrun api leads.update 1187300000000003 inquiry.priceMin=300000\n"
        "  loftyrun api leads.create --body @lead.json\n"
        "  loftyrun --sandbox api team.list_tags -o table\n",
    .words = WORD_OPERATION,
    .accepts = OPTION_QUERY | OPTION_ALL | OPTION_MAX | OPTION_OUTPUT | OPTION_FIELDS |
               OPTION_FILTER | OPTION_BODY | OPTION_UNCHECKED | OPTIONS_OF_A_RUN,
    .run = run,
};
