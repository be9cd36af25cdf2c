/* The table of all options (options.h): what each is called, what its value must be and where it
   goes. */
#ifndef CMD_OPTION_TABLE_H
#define CMD_OPTION_TABLE_H

#include <stddef.h>

#include "options.h"
#include "words.h"

enum value_rule { VALUE_NONE, VALUE_REQUIRED, VALUE_OPTIONAL };

struct option {
  enum option_bit bit;
  const char *name;
  char letter; /* 0: none */
  enum value_rule rule;
  const char *value; /* how help names it */
  const char *help;
  const char *wanted;                                       /* what a value must be */
  bool (*take)(struct options *options, const char *value); /* or NULL */
  size_t text;         /* the member that any text goes to which is not empty; 0: none */
  const char *values;  /* those there are, with blanks between them, for completion; or NULL */
  enum word_kind kind; /* of a value, where they are not known beforehand */
};

enum { OPTION_MOST = 96 }; /* some share a bit */

extern const struct option option_table[];
extern const int option_count;

/* What help says of an option, by `meanings` (may be NULL) or else by the table. */
const char *option_help(const struct option *option, const struct option_meaning *meanings);

/* Writes the help line of one option. */
void options_print_one(FILE *stream, const struct option *option,
                       const struct option_meaning *meanings);

#endif
