#include "serve_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/config.h"
#include "../core/exit_code.h"
#include "../core/process.h"
#include "children.h"
#include "job.h"
#include "runs.h"

enum {
  ASK_MS = 15 * 1000, /* the child itself gives up earlier, and says why */
  WORDS_MAXIMUM = 64 * 1024,
  TIMES_READ = 3
};

static void say(const struct serve_options *options, enum log_level level, const char *message,
                const char *name, const char *value) {
  struct log_field field = {.name = name, .value = value};
  log_write(&options->run.log, level, message, &field, name ? 1 : 0);
}

bool serve_open_profile(const struct serve_options *options, struct profile **profile,
                        struct failure *failure) {
  const struct run_options *run = &options->run;
  const char *name = run->profile;
  *profile = NULL;
  if (!name && !run->sandbox_seed) name = config_variable("LOFTY_PROFILE");
  return (!name && run->sandbox_seed) || profile_open(name, profile, failure);
}

/* What a file's process has printed. Where the daemon goes on all the same the log has it;
   otherwise whoever started it. */
static void pass_on(const struct serve_options *options, const char *text, int exit_code,
                    bool begins) {
  if (begins)
    fputs(text, stderr);
  else if (*text)
    log_text(&options->run.log, exit_code == EXIT_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, text);
}

static void trim(struct buffer *text) {
  while (text->length > 0 && text->data[text->length - 1] == '\n')
    text->data[--text->length] = '\0';
}

int serve_tell_failure(const struct serve_options *options, const struct failure *failure,
                       bool begins, int exit_code) {
  if (begins)
    fprintf(stderr, "loftyrun: %s\n", failure->message);
  else
    say(options, LOG_LEVEL_ERROR, failure->message, NULL, NULL);
  return exit_code;
}

static int ask_child(const struct serve_options *options, struct loop *loop, const char *file,
                     bool begins, struct buffer *lines) {
  struct failure failure;
  struct child_words words = {.status = 0};
  struct runs_room room;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "job", "check", "-o", "jsonl"};
  int count = 5, exit_code = EXIT_TEMPORARY;
  count += runs_options(&options->run, arguments + count, &room);
  if (file) {
    arguments[count++] = "--";
    arguments[count++] = file;
  }
  arguments[count] = NULL;
  buffer_init(&words.out, lines->maximum);
  buffer_init(&words.err, WORDS_MAXIMUM);
  if (!children_ask(loop, arguments, ASK_MS, &words, &failure)) {
    serve_tell_failure(options, &failure, begins, exit_code);
  } else {
    exit_code = process_exit_code(words.status);
    if (!begins) trim(&words.err);
    if (words.err.data) pass_on(options, words.err.data, exit_code, begins);
    if (exit_code != EXIT_DONE && !words.err.length)
      say(options, LOG_LEVEL_ERROR, "a process that was to tell what a file registers has died",
          "file", file ? file : "the configuration");
  }
  if (exit_code == EXIT_DONE) {
    buffer_free(lines);
    *lines = words.out;
  } else {
    buffer_free(&words.out);
  }
  buffer_free(&words.err);
  return exit_code;
}

static bool take(struct registrations *registrations, const char *path, const struct buffer *lines,
                 struct failure *failure) {
  struct script script;
  if (!path) return registrations_take_profile(registrations, lines, failure);
  bool fine = script_read(&script, path, failure) &&
              registrations_take(registrations, path, lines, &script.text, failure);
  script_free(&script);
  return fine;
}

/* What was told must be of the text that is kept: where somebody writes the file at the moment it
   is read again. */
int serve_read_file(const struct serve_options *options, struct loop *loop, const char *file,
                    bool begins, struct registrations *registrations) {
  char path[PATH_MAX];
  struct failure failure;
  struct buffer lines;
  if (file && !realpath(file, path)) {
    failure_set(&failure, "CANNOT_READ", "cannot open %.400s: %s", *file ? file : "\"\"",
                strerror(errno));
    return serve_tell_failure(options, &failure, begins, EXIT_USAGE);
  }
  int exit_code = EXIT_USAGE;
  buffer_init(&lines, JOB_REGISTRATIONS_MAXIMUM);
  for (int i = 0; i < TIMES_READ; i++) {
    exit_code = ask_child(options, loop, file, begins, &lines);
    if (exit_code != EXIT_DONE) break;
    if (take(registrations, file ? path : NULL, &lines, &failure)) break;
    exit_code = EXIT_USAGE;
    if (strcmp(failure.code, "CHANGED") != 0 || i == TIMES_READ - 1) {
      serve_tell_failure(options, &failure, begins, exit_code);
      break;
    }
  }
  buffer_free(&lines);
  return exit_code;
}
