#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/civil.h"
#include "../core/config.h"
#include "../core/crontab.h"
#include "../core/quota.h"
#include "../core/retry.h"
#include "../core/text.h"

typedef bool take_fn(struct options *options, const char *value);

enum value_rule { VALUE_NONE, VALUE_REQUIRED, VALUE_OPTIONAL };

struct option {
  enum option_bit bit;
  const char *name;
  char letter; /* 0: none */
  enum value_rule rule;
  const char *value; /* how help names it */
  const char *help;
  const char *wanted; /* what a value must be */
  take_fn *take;
};

static bool take_nothing(struct options *options, const char *value) {
  (void)options, (void)value;
  return true;
}

static bool take_chunk(struct options *options, const char *value) {
  options->chunk = value;
  return true;
}

static bool take_profile(struct options *options, const char *value) {
  options->profile = value;
  return *value != '\0';
}

static bool take_sandbox(struct options *options, const char *value) {
  options->sandbox_seed = value ? value : "demo";
  return *options->sandbox_seed != '\0';
}

static bool take_timeout(struct options *options, const char *value) {
  char *end;
  options->timeout = strtod(value, &end);
  return end != value && *end == '\0' && options->timeout > 0 && options->timeout <= 31536000;
}

static bool take_count(const char *value, unsigned long maximum, unsigned long *count) {
  char *end;
  errno = 0;
  *count = strtoul(value, &end, 10);
  return value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0 && *count <= maximum;
}

static bool take_max_requests(struct options *options, const char *value) {
  return take_count(value, 1000000000, &options->requests_maximum) && options->requests_maximum > 0;
}

static bool take_retries(struct options *options, const char *value) {
  unsigned long count;
  bool fine = take_count(value, RETRY_MOST, &count);
  options->retries = (unsigned)count;
  return fine;
}

static bool take_state(struct options *options, const char *value) {
  options->state = value;
  return *value != '\0';
}

static bool take_log_level(struct options *options, const char *value) {
  return log_level_parse(value, &options->log_level);
}

static bool take_log_format(struct options *options, const char *value) {
  return log_format_parse(value, &options->log_format);
}

static bool take_port(struct options *options, const char *value) {
  unsigned long port;
  bool fine = take_count(value, 65535, &port);
  options->port = (unsigned)port;
  return fine;
}

static bool take_seed(struct options *options, const char *value) {
  options->seed = value;
  return *value != '\0';
}

static bool take_query(struct options *options, const char *value) {
  if (options->query_count == OPTION_QUERY_MOST) return false;
  options->query[options->query_count++] = value;
  const char *equals = strchr(value, '=');
  return equals && equals != value;
}

static bool take_max(struct options *options, const char *value) {
  unsigned long count;
  options->items_maximum = value;
  return take_count(value, 1000000000, &count) && count > 0;
}

static bool take_output(struct options *options, const char *value) {
  static const char *const forms[] = {"json", "jsonl", "csv", "csv-plain", "table"};
  options->output = value;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(forms[i], value) == 0) return true;
  return false;
}

static bool take_fields(struct options *options, const char *value) {
  options->fields = value;
  return *value != '\0';
}

static bool take_filter(struct options *options, const char *value) {
  options->filter = value;
  return *value != '\0';
}

static bool take_body(struct options *options, const char *value) {
  options->body = value;
  return *value != '\0';
}

static bool take_record(struct options *options, const char *value) {
  options->record = value;
  return *value != '\0';
}

static bool take_replay(struct options *options, const char *value) {
  options->replay = value;
  return *value != '\0';
}

static bool take_plan(struct options *options, const char *value) {
  options->plan = value;
  return *value != '\0';
}

static bool take_faults(struct options *options, const char *value) {
  options->faults = value;
  return *value != '\0';
}

static bool take_rate_limit(struct options *options, const char *value) {
  options->rate_limit = value;
  return *value != '\0';
}

static bool take_ledger(struct options *options, const char *value) {
  options->ledger = value ? value : "";
  return !value || *value != '\0';
}

