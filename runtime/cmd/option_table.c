#include "option_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../core/civil.h"
#include "../core/crontab.h"
#include "../core/listener.h"
#include "../core/quota.h"
#include "../core/retry.h"
#include "../core/text.h"

static bool take_chunk(struct options *options, const char *value) {
  options->chunk = value;
  return true;
}

static bool take_sandbox(struct options *options, const char *value) {
  options->sandbox_seed = value ? value : "demo";
  return *options->sandbox_seed != '\0';
}

/* Seconds, at most a year, as people write them: strtod takes " 0x10" and "nan" as well. */
static bool take_seconds(const char *value, double *seconds) {
  char *end;
  *seconds = strtod(value, &end);
  return ((*value >= '0' && *value <= '9') || *value == '.') && !strpbrk(value, "xX") &&
         *end == '\0' && *seconds >= 0 && *seconds <= 31536000;
}

static bool take_timeout(struct options *options, const char *value) {
  return take_seconds(value, &options->timeout) && options->timeout > 0;
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

static bool take_ledger(struct options *options, const char *value) {
  options->ledger = value ? value : "";
  return !value || *value != '\0';
}

static bool take_report(struct options *options, const char *value) {
  static const char *const forms[] = {"text", "tap", "junit"};
  size_t length = strcspn(value, "=");
  options->report = value;
  if (value[length] == '=' && value[length + 1] == '\0') return false;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strlen(forms[i]) == length && strncmp(forms[i], value, length) == 0) return true;
  return false;
}

static bool take_coverage(struct options *options, const char *value) {
  options->coverage = value;
  return !value || *value != '\0';
}

static bool take_priority(struct options *options, const char *value) {
  enum quota_priority priority;
  options->priority = value;
  return quota_priority_parse(value, &priority);
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
  options->lock_wait = -1;
  return !value || take_seconds(value, &options->lock_wait);
}

static bool take_memory(struct options *options, const char *value) {
  return text_byte_count(value, &options->memory);
}

/* A URL would show to everybody who lists the processes. */
static bool take_ping(struct options *options, const char *value) {
  options->ping = value;
  return *value != '\0' && !strchr(value, '/') && !strchr(value, ':');
}

static bool take_systemd(struct options *options, const char *value) {
  options->systemd = value;
  return !value || strcmp(value, "system") == 0 || strcmp(value, "user") == 0 || strchr(value, '/');
}

static bool take_name(struct options *options, const char *value) {
  options->name = value;
  return crontab_is_name(value);
}

static bool take_status(struct options *options, const char *value) {
  options->status = value;
  return listener_is_loopback(value);
}

#define TEXT(member) offsetof(struct options, member)

