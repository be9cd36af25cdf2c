#include "registrations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/config.h"
#include "../core/digest.h"
#include "../core/exit_code.h"
#include "embedded.h"
#include "job.h"
#include "json_members.h"
#include "profile.h"
#include "profile_schedule.h"

enum {
  NAME,
  EXPRESSION,
  TZ,
  OVERLAP,
  CATCH_UP,
  DIGEST,
  LINE,
  WINDOW,
  JITTER,
  TIMEOUT,
  RETRIES,
  RETRY_DELAY,
  PAUSE_AFTER,
  PATH, /* of a script that a profile schedules, and its arguments */
  ARGUMENTS,
  KIND, /* "webhook": a handler */
  PATTERN,
  CONCURRENCY,
  COALESCE,
  MEMBERS
};

enum {
  HEX_SIZE = 2 * DIGEST_SHA256_SIZE + 1,
  TIME_LIMIT_SECONDS = 10,
  MEMORY_LIMIT = 512 * 1024 * 1024
};

static const struct json_member named[MEMBERS] = {
    [NAME] = {.name = "name"},
    [EXPRESSION] = {.name = "expression"},
    [TZ] = {.name = "tz"},
    [OVERLAP] = {.name = "overlap"},
    [CATCH_UP] = {.name = "catch_up"},
    [DIGEST] = {.name = "digest"},
    [LINE] = {.name = "line"},
    [WINDOW] = {.name = "window"},
    [JITTER] = {.name = "jitter"},
    [TIMEOUT] = {.name = "timeout"},
    [RETRIES] = {.name = "retries"},
    [RETRY_DELAY] = {.name = "retry_delay"},
    [PAUSE_AFTER] = {.name = "pause_after"},
    [PATH] = {.name = "file"},
    [ARGUMENTS] = {.name = "arguments"},
    [KIND] = {.name = "kind"},
    [PATTERN] = {.name = "pattern"},
    [CONCURRENCY] = {.name = "concurrency"},
    [COALESCE] = {.name = "coalesce"},
};

/* What one line owns; and for the first of a file its text and path. */
struct registrations_part {
  struct json_member members[MEMBERS];
  struct buffer text;
  char *file;
  struct registrations_part *next;
};

