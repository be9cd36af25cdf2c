/* --lock: a script does not overlap itself. */
#ifndef HOST_LOCK_H
#define HOST_LOCK_H

#include "../bind/context.h"
#include "run.h"

/* Zeroed before it is first used. */
struct run_lock {
  struct locks *locks;
  struct lock *lock;
};

/* Takes the lock that the options ask for, if they do, and waits for it as they say. EXIT_DONE when
   the run may begin; otherwise the exit code, and why has been said on standard error. */
int run_lock_take(struct run_lock *lock, const struct run_options *options,
                  const struct context *context, const struct script *script);

/* Idempotent. */
void run_lock_release(struct run_lock *lock);

#endif
