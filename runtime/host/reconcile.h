/* Now and then the daemon that takes webhooks has the account compared with the inbox: it starts
   `loftyrun inbox reconcile due`, a process of its own, never two at a time. How far that has got,
   and what is due of it, stands in the store (stdlib/lofty/inbox/reconcile.lua). */
#ifndef HOST_RECONCILE_H
#define HOST_RECONCILE_H

#include "../core/loop.h"
#include "../core/store.h"
#include "run.h"

struct reconcile;

/* Reads "off", or how often, "15m": from a minute to a week. In milliseconds; 0: never. */
bool reconcile_read(const char *text, int64_t *interval);

/* Begins. Where nothing was compared yet it is from now on; so it is never started at the first
   time. All that is given lives longer. NULL with the failures of store.h. */
struct reconcile *reconcile_start(struct loop *loop, struct store *store, const char *account,
                                  const struct run_options *run, int64_t interval,
                                  struct failure *failure);

/* How often from now on; what comes earlier stays. NULL is fine. */
void reconcile_set(struct reconcile *reconcile, int64_t interval);

/* Tells what is under way to end, and waits for nothing: it can be ended anywhere. Idempotent for
   NULL. */
void reconcile_stop(struct reconcile *reconcile);

#endif