static bool take_upstream(struct options *options, const char *value) {
  options->upstream = value;
  return *value != '\0';
}

static bool take_priority(struct options *options, const char *value) {
  enum quota_priority priority;
  options->priority = value;
  return quota_priority_parse(value, &priority);
}

static bool take_tz(struct options *options, const char *value) {
  options->zone = value;
  return *value != '\0';
}

static bool take_from(struct options *options, const char *value) {
  return civil_read_instant(value, &options->from);
}

static bool take_at(struct options *options, const char *value) {
  return civil_read_instant(value, &options->at);
}

static bool take_max_jobs(struct options *options, const char *value) {
  unsigned long count;
  bool fine = take_count(value, 1000, &count) && count > 0;
  options->jobs_maximum = (unsigned)count;
  return fine;
}

/* What is wrong with a grant is said where it is taken, with the nearest name. */
static bool take_allow(struct options *options, const char *value) {
  if (options->allow_count == OPTION_ALLOW_MOST) return false;
  options->allow[options->allow_count++] = value;
  return true;
}

static bool take_lock(struct options *options, const char *value) {
  options->lock = value;
  return !value || *value != '\0';
}

static bool take_wait_lock(struct options *options, const char *value) {
  char *end;
  options->lock_wait = value ? strtod(value, &end) : -1;
  return !value || (end != value && *end == '\0' && options->lock_wait >= 0 &&
                    options->lock_wait <= 31536000);
}

static bool take_memory(struct options *options, const char *value) {
  return text_byte_count(value, &options->memory);
}

/* A URL would show to everybody who lists the processes. */
static bool take_ping(struct options *options, const char *value) {
  options->ping = value;
  return *value != '\0' && !strchr(value, '/') && !strchr(value, ':');
}

static bool take_on_failure(struct options *options, const char *value) {
  options->on_failure = value;
  return *value != '\0';
}

static bool take_systemd(struct options *options, const char *value) {
  options->systemd = value;
  return !value || strcmp(value, "system") == 0 || strcmp(value, "user") == 0 || strchr(value, '/');
}

static bool take_name(struct options *options, const char *value) {
  options->name = value;
  return crontab_is_name(value);
}

static bool take_listen(struct options *options, const char *value) {
  options->listen = value;
  return *value != '\0';
}

static bool take_certificate(struct options *options, const char *value) {
  options->certificate = value;
  return *value != '\0';
}

static bool take_key(struct options *options, const char *value) {
  options->key = value;
  return *value != '\0';
}