static bool digest_of(const struct buffer *text, char hex[HEX_SIZE]) {
  unsigned char digest[DIGEST_SHA256_SIZE];
  if (!digest_sha256(text->data ? text->data : "", text->length, digest)) return false;
  for (int i = 0; i < DIGEST_SHA256_SIZE; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  return true;
}

/* Telling */

/* Whatever the file prints must not come between the lines. Returns the descriptor that standard
   output was, or -1. */
static int set_output_aside(void) {
  fflush(stdout);
  int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (output >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    close(output);
    return -1;
  }
  return output;
}

static bool give_output_back(int output) {
  fflush(stdout);
  bool fine = dup2(output, STDOUT_FILENO) >= 0;
  close(output);
  return fine;
}

static bool append_lines(struct buffer *lines, const struct buffer *told, const char *hex) {
  bool fine = true;
  for (const char *line = told->data; fine && line && *line;) {
    size_t length = strcspn(line, "\n");
    fine = buffer_printf(lines, "{\"digest\":\"%s\",", hex) &&
           buffer_append(lines, line + 1, length - 1) && buffer_append(lines, "\n", 1);
    line += length + (line[length] == '\n');
  }
  return fine;
}

static int refuse_empty(const char *path, const struct buffer *told) {
  if (told->data)
    fprintf(stderr,
            "loftyrun: %s registers nothing; it should call lofty.on.schedule or "
            "lofty.on.webhook\n",
            path);
  else
    fprintf(stderr, "loftyrun: %s has ended the process before it had told what it registers\n",
            path);
  return EXIT_SCRIPT;
}

/* Runs what registers. */
static int ask(const struct run_options *options, const struct script *script, char **arguments,
               struct buffer *told) {
  struct run_options wanted = *options;
  wanted.registrations = told;
  wanted.recording = RUN_READS_HISTORY;
  if (wanted.timeout <= 0) wanted.timeout = TIME_LIMIT_SECONDS;
  wanted.memory = MEMORY_LIMIT;
  int output = set_output_aside();
  int exit_code = output < 0 ? EXIT_TEMPORARY : run_script(&wanted, script, arguments);
  if (output < 0 || !give_output_back(output)) {
    fprintf(stderr, "loftyrun: cannot set standard output aside: %s\n", strerror(errno));
    exit_code = EXIT_TEMPORARY;
  }
  return exit_code;
}

static int tell(const struct run_options *options, const struct script *script,
                struct buffer *lines) {
  char *arguments[] = {NULL};
  char hex[HEX_SIZE];
  struct buffer told;
  buffer_init(&told, JOB_REGISTRATIONS_MAXIMUM);
  int exit_code = ask(options, script, arguments, &told);
  if (exit_code == EXIT_DONE && (!told.data || told.length <= 1))
    exit_code = refuse_empty(script->name, &told);
  if (exit_code == EXIT_DONE &&
      (!digest_of(&script->text, hex) || !append_lines(lines, &told, hex))) {
    fputs("loftyrun: out of memory\n", stderr);
    exit_code = EXIT_TEMPORARY;
  }
  buffer_free(&told);
  return exit_code;
}

int registrations_tell(const struct run_options *options, const char *path, struct buffer *lines) {
  struct failure failure;
  struct script script;
  int exit_code = EXIT_USAGE;
  if (script_read(&script, path, &failure))
    exit_code = tell(options, &script, lines);
  else
    fprintf(stderr, "loftyrun: %s\n", failure.message);
  script_free(&script);
  return exit_code;
}

/* The words of a profile's schedule, behind `head`; to be freed. NULL where memory ran out. */
static char **words_of(const struct buffer *schedule, const char *head) {
  size_t count = 0;
  for (size_t at = 0; at < schedule->length; at++) count += schedule->data[at] == '\0';
  char **words = calloc(count + 2, sizeof *words);
  if (!words) return NULL;
  words[0] = (char *)head; /* only read, as all of them */
  char *word = schedule->data;
  for (size_t i = 1; i <= count; i++, word += strlen(word) + 1) words[i] = word;
  return words;
}

static int tell_schedule(const struct run_options *options, const struct profile *profile,
                         struct buffer *lines) {
  static const char chunk[] = "require('lofty.schedule_lines').register(...)";
  struct failure failure;
  struct script script;
  char **words = words_of(profile_schedule(profile), profile_name(profile));
  int exit_code = EXIT_TEMPORARY;
  if (words && script_from_argument(&script, chunk, &failure)) {
    script.name = "schedule";
    snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "schedule");
    exit_code = ask(options, &script, words, lines);
    script_free(&script);
  } else {
    fputs("loftyrun: out of memory\n", stderr);
  }
  free(words);
  /* What is wrong is wrong in the configuration. */
  return exit_code == EXIT_SCRIPT ? EXIT_CONFIG : exit_code;
}

