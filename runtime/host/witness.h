/* Who holds what a run prints (output.h), and who is told how it ended (notice.h): what is there of
   a run besides the run. */
#ifndef HOST_WITNESS_H
#define HOST_WITNESS_H

#include "notice.h"
#include "output.h"

struct witness {
  struct output output;
  struct notice notice;
};

/* Call it once the profile is known and before anything else is open. Returns EXIT_DONE, or another
   exit code with `failure`; then too the end is told to whom it can be. `log` is what the run
   writes its log with. */
int witness_open(struct witness *witness, const struct run_options *options,
                 const struct profile *profile, struct log *log, struct failure *failure);

/* The same where the profile cannot be read: what else says whom to tell has to do. */
void witness_open_without_profile(struct witness *witness, const struct run_options *options);

/* Tells the end, says what was held, and closes it. Call it when all of the run is closed; the
   `tail` of `end` is filled in here. Returns the exit code, which is another one where what was
   printed did not arrive; keeps errno. */
int witness_end(struct witness *witness, struct notice_end *end);

#endif