static const struct option table[] = {
    {OPTION_CHUNK, "execute", 'e', VALUE_REQUIRED, "CHUNK", "run this Lua instead of a script",
     "Lua", take_chunk},
    {OPTION_QUERY, "query", 'q', VALUE_REQUIRED, "NAME=VALUE",
     "a parameter; also written NAME=VALUE", "NAME=VALUE, at most 128 times", take_query},
    {OPTION_ALL, "all", 0, VALUE_NONE, NULL, "every page of a list", NULL, take_nothing},
    {OPTION_MAX, "max", 0, VALUE_REQUIRED, "N", "at most N items, from as many pages as it takes",
     "a whole number above 0", take_max},
    {OPTION_OUTPUT, "output", 'o', VALUE_REQUIRED, "FORM", "json, jsonl, csv, csv-plain or table",
     "json, jsonl, csv, csv-plain or table", take_output},
    {OPTION_JSON, "json", 0, VALUE_NONE, NULL, "JSON, for programs", NULL, take_nothing},
    {OPTION_FOLLOW, "follow", 0, VALUE_NONE, NULL, "go on with what happens, until interrupted",
     NULL, take_nothing},
    {OPTION_APPLY, "apply", 0, VALUE_NONE, NULL, "do it, not only show it", NULL, take_nothing},
    {OPTION_FIELDS, "fields", 0, VALUE_REQUIRED, "A,B.C", "only these members, in this order",
     "names with commas between them", take_fields},
    {OPTION_FILTER, "filter", 0, VALUE_REQUIRED, "EXPRESSION",
     "only items for which this Lua is true", "a Lua expression", take_filter},
    {OPTION_BODY, "body", 0, VALUE_REQUIRED, "JSON", "the body: JSON, @FILE, or @- for the input",
     "JSON, @FILE or @-", take_body},
    {OPTION_UNCHECKED, "unchecked", 0, VALUE_NONE, NULL, "send the call as it is written", NULL,
     take_nothing},
    {OPTION_PROFILE, "profile", 0, VALUE_REQUIRED, "NAME", "use this profile of the configuration",
     "a name", take_profile},
    {OPTION_SANDBOX, "sandbox", 0, VALUE_OPTIONAL, "SEED",
     "run against a pretend Lofty: demo, empty or large:N", "demo, empty or large:N", take_sandbox},
    {OPTION_TIMEOUT, "timeout", 0, VALUE_REQUIRED, "SECONDS",
     "end the run after that long (exit code 6)", "a number of seconds above 0", take_timeout},
    {OPTION_MAX_REQUESTS, "max-requests", 0, VALUE_REQUIRED, "N",
     "refuse more than N requests (exit code 6)", "a whole number above 0", take_max_requests},
    {OPTION_MAX_MEMORY, "max-memory", 0, VALUE_REQUIRED, "SIZE",
     "end the run where the script needs more: 256M (exit code 6)", "a size such as 256M or 2G",
     take_memory},
    {OPTION_RETRIES, "retries", 0, VALUE_REQUIRED, "N",
     "make a call that failed at most N times again (5)", "a whole number from 0 to 20",
     take_retries},
    {OPTION_NO_WAIT, "no-wait", 0, VALUE_NONE, NULL,
     "do not wait for Lofty's limit of calls (exit code 5)", NULL, take_nothing},
    {OPTION_PRIORITY, "priority", 0, VALUE_REQUIRED, "WHICH",
     "interactive, scheduled or bulk, where calls wait", "interactive, scheduled or bulk",
     take_priority},
    {OPTION_STATE, "state", 0, VALUE_REQUIRED, "DIR", "keep what outlives the run in this folder",
     "a folder", take_state},
    {OPTION_ALLOW, "allow", 0, VALUE_REQUIRED, "GRANT",
     "let the script send or delete (loftyrun help grants)", "a grant, at most 16 times",
     take_allow},
    {OPTION_LOCK, "lock", 0, VALUE_OPTIONAL, "NAME",
     "not while the same script, or NAME, runs (exit code 7)", "a name", take_lock},
    {OPTION_WAIT_LOCK, "wait-lock", 0, VALUE_OPTIONAL, "SECONDS",
     "the same, but wait: so long, or until nothing is in the way", "a number of seconds",
     take_wait_lock},
    {OPTION_QUIET, "quiet", 0, VALUE_NONE, NULL,
     "print only where the run fails, and then all of it", NULL, take_nothing},
    {OPTION_KEEP_OUTPUT, "keep-output", 0, VALUE_NONE, NULL,
     "keep what is printed in the history as well", NULL, take_nothing},
    {OPTION_PING, "ping", 0, VALUE_REQUIRED, "NAME",
     "tell the profile's ping URL of that name how it goes",
     "a name in the profile's ping; the URL is a secret and is not given here", take_ping},
    {OPTION_ON_FAILURE, "on-failure", 0, VALUE_REQUIRED, "COMMAND",
     "have /bin/sh run this where the run fails", "a command", take_on_failure},
    {OPTION_TRACE, "trace", 0, VALUE_NONE, NULL,
     "show each call as a curl command, without secrets", NULL, take_nothing},
    {OPTION_RECORD, "record", 0, VALUE_REQUIRED, "FILE",
     "keep all calls and replies in FILE, personal data replaced", "a file", take_record},
    {OPTION_REPLAY, "replay", 0, VALUE_REQUIRED, "FILE",
     "take all replies from FILE; nothing is sent", "a file", take_replay},
    {OPTION_DRY_RUN, "dry-run", 0, VALUE_NONE, NULL, "send no write: print and keep a plan of them",
     NULL, take_nothing},
    {OPTION_PLAN, "plan", 0, VALUE_REQUIRED, "FILE", "keep the plan of --dry-run in FILE", "a file",
     take_plan},
    {OPTION_INCOMPLETE, "incomplete", 0, VALUE_NONE, NULL,
     "apply a plan also where its dry run did not come to its end", NULL, take_nothing},
    {OPTION_LOG_LEVEL, "log-level", 0, VALUE_REQUIRED, "LEVEL", "debug, info, warn or error",
     "debug, info, warn or error", take_log_level},
    {OPTION_LOG_FORMAT, "log-format", 0, VALUE_REQUIRED, "FORMAT", "text or json", "text or json",
     take_log_format},
    {OPTION_NO_COLOR, "no-color", 0, VALUE_NONE, NULL, "no colour on a terminal", NULL,
     take_nothing},
    {OPTION_PORT, "port", 0, VALUE_REQUIRED, "PORT", "port on 127.0.0.1; 0 takes a free one",
     "a number from 0 to 65535", take_port},
    {OPTION_SEED, "seed", 0, VALUE_REQUIRED, "SEED", "demo, empty or large:N",
     "demo, empty or large:N", take_seed},
    {OPTION_FAULTS, "faults", 0, VALUE_REQUIRED, "LIST",
     "what goes wrong with the sandbox: 429:5%,cut:1%",
     "faults such as 429:5%,cut:1% (loftyrun sandbox --help)", take_faults},
    {OPTION_RATE_LIMIT, "rate-limit", 0, VALUE_REQUIRED, "LIMIT",
     "requests the sandbox takes: 600/min", "a limit such as 600/min", take_rate_limit},
    {OPTION_LEDGER, "ledger", 0, VALUE_OPTIONAL, "FILE",
     "count what the sandbox did; into FILE at the end", "a file", take_ledger},
    {OPTION_UPSTREAM, "upstream", 0, VALUE_REQUIRED, "URL",
     "pass everything on to this Lofty: be a proxy", "a base URL", take_upstream},
    {OPTION_NO_BROWSER, "no-browser", 0, VALUE_NONE, NULL,
     "open no browser: print the address, and take the one it ends at", NULL, take_nothing},
    {OPTION_TZ, "tz", 0, VALUE_REQUIRED, "ZONE", "the zone whose clocks count: America/New_York",
     "the name of a time zone, such as America/New_York", take_tz},
    {OPTION_FROM, "from", 0, VALUE_REQUIRED, "INSTANT", "ask as if it were then, not now",
     "an instant with its offset, such as 2026-03-08T02:30-05:00", take_from},
    {OPTION_AT, "at", 0, VALUE_REQUIRED, "INSTANT", "run what waits for this instant",
     "an instant with its offset, such as 2026-03-08T02:30-05:00", take_at},
    {OPTION_MAX_JOBS, "max-jobs", 0, VALUE_REQUIRED, "N", "at most N runs at a time (8)",
     "a whole number from 1 to 1000", take_max_jobs},
    {OPTION_SYSTEMD, "systemd", 0, VALUE_OPTIONAL, "WHERE",
     "timers of systemd: system, user, or a folder", "system, user, or a folder with a / in it",
     take_systemd},
    {OPTION_SERVICE, "service", 0, VALUE_NONE, NULL, "the unit of loftyrun serve", NULL,
     take_nothing},
    {OPTION_NAME, "name", 0, VALUE_REQUIRED, "NAME", "call the job that",
     "letters, digits, _ - and ., at most 64", take_name},
    {OPTION_LISTEN, "listen", 0, VALUE_REQUIRED, "PLACE",
     "take webhooks at ADDRESS:PORT, unix:PATH or systemd", "ADDRESS:PORT, unix:PATH or systemd",
     take_listen},
    {OPTION_TLS, "cert", 0, VALUE_REQUIRED, "FILE", "the certificate to show there, with its chain",
     "a file", take_certificate},
    {OPTION_TLS, "key", 0, VALUE_REQUIRED, "FILE", "the key of the certificate", "a file",
     take_key},
    {OPTION_HELP, "help", 'h', VALUE_NONE, NULL, "explain, and do nothing else", NULL,
     take_nothing},
    {OPTION_VERSION, "version", 'V', VALUE_NONE, NULL, "print the version, and do nothing else",
     NULL, take_nothing},
};
enum { OPTION_COUNT = sizeof table / sizeof *table };

