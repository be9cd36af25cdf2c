/* The options of the command line: one table that parses them and prints their help. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../core/failure.h"
#include "../core/log.h"
#include "../host/run.h"

/* Which options were given, and which a command takes: one bit each. */
enum option_bit {
  OPTION_CHUNK = 1ull << 0,
  OPTION_PROFILE = 1ull << 1,
  OPTION_SANDBOX = 1ull << 2,
  OPTION_TIMEOUT = 1ull << 3,
  OPTION_MAX_REQUESTS = 1ull << 4,
  OPTION_LOG_LEVEL = 1ull << 5,
  OPTION_LOG_FORMAT = 1ull << 6,
  OPTION_NO_COLOR = 1ull << 7,
  OPTION_PORT = 1ull << 8,
  OPTION_SEED = 1ull << 9,
  OPTION_HELP = 1ull << 10,
  OPTION_VERSION = 1ull << 11,
  OPTION_STATE = 1ull << 12,
  OPTION_QUERY = 1ull << 13,
  OPTION_ALL = 1ull << 14,
  OPTION_MAX = 1ull << 15,
  OPTION_OUTPUT = 1ull << 16,
  OPTION_FIELDS = 1ull << 17,
  OPTION_FILTER = 1ull << 18,
  OPTION_BODY = 1ull << 19,
  OPTION_UNCHECKED = 1ull << 20,
  OPTION_RETRIES = 1ull << 21,
  OPTION_NO_WAIT = 1ull << 22,
  OPTION_TRACE = 1ull << 23,
  OPTION_RECORD = 1ull << 24,
  OPTION_REPLAY = 1ull << 25,
  OPTION_FAULTS = 1ull << 26,
  OPTION_RATE_LIMIT = 1ull << 27,
  OPTION_LEDGER = 1ull << 28,
  OPTION_UPSTREAM = 1ull << 29,
  OPTION_PRIORITY = 1ull << 30,
  OPTION_NO_BROWSER = 1ull << 31,
  OPTION_TZ = 1ull << 32,
  OPTION_FROM = 1ull << 33,
  OPTION_LOCK = 1ull << 34,
  OPTION_WAIT_LOCK = 1ull << 35,
  OPTION_JSON = 1ull << 36,
  OPTION_FOLLOW = 1ull << 37,
  OPTION_APPLY = 1ull << 38,
  OPTION_QUIET = 1ull << 39,
  OPTION_KEEP_OUTPUT = 1ull << 40,
  OPTION_MAX_MEMORY = 1ull << 41,
  OPTION_PING = 1ull << 42,
  OPTION_ON_FAILURE = 1ull << 43,
  OPTION_SUBSCRIBE = 1ull << 44,
  OPTION_STATUS = 1ull << 45,
  OPTION_REPL_ON_ERROR = 1ull << 46,
  OPTION_ALLOW = 1ull << 47,
  OPTION_WATCH = 1ull << 48,
  OPTION_REPORT = 1ull << 49,
  OPTION_DRY_RUN = 1ull << 50,
  OPTION_PLAN = 1ull << 51,
  OPTION_INCOMPLETE = 1ull << 52,
  OPTION_AT = 1ull << 53,
  OPTION_MAX_JOBS = 1ull << 54,
  OPTION_COVERAGE = 1ull << 55,
  OPTION_NO_CONFIRM = 1ull << 56,
  OPTION_SYSTEMD = 1ull << 59,
  OPTION_SERVICE = 1ull << 60,
  OPTION_NAME = 1ull << 61,
  OPTION_LISTEN = 1ull << 62,
  OPTION_TLS = 1ull << 63 /* --cert and --key */
};

/* What every command takes that makes calls, as host/run.h does. */
enum {
  OPTIONS_OF_A_RUN = OPTION_PROFILE | OPTION_SANDBOX | OPTION_TIMEOUT | OPTION_MAX_REQUESTS |
                     OPTION_RETRIES | OPTION_NO_WAIT | OPTION_STATE | OPTION_LOG_LEVEL |
                     OPTION_LOG_FORMAT | OPTION_NO_COLOR | OPTION_FAULTS | OPTION_RATE_LIMIT |
                     OPTION_LEDGER | OPTION_TRACE | OPTION_RECORD | OPTION_REPLAY |
                     OPTION_PRIORITY | OPTION_DRY_RUN | OPTION_PLAN
};

/* What only a run of a script takes. */
#define OPTIONS_OF_A_SCRIPT \
  (OPTION_QUIET | OPTION_KEEP_OUTPUT | OPTION_MAX_MEMORY | OPTION_PING | OPTION_ON_FAILURE)

enum { OPTION_QUERY_MOST = 128, OPTION_ALLOW_MOST = 16, OPTION_WORDS_MOST = 256 };

/* An option as it was given. */
struct option_word {
  enum option_bit bit;
  const char *name;
  const char *value; /* or NULL */
};

struct options {
  uint64_t given; /* option_bits */
  const char *chunk;
  const char *profile;
  const char *sandbox_seed;
  const char *state;
  double timeout; /* seconds */
  unsigned long requests_maximum;
  unsigned retries;
  enum log_level log_level;
  enum log_format log_format;
  unsigned port;
  const char *seed;
  const char *faults;
  const char *rate_limit;
  const char *ledger; /* "" for one without a file */
  const char *upstream;
  const char *query[OPTION_QUERY_MOST]; /* NAME=VALUE */
  size_t query_count;
  const char *allow[OPTION_ALLOW_MOST]; /* as host/grants.h takes them */
  size_t allow_count;
  const char *items_maximum; /* a number above 0 */
  const char *output;
  const char *fields;
  const char *filter;
  const char *body;
  const char *lock;   /* the name of the lock, or NULL for the script's own */
  double lock_wait;   /* seconds; below 0: as long as it takes */
  const char *record; /* a file */
  const char *replay;
  const char *priority; /* core/quota.h */
  const char *plan;     /* a file */
  const char *zone;
  int64_t from; /* seconds since 1970 */
  int64_t at;   /* likewise */
  unsigned jobs_maximum;
  size_t memory;          /* bytes */
  const char *ping;       /* the name of a URL */
  const char *on_failure; /* a command */
  const char *systemd;    /* system, user or a folder; NULL: system */
  const char *name;
  struct option_word words[OPTION_WORDS_MOST];
  size_t word_count;
  bool ended;                    /* by --: whatever follows is no option */
  const char *report;            /* a form, and a file where it is to go */
  const char *coverage;          /* a file; NULL: none was named */
  const char *listen;            /* core/listener.h */
  const char *certificate, *key; /* files */
  const char *subscribe;         /* https://HOST */
  const char *status;            /* a place of this machine alone */
};

/* The values that hold when nothing is given. */
void options_init(struct options *options);

/* Takes the options at the front of `*argv`, up to the first word or "--" (which is taken too).
   False with USAGE: an unknown option, a missing or unusable value. */
bool options_take(struct options *options, char ***argv, struct failure *failure);

/* The name of an option that was given though `accepted` does not hold its bit; NULL if none. */
const char *options_stranger(const struct options *options, uint64_t accepted);

/* What an option does with one command, where that is not what it does elsewhere. */
struct option_meaning {
  const char *name, *help;
};

/* Writes the help lines of the options in `accepted`. `meanings` are the command's own, ended by
   one without a name; or NULL. */
void options_print(FILE *stream, uint64_t accepted, const struct option_meaning *meanings);

/* A run as the options want it. */
struct run_options options_run(const struct options *options);

/* A log to standard error as the options want it. */
struct log options_log(const struct options *options);

#endif
