/* Whoever is to be told where a run fails (--on-failure, on_failure of the profile) is told as well
   of events that are dead (core/dead_letters.h). The daemon looks each minute (chore.h); where
   there are new ones it starts `loftyrun job tell`, a process of its own, in which the command is
   run as it is for a run that has failed (notice.h): nothing waits for it. */
#ifndef HOST_DEAD_LETTERS_H
#define HOST_DEAD_LETTERS_H

#include "../core/store.h"
#include "chore.h"
#include "serve.h"

struct dead_letters_watch {
  const struct serve_options *options;
  struct store *store;
  const char *account;
  struct chore chore;
};

/* Sets up the watch, which stays where it is; what it is given lives longer. */
void dead_letters_watch(struct dead_letters_watch *watch, const struct serve_options *options,
                        struct store *store, const char *account);

/* `loftyrun job tell`: the process. Returns the exit code; all has been said. */
int dead_letters_tell(const struct run_options *options);

#endif