void options_init(struct options *options) {
  *options = (struct options){.log_level = LOG_LEVEL_INFO,
                              .retries = RETRY_DEFAULT,
                              .seed = "demo",
                              .port = 8765,
                              .jobs_maximum = 8};
}

static const struct option *find_letter(char letter) {
  for (int i = 0; i < OPTION_COUNT; i++)
    if (table[i].letter && table[i].letter == letter) return &table[i];
  return NULL;
}

static const struct option *find_name(const char *name, size_t length) {
  for (int i = 0; i < OPTION_COUNT; i++)
    if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
      return &table[i];
  return NULL;
}

/* The value after = is left out of the message: it may be a secret that does not belong there. */
static bool unknown_option(const char *word, struct failure *failure) {
  char name[48];
  const char *names[OPTION_COUNT];
  size_t shown = word[1] == '-' ? strcspn(word, "=") : 2;
  snprintf(name, sizeof name, "%.*s", (int)shown, word);
  for (int i = 0; i < OPTION_COUNT; i++) names[i] = table[i].name;
  static const char *const secrets[] = {"key", "token", "secret"};
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (strstr(name, secrets[i]))
      return failure_set(failure, "USAGE",
                         "unknown option %s; credentials are never taken from the command line: "
                         "set LOFTY_API_KEY",
                         name);
  int nearest = text_nearest(name + strspn(name, "-"), names, OPTION_COUNT);
  if (nearest < 0) return failure_set(failure, "USAGE", "unknown option %s", name);
  return failure_set(failure, "USAGE", "unknown option %s; did you mean --%s?", name,
                     names[nearest]);
}

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
  options->given |= option->bit;
  if (options->word_count == OPTION_WORDS_MOST)
    return failure_set(failure, "USAGE", "too many options");
  options->words[options->word_count++] = (struct option_word){option->bit, option->name, value};
  if (option->take(options, value)) return true;
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

