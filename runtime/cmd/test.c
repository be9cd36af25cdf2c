/* loftyrun test: finds files of tests and runs them, each test in a process of its own. The tests
   are found, counted and reported in Lua (lofty.test.runner), inside a run like a script's that is
   not recorded and calls nobody. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/run.h"
#include "../host/test_worker.h"
#include "cmd.h"

enum { MOST_ARGUMENTS = 1024, MOST_AT_A_TIME = 4, A_DAY = 86400 };

static const char chunk[] = "require('lofty.test.runner').run(...)";

/* Names and values by turns, "--", the paths. */
struct arguments {
  char *list[MOST_ARGUMENTS + 1];
  int count;
  char seconds[32], jobs[16];
};

static void add(struct arguments *arguments, const char *name, const char *value) {
  if (!value) return;
  /* A run only reads them; argv has no const anywhere. */
  arguments->list[arguments->count++] = (char *)name;
  arguments->list[arguments->count++] = (char *)value;
}

static bool collect(struct arguments *arguments, const struct options *options, char **words) {
  arguments->count = 0;
  add(arguments, "filter", options->filter);
  add(arguments, "report", options->report);
  if (options->given & OPTION_COVERAGE)
    add(arguments, "coverage", options->coverage ? options->coverage : "lcov.info");
  if (options->given & OPTION_WATCH) add(arguments, "watch", "true");
  if (options->given & OPTION_TIMEOUT) {
    snprintf(arguments->seconds, sizeof arguments->seconds, "%.3f",
             options->timeout < 0.001 ? 0.001 : options->timeout);
    add(arguments, "timeout", arguments->seconds);
  }
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  snprintf(arguments->jobs, sizeof arguments->jobs, "%ld",
           processors < 1                ? 1
           : processors > MOST_AT_A_TIME ? (long)MOST_AT_A_TIME
                                         : processors);
  add(arguments, "jobs", arguments->jobs);
  int room = MOST_ARGUMENTS - arguments->count - 1;
  arguments->list[arguments->count++] = (char *)"--";
  for (; *words && room > 0; words++, room--) arguments->list[arguments->count++] = *words;
  arguments->list[arguments->count] = NULL;
  return *words == NULL;
}

/* The run that starts the others needs no account, and must not be led to one. */
static int run_all(const struct options *options, struct arguments *arguments) {
  struct script script;
  struct failure failure;
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "test";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "test");
  struct run_options run_options = options_run(options);
  run_options.sandbox_seed = "empty";
  run_options.timeout = 0; /* it is each test's */
  run_options.recording = RUN_READS_HISTORY;
  int exit_code = run_script(&run_options, &script, arguments->list);
  script_free(&script);
  return exit_code;
}

static int run(const struct options *options, char **words) {
  struct arguments arguments;
  /* No path is empty: this is how the program calls itself. */
  if (words[0] && words[0][0] == '\0' && words[1] && words[2]) {
    struct run_options run_options = options_run(options);
    return test_worker_run(&run_options, words[1], words[2]);
  }
  if (options->timeout > A_DAY)
    return command_usage_error(&command_test, "--timeout of a test is at most 86400 seconds");
  if (!collect(&arguments, options, words))
    return command_usage_error(&command_test, "too many paths");
  return run_all(options, &arguments);
}

static const struct option_meaning meanings[] = {
    {"filter", "only tests whose name matches this Lua pattern"},
    {"timeout", "a test has failed that does and says nothing for so long (30)"},
    {NULL, NULL}};

