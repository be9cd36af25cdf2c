/* loftyrun check: scripts looked through for mistakes, none of them run. Needs no configuration, no
   credential and no network. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>

/* Looks through the scripts at `paths`, which ends with NULL: files, "-" for standard input, or
   folders, below which every *.lua is taken. Findings go to standard output, for programs as JSON.
   Returns the exit code: EXIT_SCRIPT where one has a mistake, EXIT_USAGE where one cannot be
   read. */
int check_scripts(char **paths, bool as_json);

#endif
