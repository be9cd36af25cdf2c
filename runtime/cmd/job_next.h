/* loftyrun job next: when an expression, or a job, comes next. */
#ifndef CMD_JOB_NEXT_H
#define CMD_JOB_NEXT_H

#include "cmd.h"

/* `words` is what follows "job next". Returns the exit code. */
int job_next(const struct options *options, char **words);

#endif