int registrations_tell_profile(const struct run_options *options, struct buffer *lines) {
  struct failure failure;
  struct profile *profile = NULL;
  const char *name = options->profile;
  if (!name && !options->sandbox_seed) name = config_variable("LOFTY_PROFILE");
  if ((name || !options->sandbox_seed) && !profile_open(name, &profile, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_CONFIG;
  }
  int exit_code = EXIT_USAGE;
  if (profile_schedule(profile))
    exit_code = tell_schedule(options, profile, lines);
  else
    fputs(
        "loftyrun: the profile in force schedules nothing; name FILEs that register jobs, or give "
        "it a schedule (loftyrun help profiles)\n",
        stderr);
  profile_close(profile);
  return exit_code;
}

/* Taking */

static bool bad(const char *path, struct failure *failure) {
  return failure_set(failure, "BAD_REGISTRATION", "%.200s: what it registers could not be read",
                     path);
}

static bool fill(const struct registrations_part *part, const struct registrations_part *file,
                 struct schedule_registration *registration) {
  const struct json_member *members = part->members;
  struct schedule_job *job = &registration->job;
  for (int i = NAME; i <= DIGEST; i++)
    if (!members[i].text) return false;
  if (members[PATH].text && !members[ARGUMENTS].text) return false;
  for (int i = LINE; i <= PAUSE_AFTER; i++)
    if (!members[i].is_number || members[i].number < 0) return false;
  *registration = (struct schedule_registration){
      .job = {.name = members[NAME].text,
              .file = file->file,
              .body = members[PATH].text ? members[ARGUMENTS].text : "function",
              .line = members[LINE].number,
              .expression = members[EXPRESSION].text,
              .zone = members[TZ].text,
              .options = {.window = members[WINDOW].number,
                          .jitter = members[JITTER].number,
                          .timeout = members[TIMEOUT].number,
                          .retries = members[RETRIES].number,
                          .retry_delay = members[RETRY_DELAY].number,
                          .pause_after = members[PAUSE_AFTER].number}},
      .text = file->text.data ? file->text.data : "",
      .length = file->text.length};
  return schedule_read_overlap(members[OVERLAP].text, &job->options.overlap) &&
         schedule_read_catch_up(members[CATCH_UP].text, &job->options.catch_up);
}

static bool is_free(const struct registrations *registrations,
                    const struct schedule_registration *new, struct failure *failure) {
  for (size_t i = 0; i < registrations->count; i++) {
    const struct schedule_job *job = &registrations->list[i].job;
    if (strcmp(job->name, new->job.name) != 0) continue;
    return failure_set(failure, "NAME_TAKEN", "%.200s:%d: the name \"%s\" is taken by %.200s:%d",
                       new->job.file, (int)new->job.line, job->name, job->file, (int)job->line);
  }
  return true;
}

static struct registrations_part *add_part(struct registrations *registrations) {
  struct registrations_part *part = calloc(1, sizeof *part);
  if (!part) return NULL;
  memcpy(part->members, named, sizeof named);
  buffer_init(&part->text, SCRIPT_MAXIMUM);
  part->next = registrations->parts;
  return registrations->parts = part;
}

static bool fill_handler(const struct registrations_part *part,
                         const struct registrations_part *file,
                         struct inbox_registration *registration) {
  static const int numbers[] = {LINE, TIMEOUT, RETRIES, CONCURRENCY, COALESCE};
  const struct json_member *members = part->members;
  if (!members[NAME].text || !members[DIGEST].text || !members[PATTERN].text) return false;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!members[numbers[i]].is_number || members[numbers[i]].number < 0) return false;
  *registration =
      (struct inbox_registration){.handler = {.name = members[NAME].text,
                                              .file = file->file,
                                              .pattern = members[PATTERN].text,
                                              .line = members[LINE].number,
                                              .concurrency = members[CONCURRENCY].number,
                                              .timeout = members[TIMEOUT].number,
                                              .retries = members[RETRIES].number,
                                              .coalesces = members[COALESCE].number != 0},
                                  .text = file->text.data ? file->text.data : "",
                                  .length = file->text.length};
  return true;
}

static bool handler_is_free(const struct registrations *registrations,
                            const struct inbox_handler *new, struct failure *failure) {
  for (size_t i = 0; i < registrations->handler_count; i++) {
    const struct inbox_handler *other = &registrations->handlers[i].handler;
    if (strcmp(other->name, new->name) != 0) continue;
    return failure_set(failure, "NAME_TAKEN",
                       "%.200s:%d: the name \"%s\" is taken by the handler of %.200s:%d; give it "
                       "another one with name=",
                       new->file, (int)new->line, new->name, other->file, (int)other->line);
  }
  return true;
}

