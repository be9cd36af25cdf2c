/* The options of the command line: one table that parses them and prints their help. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "../core/failure.h"
#include "../core/log.h"

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
  OPTION_VERSION = 1 << 11
};

struct options {
  unsigned given; /* option_bits */
  const char *chunk;
  const char *profile;
  const char *sandbox_seed;
  double timeout; /* seconds */
  unsigned long requests_maximum;
  enum log_level log_level;
  enum log_format log_format;
  unsigned port;
  const char *seed;
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

/* A log to standard error as the options want it. */
struct log options_log(const struct options *options);

/* Whether messages on standard error may be coloured: a terminal, no NO_COLOR, no --no-color. */
bool options_colour(const struct options *options);

#endif