const struct command command_test = {
    .name = "test",
    .usage = "test [options] [PATH...]",
    .summary = "run *_test.lua, each test against a sandbox of its own",
    .details =
        "PATH is a file of tests, or a folder, in which all *_test.lua are found; without one it "
        "is\n"
        "the current folder.\n"
        "\n"
        "  local lofty = require \"lofty\"\n"
        "  local t = require \"lofty.test\"\n"
        "  local it, expect = t.it, t.expect\n"
        "\n"
        "  t.use { seed = \"empty\", clock = \"2026-03-09T08:00-07:00\" }\n"
        "\n"
        "  it(\"tags a new lead\", function()\n"
        "    lofty.leads.create { firstName = \"Ada\", stage = \"New Lead\" }\n"
        "    local run = t.run_script(\"tag_new.lua\", \"--apply\")\n"
        "    expect(run.exit_code):equals(0)\n"
        "    expect(run.output):contains \"1 tagged\"\n"
        "    expect(t.calls(\"leads.update\")[1].body):equals { tagsAdd = { \"fresh\" } }\n"
        "  end)\n"
        "\n"
        "  it(\"fails where Lofty refuses\", function()\n"
        "    t.stub(\"leads.list\", { { leadId = 5 } })\n"
        "    t.stub(\"leads.update\", t.refuse \"LEAD_NOT_EXIST\")\n"
        "    expect(t.run_script(\"tag_new.lua\", \"--apply\").exit_code):equals(4)\n"
        "  end)\n"
        "\n"
        "Each test is a process of its own: the file is loaded anew, nothing that another test "
        "did is\n"
        "there, and its sandbox, state and history are in memory and end with it. Calls go to "
        "that\n"
        "sandbox and nowhere else, whatever the environment and the profile say.\n"
        "\n"
        "  describe(NAME, f), it(NAME, f), pending(NAME), before_each(f), after_each(f)\n"
        "  use { seed=, faults=, rate_limit=, clock= }   for the file, or the describe it stands "
        "in\n"
        "  serial()             at the top of a file: its tests share one process and one "
        "sandbox;\n"
        "                       then before_all(f) and after_all(f) may be used\n"
        "  expect(x):equals(y), is(y), contains(y), matches(PATTERN), has_length(n), is_nil(),\n"
        "    is_true(), is_false(), exists(), is_a(TYPE), is_above(n), is_below(n), near(n, by)\n"
        "  expect(f):raises(CODE or PATTERN)   returns the error;  expect(x).never:equals(y)\n"
        "  run_script(PATH, ARG...)   output, errors, exit_code, error, calls of a whole script\n"
        "  serve(PATH)          its handlers and jobs: :event(NAME, FIELDS), :deliver(FIXTURE),\n"
        "                       :job(NAME, { at = INSTANT })\n"
        "  calls(OPERATION)     the calls made: operation, method, path, query, body, status;\n"
        "  forget_calls()       those that only prepare the test do not count\n"
        "  stub(OPERATION, REPLY), refuse(CODE), respond(STATUS, BODY), only_stubs()\n"
        "  clock.set(INSTANT), clock.advance(\"2h\"), clock.now()   a clock that was set stands "
        "still;\n"
        "                       a sleep moves it and is over at once. As with Lofty, what was "
        "just\n"
        "                       made can be read a moment later: clock.advance(1)\n"
        "  fixture(PATH)        JSON beside the test's file\n"
        "\n"
        "A test fails where it raises, leaves an error in a task that nobody waits for, or says "
        "and does\n"
        "nothing for --timeout seconds (30). What it has printed is shown where it fails. "
        "--filter is a\n"
        "Lua pattern for the whole name, as it is printed. --report junit=FILE writes the file "
        "besides\n"
        "what is printed. --coverage counts lines of all files but the tests' own.\n"
        "\n"
        "Exit code 0: all passed; 1: one failed, a file could not be loaded, or there was no "
        "test.\n",
    .examples =
        "  loftyrun test\n"
        "  loftyrun test --filter 'Smart Plan' finish_overdue_test.lua\n"
        "  loftyrun test --watch --coverage tests\n",
    .words = WORD_FILE,
    .accepts = OPTION_FILTER | OPTION_REPORT | OPTION_COVERAGE | OPTION_WATCH | OPTION_TIMEOUT |
               OPTION_NO_COLOR,
    .meanings = meanings,
    .run = run,
};
