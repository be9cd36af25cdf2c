/* Now and then the daemon that takes webhooks has the account compared with the inbox: it starts
   `loftyrun inbox reconcile due`, a process of its own (chore.h). How far that has got, and what is
   due of it, stands in the store (stdlib/lofty/inbox/reconcile.lua). */
#ifndef HOST_RECONCILE_H
#define HOST_RECONCILE_H

#include "../core/store.h"
#include "chore.h"
#include "run.h"

/* Sets up `chore`, which rests until the first time; what it is given lives longer. Where nothing
   was compared yet it is from now on; so it is not started at once. False with the failures of
   store.h. */
bool reconcile_begin(struct chore *chore, struct store *store, const char *account,
                     const struct run_options *run, int64_t interval, struct failure *failure);

#endif
