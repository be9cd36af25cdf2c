/* What help says of an option by its name. */
#ifndef CMD_OPTION_HELP_H
#define CMD_OPTION_HELP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The name of the option of that index, 0 and on; NULL behind the last. */
const char *option_name(size_t index);

/* Whether there is an option "dry-run" or "--dry-run". */
bool option_exists(const char *name);

/* The option that was probably meant, or NULL. */
const char *option_nearest(const char *name);

/* Prints the option's line, the commands that take it, and what `loftyrun help` says more under.
   False where there is none of that name. */
bool option_print(FILE *stream, const char *name);

#endif
