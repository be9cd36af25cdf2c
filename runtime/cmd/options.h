/* The options of the command line: one table that parses them and prints their help. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "../core/failure.h"
#include "../core/log.h"
#include "../host/run.h"

/* Which options were given, and which a command takes: one bit each. */
enum option_bit {
  OPTION_CHUNK = 1 << 0,
  OPTION_PROFILE = 1 << 1,
  OPTION_SANDBOX = 1 << 2,
  OPTION_TIMEOUT = 1 << 3,
  OPTION_MAX_REQUESTS = 1 << 4,
  OPTION_LOG_LEVEL = 1 << 5,
  OPTION_LOG_FORMAT = 1 << 6,
  OPTION_NO_COLOR = 1 << 7,
  OPTION_PORT = 1 << 8,
  OPTION_SEED = 1 << 9,
  OPTION_HELP = 1 << 10,
  OPTION_VERSION = 1 << 11,
  OPTION_STATE = 1 << 12,
  OPTION_QUERY = 1 << 13,
  OPTION_ALL = 1 << 14,
  OPTION_MAX = 1 << 15,
  OPTION_OUTPUT = 1 << 16,
  OPTION_FIELDS = 1 << 17,
  OPTION_FILTER = 1 << 18,
  OPTION_BODY = 1 << 19,
  OPTION_UNCHECKED = 1 << 20,
  OPTION_RETRIES = 1 << 21,
  OPTION_NO_WAIT = 1 << 22,
  OPTION_TRACE = 1 << 23,
  OPTION_RECORD = 1 << 24,
  OPTION_REPLAY = 1 << 25,
  OPTION_FAULTS = 1 << 26,
  OPTION_RATE_LIMIT = 1 << 27,
  OPTION_LEDGER = 1 << 28,
  OPTION_UPSTREAM = 1 << 29
};

/* What every command takes that makes calls, as host/run.h does. */
enum {
  OPTIONS_OF_A_RUN = OPTION_PROFILE | OPTION_SANDBOX | OPTION_TIMEOUT | OPTION_MAX_REQUESTS |
                     OPTION_RETRIES | OPTION_NO_WAIT | OPTION_STATE | OPTION_LOG_LEVEL |
                     OPTION_LOG_FORMAT | OPTION_NO_COLOR | OPTION_FAULTS | OPTION_RATE_LIMIT |
                     OPTION_LEDGER | OPTION_TRACE | OPTION_RECORD | OPTION_REPLAY
};

enum { OPTION_QUERY_MOST = 128 };

struct options {
  unsigned given; /* option_bits */
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
  const char *items_maximum; /* a number above 0 */
  const char *output;
  const char *fields;
  const char *filter;
  const char *body;
  const char *record; /* a file */
  const char *replay;
};

/* The values that hold when nothing is given. */
void options_init(struct options *options);

/* Takes the options at the front of `*argv`, up to the first word or "--" (which is taken too).
   False with USAGE: an unknown option, a missing or unusable value. */
bool options_take(struct options *options, char ***argv, struct failure *failure);

/* The name of an option that was given though `accepted` does not hold its bit; NULL if none. */
const char *options_stranger(const struct options *options, unsigned accepted);

/* Writes the help lines of the options in `accepted`. */
void options_print(FILE *stream, unsigned accepted);

/* A run as the options want it. */
struct run_options options_run(const struct options *options);

/* A log to standard error as the options want it. */
struct log options_log(const struct options *options);

/* Whether messages on standard error may be coloured: a terminal, no NO_COLOR, no --no-color. */
bool options_colour(const struct options *options);

#endif