const struct option option_table[] = {
    {OPTION_CHUNK, "execute", 'e', VALUE_REQUIRED, "CHUNK", "run this Lua instead of a script",
     "Lua", take_chunk, 0},
    {OPTION_QUERY, "query", 'q', VALUE_REQUIRED, "NAME=VALUE",
     "a parameter; also written NAME=VALUE", "NAME=VALUE, at most 128 times", take_query, 0},
    {OPTION_ALL, "all", 0, VALUE_NONE, NULL, "every page of a list", NULL, NULL, 0},
    {OPTION_MAX, "max", 0, VALUE_REQUIRED, "N", "at most N items, from as many pages as it takes",
     "a whole number from 1 to 1000000000", take_max, 0},
    {OPTION_OUTPUT, "output", 'o', VALUE_REQUIRED, "FORM", "json, jsonl, csv, csv-plain or table",
     "json, jsonl, csv, csv-plain or table", take_output, 0, "json jsonl csv csv-plain table"},
    {OPTION_JSON, "json", 0, VALUE_NONE, NULL, "JSON, for programs", NULL, NULL, 0},
    {OPTION_FOLLOW, "follow", 0, VALUE_NONE, NULL, "go on with what happens, until interrupted",
     NULL, NULL, 0},
    {OPTION_APPLY, "apply", 0, VALUE_NONE, NULL, "do it, not only show it", NULL, NULL, 0},
    {OPTION_FIELDS, "fields", 0, VALUE_REQUIRED, "A,B.C", "only these members, in this order",
     "names with commas between them", NULL, TEXT(fields)},
    {OPTION_FILTER, "filter", 0, VALUE_REQUIRED, "EXPRESSION",
     "only items for which this Lua is true", "a Lua expression", NULL, TEXT(filter)},
    {OPTION_BODY, "body", 0, VALUE_REQUIRED, "JSON", "the body: JSON, @FILE, or @- for the input",
     "JSON, @FILE or @-", NULL, TEXT(body)},
    {OPTION_UNCHECKED, "unchecked", 0, VALUE_NONE, NULL, "send the call as it is written", NULL,
     NULL, 0},
    {OPTION_PROFILE, "profile", 0, VALUE_REQUIRED, "NAME", "use this profile of the configuration",
     "a name", NULL, TEXT(profile), NULL, WORD_PROFILE},
    {OPTION_SANDBOX, "sandbox", 0, VALUE_OPTIONAL, "SEED",
     "run against a pretend Lofty: demo, empty or large:N", "demo, empty or large:N", take_sandbox,
     0, "demo empty large:"},
    {OPTION_TIMEOUT, "timeout", 0, VALUE_REQUIRED, "SECONDS",
     "end the run after that long (exit code 6)", "a number of seconds above 0, at most 31536000",
     take_timeout, 0},
    {OPTION_MAX_REQUESTS, "max-requests", 0, VALUE_REQUIRED, "N",
     "refuse more than N requests (exit code 6)", "a whole number from 1 to 1000000000",
     take_max_requests, 0},
    {OPTION_MAX_MEMORY, "max-memory", 0, VALUE_REQUIRED, "SIZE",
     "end the run where the script needs more: 256M (exit code 6)", "a size such as 256M or 2G",
     take_memory, 0},
    {OPTION_RETRIES, "retries", 0, VALUE_REQUIRED, "N",
     "make a call that failed at most N times again (5)", "a whole number from 0 to 20",
     take_retries, 0},
    {OPTION_NO_WAIT, "no-wait", 0, VALUE_NONE, NULL,
     "do not wait for Lofty's limit of calls (exit code 5)", NULL, NULL, 0},
    {OPTION_PRIORITY, "priority", 0, VALUE_REQUIRED, "WHICH",
     "interactive, scheduled or bulk, where calls wait", "interactive, scheduled or bulk",
     take_priority, 0, "interactive scheduled bulk"},
    {OPTION_STATE, "state", 0, VALUE_REQUIRED, "DIR", "keep what outlives the run in this folder",
     "a folder", NULL, TEXT(state), NULL, WORD_FOLDER},
    {OPTION_ALLOW, "allow", 0, VALUE_REQUIRED, "GRANT",
     "let the script send or delete (loftyrun help grants)", "a grant, at most 16 times",
     take_allow, 0, NULL, WORD_GRANT},
    {OPTION_LOCK, "lock", 0, VALUE_OPTIONAL, "NAME",
     "not while the same script, or NAME, runs (exit code 7)", "a name", take_lock, 0},
    {OPTION_WAIT_LOCK, "wait-lock", 0, VALUE_OPTIONAL, "SECONDS",
     "the same, but wait: so long, or until nothing is in the way",
     "a number of seconds, at most 31536000", take_wait_lock, 0},
    {OPTION_QUIET, "quiet", 0, VALUE_NONE, NULL,
     "print only where the run fails, and then all of it", NULL, NULL, 0},
    {OPTION_KEEP_OUTPUT, "keep-output", 0, VALUE_NONE, NULL,
     "keep what is printed in the history as well", NULL, NULL, 0},
    {OPTION_PING, "ping", 0, VALUE_REQUIRED, "NAME",
     "tell the profile's ping URL of that name how it goes",
     "a name in the profile's ping; the URL is a secret and is not given here", take_ping, 0},
    {OPTION_ON_FAILURE, "on-failure", 0, VALUE_REQUIRED, "COMMAND",
     "have /bin/sh run this where the run fails", "a command", NULL, TEXT(on_failure)},
    {OPTION_TRACE, "trace", 0, VALUE_NONE, NULL,
     "show each call as a curl command, without secrets", NULL, NULL, 0},
    {OPTION_RECORD, "record", 0, VALUE_REQUIRED, "FILE",
     "keep all calls and replies in FILE, personal data replaced", "a file", NULL, TEXT(record),
     NULL, WORD_FILE},
    {OPTION_REPLAY, "replay", 0, VALUE_REQUIRED, "FILE",
     "take all replies from FILE; nothing is sent", "a file", NULL, TEXT(replay), NULL, WORD_FILE},
    {OPTION_DRY_RUN, "dry-run", 0, VALUE_NONE, NULL, "send no write: print and keep a plan of them",
     NULL, NULL, 0},
    {OPTION_PLAN, "plan", 0, VALUE_REQUIRED, "FILE", "keep the plan of --dry-run in FILE", "a file",
     NULL, TEXT(plan), NULL, WORD_FILE},
    {OPTION_INCOMPLETE, "incomplete", 0, VALUE_NONE, NULL,
     "apply a plan also where its dry run did not come to its end", NULL, NULL, 0},
    {OPTION_LOG_LEVEL, "log-level", 0, VALUE_REQUIRED, "LEVEL", "debug, info, warn or error",
     "debug, info, warn or error", take_log_level, 0, "debug info warn error"},
    {OPTION_LOG_FORMAT, "log-format", 0, VALUE_REQUIRED, "FORMAT", "text or json", "text or json",
     take_log_format, 0, "text json"},
    {OPTION_NO_COLOR, "no-color", 0, VALUE_NONE, NULL, "no colour on a terminal", NULL, NULL, 0},
    {OPTION_PORT, "port", 0, VALUE_REQUIRED, "PORT", "port on 127.0.0.1; 0 takes a free one",
     "a number from 0 to 65535", take_port, 0},
    {OPTION_SEED, "seed", 0, VALUE_REQUIRED, "SEED", "demo, empty or large:N",
     "demo, empty or large:N", NULL, TEXT(seed), "demo empty large:"},
    {OPTION_FAULTS, "faults", 0, VALUE_REQUIRED, "LIST",
     "what goes wrong with the sandbox: 429:5%,cut:1%",
     "faults such as 429:5%,cut:1% (loftyrun sandbox --help)", NULL, TEXT(faults)},
    {OPTION_RATE_LIMIT, "rate-limit", 0, VALUE_REQUIRED, "LIMIT",
     "requests the sandbox takes: 600/min", "a limit such as 600/min", NULL, TEXT(rate_limit)},
    {OPTION_LEDGER, "ledger", 0, VALUE_OPTIONAL, "FILE",
     "count what the sandbox did; into FILE at the end", "a file", take_ledger, 0, NULL, WORD_FILE},
    {OPTION_UPSTREAM, "upstream", 0, VALUE_REQUIRED, "URL",
     "pass everything on to this Lofty: be a proxy", "a base URL", NULL, TEXT(upstream)},
    {OPTION_NO_BROWSER, "no-browser", 0, VALUE_NONE, NULL,
     "open no browser: print the address, and take the one it ends at", NULL, NULL, 0},
    {OPTION_TZ, "tz", 0, VALUE_REQUIRED, "ZONE", "the zone whose clocks count: America/New_York",
     "the name of a time zone, such as America/New_York", NULL, TEXT(zone), NULL, WORD_ZONE},
    {OPTION_FROM, "from", 0, VALUE_REQUIRED, "INSTANT", "begin at this instant, not now",
     "an instant with its offset, such as 2026-03-08T02:30-05:00", take_from, 0},
    {OPTION_AT, "at", 0, VALUE_REQUIRED, "INSTANT", "run what waits for this instant",
     "an instant with its offset, such as 2026-03-08T02:30-05:00", take_at, 0},
    {OPTION_MAX_JOBS, "max-jobs", 0, VALUE_REQUIRED, "N", "at most N runs at a time (8)",
     "a whole number from 1 to 1000", take_max_jobs, 0},
    {OPTION_LISTEN, "listen", 0, VALUE_REQUIRED, "PLACE",
     "take webhooks at ADDRESS:PORT, unix:PATH or systemd", "ADDRESS:PORT, unix:PATH or systemd",
     NULL, TEXT(listen), "127.0.0.1:8443 unix: systemd"},
    {OPTION_TLS, "cert", 0, VALUE_REQUIRED, "FILE", "the certificate to show there, with its chain",
     "a file", NULL, TEXT(certificate), NULL, WORD_FILE},
    {OPTION_TLS, "key", 0, VALUE_REQUIRED, "FILE", "the key of the certificate", "a file", NULL,
     TEXT(key), NULL, WORD_FILE},
    {OPTION_SUBSCRIBE, "subscribe", 0, VALUE_REQUIRED, "https://HOST",
     "have Lofty deliver them there: keep the subscriptions", "https://HOST", NULL,
     TEXT(subscribe)},
    {OPTION_STATUS, "status", 0, VALUE_REQUIRED, "PLACE",
     "serve a status page and /metrics there: 127.0.0.1:9464",
     "a place that only this machine reaches: 127.0.0.1:9464, [::1]:9464 or unix:PATH", take_status,
     0, "127.0.0.1:9464 unix:"},
    {OPTION_REPL_ON_ERROR, "repl-on-error", 0, VALUE_NONE, NULL,
     "open a prompt in the scope of an error that nobody catches", NULL, NULL, 0},
    {OPTION_NO_CONFIRM, "no-confirm", 0, VALUE_NONE, NULL,
     "at the prompt: do not ask before a live account is written to", NULL, NULL, 0},
    {OPTION_REPORT, "report", 0, VALUE_REQUIRED, "FORM", "text, tap, junit or junit=FILE",
     "text, tap or junit, or junit=FILE", take_report, 0, "text tap junit junit="},
    {OPTION_COVERAGE, "coverage", 0, VALUE_OPTIONAL, "FILE",
     "count the lines that ran; for lcov into FILE (lcov.info)", "a file", take_coverage, 0, NULL,
     WORD_FILE},
    {OPTION_WATCH, "watch", 0, VALUE_NONE, NULL, "run again whenever a file changes", NULL, NULL,
     0},
    {OPTION_SYSTEMD, "systemd", 0, VALUE_OPTIONAL, "WHERE",
     "timers of systemd: system, user, or a folder", "system, user, or a folder with a / in it",
     take_systemd, 0, "system user", WORD_FOLDER},
    {OPTION_SERVICE, "service", 0, VALUE_NONE, NULL, "the unit of loftyrun serve", NULL, NULL, 0},
    {OPTION_NAME, "name", 0, VALUE_REQUIRED, "NAME", "call the job that",
     "letters, digits, _ - and ., at most 64", take_name, 0},
    {OPTION_HELP, "help", 'h', VALUE_NONE, NULL, "explain, and do nothing else", NULL, NULL, 0},
    {OPTION_VERSION, "version", 'V', VALUE_NONE, NULL, "print the version, and do nothing else",
     NULL, NULL, 0},
};
const int option_count = sizeof option_table / sizeof *option_table;
_Static_assert(sizeof option_table / sizeof *option_table <= OPTION_MOST, "an option has a bit");
