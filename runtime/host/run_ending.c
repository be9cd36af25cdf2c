#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bind/http.h"
#include "../core/exit_code.h"
#include "../core/journal.h"
#include "../core/reader.h"
#include "interrupt.h"
#include "repl.h"
#include "report.h"
#include "running.h"
#include "state.h"
#include "tasks.h"

enum { REPORT_MAXIMUM = 64 * 1024 };

int run_say(struct run *run, const struct failure *failure, int exit_code) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  notice_say(&run->witness.notice, failure->message, &run->config);
  return exit_code;
}

int run_out_of_memory(struct run *run) {
  struct failure failure;
  failure_set(&failure, "OUT_OF_MEMORY", "out of memory");
  return run_say(run, &failure, EXIT_TEMPORARY);
}

/* After what the script has said, also where both streams go to one file. */
static void print(const struct buffer *text) {
  fflush(stdout);
  if (text->data) fwrite(text->data, 1, text->length, stderr);
}

/* Prints what was reported, and tells it to whom the end is told. */
static void tell(struct run *run, struct buffer *reported) {
  print(reported);
  if (reported->data) notice_say(&run->witness.notice, reported->data, &run->config);
  buffer_free(reported);
}

static struct report_style style_of(const struct run *run) {
  const struct journal *journal = run->context.journal;
  return (struct report_style){.colour = run->options->colour && !run->witness.output.held,
                               .unread = ferror(stdout) && reader_is_gone(STDOUT_FILENO),
                               .wrote = journal && journal_next_number(journal) > 1};
}

static void print_writes_under_way(const struct run *run, const char *lead) {
  struct buffer writes;
  buffer_init(&writes, REPORT_MAXIMUM);
  if (http_calls_in_flight(&run->context, &writes) > 0) {
    fputs(lead, stderr);
    print(&writes);
  }
  buffer_free(&writes);
}

/* The run is ended at once: says why, where, and which writes nobody knows the end of. */
static void report_end(struct run *run, lua_State *co, const char *sentence) {
  struct buffer out;
  notice_say(&run->witness.notice, sentence, &run->config);
  buffer_init(&out, REPORT_MAXIMUM);
  buffer_printf(&out, "loftyrun: %s\n", sentence);
  if (co) report_place(co, &out);
  print(&out);
  buffer_free(&out);
  print_writes_under_way(run, "  under way, outcome unknown: ");
}

/* os.exit ends the other tasks too: that needs no sentence, but what they had under way does. */
void run_report_exit(const struct run *run) {
  fflush(stdout);
  print_writes_under_way(run, "loftyrun: os.exit ended what was under way, outcome unknown: ");
}

/* How a binding ends the run: the sentence, where the script stood, what was under way. */
int run_stop(struct context *context, lua_State *L, int exit_code, const char *message) {
  struct run *run = (struct run *)context;
  report_end(run, L, message);
  context->exit_code = exit_code;
  run->stopped = true;
  return interrupt_exit(L);
}

int run_report(struct run *run, lua_State *co) {
  struct buffer out;
  struct report_style style = style_of(run);
  buffer_init(&out, REPORT_MAXIMUM);
  int exit_code = report_error(run->L, co, run->script, &style, &out);
  if (exit_code == EXIT_SIGPIPE && out.length > 0 && run->number > 0 && !run->context.sandbox)
    buffer_printf(&out, "hint: loftyrun history show %" PRId64 "\n", run->number);
  tell(run, &out);
  if (exit_code == EXIT_SIGPIPE)
    notice_say(&run->witness.notice, "nobody reads standard output any more", &run->config);
  return exit_code;
}

/* The run was ended from outside. */
int run_report_interruption(struct run *run) {
  enum interrupt_reason reason = interrupt_pending();
  char sentence[128];
  snprintf(sentence, sizeof sentence, "%s", interrupt_name(reason));
  if (reason == INTERRUPT_MEMORY)
    snprintf(sentence, sizeof sentence,
             "out of memory: the script needs more than %zu MiB (--max-memory)", run->memory >> 20);
  report_end(run, run->co, sentence);
  return interrupt_exit_code(reason);
}

/* An error leaves the script's stack as it was, for the report. Now its to-be-closed variables
   are closed, which may take calls and time like anything else. */
static void close_variables(struct run *run) {
  lua_State *L = run->L;
  lua_pushvalue(run->co, -1);
  lua_xmove(run->co, L, 1); /* the error that was reported */
  int status = lua_resetthread(run->co);
  if (status == LUA_OK) return;
  lua_xmove(run->co, L, 1); /* the same again, or one that closing raised */
  if (!lua_rawequal(L, -1, -2) && interrupt_pending() == INTERRUPT_NONE) run_report(run, L);
}

/* Where the script has failed nothing of it goes on. A task keeps its errors to itself, for those
   who wait for it; only what its own machinery cannot take comes here: no memory, say. */
void run_on_failure(void *context, lua_State *co, int status) {
  struct run *run = context;
  if (state_was_refused(run->L) || tasks_are_stopped(run->tasks)) return;
  int exit_code = run_report(run, co);
  repl_on_error(&run->context, run->L, co, run->options, run->script);
  if (status == LUA_ERRMEM) exit_code = EXIT_LIMIT;
  if (!run->failure) run->failure = exit_code;
  tasks_cancel(run->tasks);
  if (tasks_is_script(run->tasks, co)) close_variables(run);
}

/* It may have gone on to its end, or failed with something else, but without calls that it
   wanted. */
int run_report_spent(struct run *run) {
  if (run->failure) return EXIT_LIMIT;
  char sentence[128];
  snprintf(sentence, sizeof sentence,
           "the run wanted more than %lu requests (--max-requests), and did not get them",
           run->context.requests_maximum);
  report_end(run, NULL, sentence);
  return EXIT_LIMIT;
}

/* The errors of tasks that nobody has waited for. */
void run_report_unseen(struct run *run) {
  struct buffer out;
  struct report_style style = style_of(run);
  buffer_init(&out, REPORT_MAXIMUM);
  int exit_code = report_unseen_errors(run->L, run->script, &style, &out);
  tell(run, &out);
  if (!run->failure) run->failure = exit_code;
}