bool options_know(const char *name) { return find_name(name, strlen(name)) != NULL; }

const char *options_stranger(const struct options *options, uint64_t accepted) {
  uint64_t strangers = options->given & ~(accepted | OPTION_HELP | OPTION_VERSION);
  for (int i = 0; i < OPTION_COUNT; i++)
    if (strangers & table[i].bit) return table[i].name;
  return NULL;
}

void options_print(FILE *stream, uint64_t accepted) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    const struct option *option = &table[i];
    if (!(accepted & option->bit)) continue;
    char left[64];
    char letter[8] = "";
    if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s--%s%s%s%s", letter, option->name,
             option->rule == VALUE_OPTIONAL   ? "[="
             : option->rule == VALUE_REQUIRED ? " "
                                              : "",
             option->value ? option->value : "", option->rule == VALUE_OPTIONAL ? "]" : "");
    fprintf(stream, "  %-24s %s\n", left, option->help);
  }
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
                              .log = options_log(options),
                              .colour = options_colour(options)};
}

struct log options_log(const struct options *options) {
  return (struct log){.stream = stderr, .level = options->log_level, .format = options->log_format};
}

bool options_colour(const struct options *options) {
  return !(options->given & OPTION_NO_COLOR) && !config_variable("NO_COLOR") &&
         isatty(STDERR_FILENO);
}
