#include "completion_words.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/zone.h"
#include "../host/job.h"
#include "../host/profile_names.h"
#include "../host/state.h"
#include "cmd.h"
#include "option_help.h"
#include "option_table.h"

enum { WORDS_MAXIMUM = 1024 * 1024 };

/* How far the line is understood: what comes before the word that is asked about. */
struct line {
  const struct command *command; /* NULL: none was named, it is a script's */
  const struct action *action;
  const struct option *waiting; /* it has had no value yet */
  const char *first;            /* the first word behind command and action, or NULL */
  const char *profile, *state, *sandbox;
  bool ended;    /* by -- */
  bool scripted; /* what follows is the script's */
  const char *last;
  FILE *stream;
};

static void offer(const struct line *line, const char *prefix, const char *word,
                  const char *about) {
  size_t length = strlen(prefix);
  if (strncmp(line->last, prefix, length) != 0) return;
  if (strncmp(line->last + length, word, strlen(line->last + length)) != 0) return;
  fprintf(line->stream, "%s%s%s%s\n", prefix, word, about && *about ? "\t" : "",
          about ? about : "");
}

/* Lines of a text, each a word, perhaps with a tab and what it is. */
static void offer_lines(const struct line *line, const char *prefix, char *lines) {
  char *rest = NULL;
  for (char *word = strtok_r(lines, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest)) {
    char *about = strchr(word, '\t');
    if (about) *about++ = '\0';
    offer(line, prefix, word, about);
  }
}

static void offer_values(const struct line *line, const char *prefix, const char *values) {
  char copy[160];
  char *rest = NULL;
  snprintf(copy, sizeof copy, "%s", values);
  for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    if (word[strlen(word) - 1] == ':') fputs(":nospace\n", line->stream);
    offer(line, prefix, word, NULL);
  }
}

/* What the catalogues know. */

/* Stack: the name of a function of lofty.shell.complete and its argument, or NULL, C strings as
   light userdata. Returns its lines as one text. */
static int ask(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.shell.complete");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, lua_touserdata(L, 1));
  lua_pushstring(L, lua_touserdata(L, 2));
  lua_call(L, 1, 1);
  lua_getglobal(L, "table");
  lua_getfield(L, -1, "concat");
  lua_pushvalue(L, -3);
  lua_pushliteral(L, "\n");
  lua_call(L, 2, 1);
  return 1;
}

