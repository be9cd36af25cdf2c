/* What is kept in a store, as somebody wants to know who asks whether all is well: counts, and who
   uses it. */
#ifndef CORE_HEALTH_H
#define CORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

struct health {
  int64_t daemons;  /* loftyrun serve, alive */
  int64_t runs;     /* under way */
  int64_t in_doubt; /* writes of which nobody knows whether they were done */
  int64_t jobs;
  int64_t unserved; /* jobs that no daemon serves */
  int64_t paused, paused_by_failures;
  int64_t failing; /* jobs whose last run has failed, and that are not paused */
  int64_t late;    /* instants that should have begun more than HEALTH_LATE_MS ago */
  int64_t handlers;
  int64_t unserved_handlers;
  int64_t dead;       /* events that a handler has given up */
  int64_t failed;     /* events that are waiting after a failure */
  int64_t unreadable; /* deliveries of a shape that nobody knows */
  int64_t inbox;      /* bytes of deliveries */
};

enum { HEALTH_LATE_MS = 10 * 60 * 1000 };

/* Counts, for all accounts together. `store` has the schema of this program, `folder` is its own,
   `now` is the time of day in milliseconds. Changes nothing. Failures are those of store.h. */
bool health_read(struct store *store, const char *folder, int64_t now, struct health *health,
                 struct failure *failure);

#endif
