#include "options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../core/config.h"
#include "../core/retry.h"
#include "../core/text.h"
#include "option_table.h"

void options_init(struct options *options) {
  *options = (struct options){.log_level = LOG_LEVEL_INFO,
                              .retries = RETRY_DEFAULT,
                              .seed = "demo",
                              .port = 8765,
                              .jobs_maximum = 8};
}

static const struct option *find_letter(char letter) {
  for (int i = 0; i < option_count; i++)
    if (option_table[i].letter && option_table[i].letter == letter) return &option_table[i];
  return NULL;
}

static const struct option *find_name(const char *name, size_t length) {
  for (int i = 0; i < option_count; i++)
    if (strlen(option_table[i].name) == length && strncmp(option_table[i].name, name, length) == 0)
      return &option_table[i];
  return NULL;
}

/* The value after = is left out of the message: it may be a secret that does not belong there. */
static bool unknown_option(const char *word, struct failure *failure) {
  char name[48];
  const char *names[OPTION_MOST];
  size_t shown = word[1] == '-' ? strcspn(word, "=") : 2;
  snprintf(name, sizeof name, "%.*s", (int)shown, word);
  for (int i = 0; i < option_count; i++) names[i] = option_table[i].name;
  static const char *const secrets[] = {"key", "token", "secret"};
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (strstr(name, secrets[i]))
      return failure_set(failure, "USAGE",
                         "unknown option %s; credentials are never taken from the command line: "
                         "set LOFTY_API_KEY",
                         name);
  int nearest = text_nearest(name + strspn(name, "-"), names, option_count);
  if (nearest < 0) return failure_set(failure, "USAGE", "unknown option %s", name);
  return failure_set(failure, "USAGE", "unknown option %s; did you mean --%s?", name,
                     names[nearest]);
}

/* False where the value is none that the option takes. */
static bool take_value(struct options *options, const struct option *option, const char *value) {
  if (option->take) return option->take(options, value);
  if (option->text == 0) return true;
  *(const char **)((char *)options + option->text) = value;
  return value && *value != '\0';
}

/* Of others the last one counts, so that it can stand behind what an alias says. Of these the first
   would be work, or a choice of items, that is silently left out. */
static const uint64_t once = OPTION_CHUNK | OPTION_FILTER | OPTION_FIELDS | OPTION_BODY |
                             OPTION_RECORD | OPTION_REPLAY | OPTION_PLAN;

static bool take_one(struct options *options, char ***argv, struct failure *failure) {
  const char *word = *(*argv)++;
  const char *value = NULL;
  const struct option *option;
  if (word[1] == '-') {
    size_t length = strcspn(word + 2, "=");
    option = find_name(word + 2, length);
    if (word[2 + length] == '=') value = word + 2 + length + 1;
  } else {
    option = find_letter(word[1]);
    if (word[2]) value = word + 2;
  }
  if (!option) return unknown_option(word, failure);
  if (option->rule == VALUE_REQUIRED && !value && **argv) value = *(*argv)++;
  if (option->rule == VALUE_REQUIRED && !value)
    return failure_set(failure, "USAGE", "option --%s needs %s", option->name, option->value);
  if (option->rule == VALUE_NONE && value)
    return failure_set(failure, "USAGE", "option --%s takes no value", option->name);
  if (options->given & option->bit & once)
    return failure_set(failure, "USAGE", "option --%s is given twice", option->name);
  options->given |= option->bit;
  if (options->word_count == OPTION_WORDS_MOST)
    return failure_set(failure, "USAGE", "too many options");
  options->words[options->word_count++] = (struct option_word){option->bit, option->name, value};
  if (take_value(options, option, value)) return true;
  if (option->bit == OPTION_PING)
    return failure_set(failure, "USAGE", "option --ping must be %s", option->wanted);
  return failure_set(failure, "USAGE", "option --%s must be %s, got \"%.64s\"", option->name,
                     option->wanted, value ? value : "");
}

bool options_take(struct options *options, char ***argv, struct failure *failure) {
  while (**argv && (**argv)[0] == '-' && (**argv)[1] != '\0') {
    if (strcmp(**argv, "--") == 0) {
      (*argv)++;
      options->ended = true;
      return true;
    }
    if (!take_one(options, argv, failure)) return false;
  }
  return true;
}

const char *options_stranger(const struct options *options, uint64_t accepted) {
  uint64_t strangers = options->given & ~(accepted | OPTION_HELP | OPTION_VERSION);
  for (int i = 0; i < option_count; i++)
    if (strangers & option_table[i].bit) return option_table[i].name;
  return NULL;
}

const char *option_help(const struct option *option, const struct option_meaning *meanings) {
  for (; meanings && meanings->name; meanings++)
    if (strcmp(meanings->name, option->name) == 0) return meanings->help;
  return option->help;
}

void options_print_one(FILE *stream, const struct option *option,
                       const struct option_meaning *meanings) {
  char left[64];
  char letter[8] = "";
  if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
  snprintf(left, sizeof left, "%s--%s%s%s%s", letter, option->name,
           option->rule == VALUE_OPTIONAL   ? "[="
           : option->rule == VALUE_REQUIRED ? " "
                                            : "",
           option->value ? option->value : "", option->rule == VALUE_OPTIONAL ? "]" : "");
  fprintf(stream, "  %-24s %s\n", left, option_help(option, meanings));
}

void options_print(FILE *stream, uint64_t accepted, const struct option_meaning *meanings) {
  for (int i = 0; i < option_count; i++)
    if (accepted & option_table[i].bit) options_print_one(stream, &option_table[i], meanings);
}

/* Messages on standard error: a terminal, no NO_COLOR, no --no-color. */
static bool wants_colour(const struct options *options) {
  return !(options->given & OPTION_NO_COLOR) && !config_variable("NO_COLOR") &&
         isatty(STDERR_FILENO);
}

struct run_options options_run(const struct options *options) {
  return (struct run_options){.profile = options->profile,
                              .sandbox_seed = options->sandbox_seed,
                              .faults = options->faults,
                              .rate_limit = options->rate_limit,
                              .ledger = options->ledger,
                              .state = options->state,
                              .lock = (options->given & (OPTION_LOCK | OPTION_WAIT_LOCK)) != 0,
                              .lock_name = options->lock,
                              .lock_wait = options->lock_wait,
                              .allow = options->allow,
                              .allow_count = options->allow_count,
                              .timeout = options->timeout,
                              .requests_maximum = options->requests_maximum,
                              .memory = options->memory,
                              .quiet = (options->given & OPTION_QUIET) != 0,
                              .keep_output = (options->given & OPTION_KEEP_OUTPUT) != 0,
                              .ping = options->ping,
                              .on_failure = options->on_failure,
                              .retries = options->retries,
                              .priority = options->priority,
                              .no_wait = (options->given & OPTION_NO_WAIT) != 0,
                              .trace = (options->given & OPTION_TRACE) != 0,
                              .record = options->record,
                              .replay = options->replay,
                              .dry_run = (options->given & OPTION_DRY_RUN) != 0,
                              .plan = options->plan,
                              .repl_on_error = (options->given & OPTION_REPL_ON_ERROR) != 0,
                              .no_confirm = (options->given & OPTION_NO_CONFIRM) != 0,
                              .log = options_log(options),
                              .colour = wants_colour(options)};
}

struct log options_log(const struct options *options) {
  return (struct log){.stream = stderr, .level = options->log_level, .format = options->log_format};
}