static void offer_catalogue(const struct line *line, const char *prefix, const char *function,
                            const char *argument) {
  struct log log = {.stream = stderr, .level = LOG_LEVEL_ERROR};
  struct context context = {.log = &log};
  lua_State *L = state_new(&context);
  if (!L) return;
  lua_pushcfunction(L, ask);
  lua_pushlightuserdata(L, (void *)function);
  lua_pushlightuserdata(L, (void *)argument);
  char *lines = NULL;
  if (lua_pcall(L, 2, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    lines = strdup(lua_tostring(L, -1));
  if (lines) offer_lines(line, prefix, lines);
  free(lines);
  state_close(L);
}

static void offer_topics(const struct line *line) {
  const char *name;
  for (const struct command *const *command = commands; *command; command++)
    offer(line, "", (*command)->name, (*command)->summary);
  for (size_t i = 0; (name = topic_name(i)); i++) offer(line, "", name, NULL);
  for (size_t i = 0; (name = option_name(i)); i++)
    if (!command_find(name)) offer(line, "", name, option_table[i].help);
  offer_catalogue(line, "", "topics", NULL);
}

/* What is on this machine. */

static bool offer_job(void *context, const struct schedule_job *job) {
  offer(context, "", job->name, job->expression);
  return true;
}

static void offer_jobs(struct line *line) {
  struct journal *journal;
  struct failure failure;
  char *account;
  bool exists;
  struct run_options options = {
      .profile = line->profile, .state = line->state, .sandbox_seed = line->sandbox};
  if (job_store_exists(&options, &exists) != EXIT_DONE || !exists) return;
  if (job_open_store(&options, &journal, &account) != EXIT_DONE) return;
  schedule_jobs(journal, account, offer_job, line, &failure);
  journal_close(journal);
  free(account);
}

static void offer_names(const struct line *line, const char *prefix,
                        bool (*names)(struct buffer *)) {
  struct buffer lines;
  buffer_init(&lines, WORDS_MAXIMUM);
  if (names(&lines) && lines.data) offer_lines(line, prefix, lines.data);
  buffer_free(&lines);
}

static void offer_actions(const struct line *line) {
  const struct action *action = line->command ? line->command->actions : NULL;
  for (; action && action->name; action++)
    if (action->words != WORD_INTERNAL) offer(line, "", action->name, action->summary);
}

static void offer_kind(struct line *line, const char *prefix, enum word_kind kind) {
  switch (kind) {
    case WORD_FILE:
      fputs(":files\n", line->stream);
      break;
    case WORD_FOLDER:
      fputs(":folders\n", line->stream);
      break;
    case WORD_PROFILE:
      offer_names(line, prefix, profile_names);
      break;
    case WORD_ZONE:
      offer_names(line, prefix, zone_names);
      break;
    case WORD_OPERATION:
      if (line->first) fputs(":nospace\n", line->stream);
      offer_catalogue(line, prefix, line->first ? "fields" : "operations", line->first);
      break;
    case WORD_TOPIC:
      offer_topics(line);
      break;
    case WORD_JOB:
      if (!line->first) offer_jobs(line);
      break;
    case WORD_GRANT:
      offer_catalogue(line, prefix, "grants", NULL);
      break;
    case WORD_ACTION:
      offer_actions(line);
      break;
    case WORD_ANY:
    case WORD_INTERNAL:
      break;
  }
}

/* Options */

static const struct option *find_option(const char *word, size_t length) {
  for (int i = 0; i < option_count; i++) {
    const struct option *option = &option_table[i];
    if (strncmp(word, "--", 2) == 0 && strlen(option->name) == length - 2 &&
        strncmp(option->name, word + 2, length - 2) == 0)
      return option;
    if (word[1] != '-' && option->letter && option->letter == word[1]) return option;
  }
  return NULL;
}

static uint64_t accepted(const struct line *line) {
  const struct command *command = line->command ? line->command : &command_run;
  uint64_t accepts =
      line->action && line->action->accepts ? line->action->accepts : command->accepts;
  return accepts | OPTION_HELP | (line->command ? 0 : OPTION_VERSION);
}

static void offer_value(struct line *line, const char *prefix, const struct option *option) {
  if (option->values) offer_values(line, prefix, option->values);
  offer_kind(line, prefix, option->kind);
}

static void offer_options(struct line *line) {
  size_t length = strcspn(line->last, "=");
  char prefix[64];
  if (line->last[length] == '=') {
    const struct option *option = find_option(line->last, length);
    snprintf(prefix, sizeof prefix, "%.*s", (int)length + 1, line->last);
    if (option && option->rule != VALUE_NONE) offer_value(line, prefix, option);
    return;
  }
  for (int i = 0; i < option_count; i++) {
    const struct option *option = &option_table[i];
    if (!(accepted(line) & option->bit)) continue;
    snprintf(prefix, sizeof prefix, "--%s", option->name);
    offer(line, "", prefix, option_help(option, line->command ? line->command->meanings : NULL));
  }
}

/* Reading the line */

static void take_value(struct line *line, const struct option *option, const char *value) {
  if (option->bit == OPTION_PROFILE) line->profile = value;
  if (option->bit == OPTION_STATE) line->state = value;
  if (option->bit == OPTION_SANDBOX) line->sandbox = "empty";
}

static void read_option(struct line *line, const char *word) {
  size_t length = strcspn(word, "=");
  const struct option *option = find_option(word, length);
  if (!option) return;
  bool is_short = word[1] != '-';
  const char *value = is_short       ? (word[2] ? word + 2 : NULL)
                      : word[length] ? word + length + 1
                                     : NULL;
  if (option->rule == VALUE_REQUIRED && !value)
    line->waiting = option;
  else
    take_value(line, option, value);
  if (option->bit == OPTION_CHUNK) line->command = &command_run;
}

static void read_word(struct line *line, const char *word) {
  if (line->waiting) {
    take_value(line, line->waiting, word);
    line->waiting = NULL;
  } else if (!line->ended && strcmp(word, "--") == 0) {
    line->ended = true;
  } else if (!line->ended && word[0] == '-' && word[1]) {
    read_option(line, word);
  } else if (!line->command) {
    line->command = command_find(word);
    line->scripted = line->command == NULL;
    if (line->scripted) line->command = &command_run;
  } else if (!line->action && !line->first && line->command->actions) {
    line->action = command_action(line->command, word);
    if (!line->action) line->first = word;
  } else if (!line->first) {
    line->first = word;
    line->scripted = line->command->keeps_rest;
  }
}

static void offer_word(struct line *line) {
  const struct command *command = line->command;
  if (!command) {
    for (const struct command *const *each = commands; *each; each++)
      offer(line, "", (*each)->name, (*each)->summary);
    fputs(":files\n", line->stream);
  } else if (line->action) {
    offer_kind(line, "", line->action->words);
  } else if (command->actions && !line->first) {
    offer_actions(line);
  } else {
    offer_kind(line, "", command->words);
  }
}

/* What goes wrong below is nothing to a person who is typing. */
static void silence(void) {
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return;
  fflush(stderr);
  dup2(null, STDERR_FILENO);
  close(null);
}

int completion_words(char **words, FILE *stream) {
  struct line line = {.last = "", .stream = stream};
  silence();
  for (; *words && words[1]; words++)
    if (!line.scripted) read_word(&line, *words);
  if (*words) line.last = *words;
  if (line.scripted)
    fputs(":files\n", stream);
  else if (line.waiting)
    offer_value(&line, "", line.waiting);
  else if (!line.ended && line.last[0] == '-')
    offer_options(&line);
  else
    offer_word(&line);
  return EXIT_DONE;
}