static bool take_handler(struct registrations *registrations, const struct registrations_part *part,
                         const struct registrations_part *file, const char *hex,
                         struct failure *failure) {
  struct inbox_registration *larger =
      realloc(registrations->handlers,
              (registrations->handler_count + 1) * sizeof *registrations->handlers);
  if (!larger) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  registrations->handlers = larger;
  struct inbox_registration *new = &larger[registrations->handler_count];
  if (!fill_handler(part, file, new)) return bad(file->file, failure);
  if (strcmp(part->members[DIGEST].text, hex) != 0)
    return failure_set(failure, "CHANGED", "%.200s was changed while it was read", file->file);
  if (!handler_is_free(registrations, &new->handler, failure)) return false;
  registrations->handler_count++;
  return true;
}

static bool take_line(struct registrations *registrations, const struct registrations_part *file,
                      const char *hex, const char *line, size_t length, struct failure *failure) {
  struct registrations_part *part = add_part(registrations);
  struct schedule_registration *larger =
      realloc(registrations->list, (registrations->count + 1) * sizeof *registrations->list);
  if (larger) registrations->list = larger;
  if (!part || !larger) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  struct schedule_registration *new = &larger[registrations->count];
  if (!json_members_read(line, length, part->members, MEMBERS)) return bad(file->file, failure);
  const char *kind = part->members[KIND].text;
  if (kind && strcmp(kind, "webhook") == 0)
    return take_handler(registrations, part, file, hex, failure);
  if (!fill(part, file, new)) return bad(file->file, failure);
  if (strcmp(part->members[DIGEST].text, hex) != 0)
    return failure_set(failure, "CHANGED", "%.200s was changed while it was read", file->file);
  if (!is_free(registrations, new, failure)) return false;
  registrations->count++;
  return true;
}

bool registrations_take(struct registrations *registrations, const char *path,
                        const struct buffer *lines, struct buffer *text, struct failure *failure) {
  char hex[HEX_SIZE];
  struct registrations_part *file = add_part(registrations);
  if (!file || !(file->file = strdup(path)) || !digest_of(text, hex))
    return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  file->text = *text;
  buffer_init(text, text->maximum);
  if (!lines->data) return bad(path, failure);
  bool fine = true;
  for (const char *line = lines->data; fine && *line;) {
    size_t length = strcspn(line, "\n");
    fine = take_line(registrations, file, hex, line, length, failure);
    line += length + (line[length] == '\n');
  }
  return fine;
}

/* The file of one line, with its text. NULL where it cannot be had. */
static struct registrations_part *open_file(struct registrations *registrations, const char *line,
                                            size_t length, struct failure *failure) {
  struct json_member path = {.name = "file"};
  struct script script;
  struct registrations_part *file = add_part(registrations);
  if (!file || !json_members_read(line, length, &path, 1) || !path.text) {
    failure_set(failure, "BAD_REGISTRATION", "what the profile schedules could not be read");
    return NULL;
  }
  file->file = path.text;
  bool fine = script_read(&script, file->file, failure);
  if (fine) {
    file->text = script.text;
    buffer_init(&script.text, SCRIPT_MAXIMUM);
  }
  script_free(&script);
  return fine ? file : NULL;
}

bool registrations_take_profile(struct registrations *registrations, const struct buffer *lines,
                                struct failure *failure) {
  char hex[HEX_SIZE];
  for (const char *line = lines->data; line && *line;) {
    size_t length = strcspn(line, "\n");
    const struct registrations_part *file = open_file(registrations, line, length, failure);
    if (!file) return false;
    if (!digest_of(&file->text, hex)) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    if (!take_line(registrations, file, hex, line, length, failure)) return false;
    line += length + (line[length] == '\n');
  }
  return true;
}

void registrations_free(struct registrations *registrations) {
  for (struct registrations_part *part = registrations->parts, *next; part; part = next) {
    next = part->next;
    json_members_free(part->members, MEMBERS);
    buffer_free(&part->text);
    free(part->file);
    free(part);
  }
  free(registrations->list);
  free(registrations->handlers);
  *registrations = (struct registrations){.list = NULL};
}
