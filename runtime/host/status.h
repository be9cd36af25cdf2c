/* The status page of a daemon and its numbers for Prometheus, on an address that only this machine
   reaches:

     /            the page
     /style.css   how it looks
     /metrics     the same numbers, in the text format of Prometheus

   The daemon only hands them out. A process of its own (status_teller.h) reads the store and writes
   all three of one set of numbers; while it does, the loop goes on, and what it has written is good
   for some seconds, so that however often somebody asks the store is not read all the time.

   Whoever is on this machine can read them, which is why no personal data and no secrets are in
   them. Whoever is not cannot: a peer that is not local is refused, and so is a request that names
   another host, as a page of a stranger would make it in a browser here (DNS rebinding). */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#include "run.h"
#include "webhooks.h"

struct status;

struct status_options {
  const char *place;                /* as listener_is_loopback wants it */
  const struct run_options *run;    /* of the daemon */
  struct webhooks *const *webhooks; /* where the daemon has its receiver; it may be NULL */
};

/* Serves from now on. All that is given but `place` lives longer. NULL with `failure`: USAGE where
   others reach the place, LISTEN_FAILED, OUT_OF_MEMORY. */
struct status *status_start(struct loop *loop, const struct status_options *options,
                            struct failure *failure);

/* Where it listens, "127.0.0.1:9464". */
const char *status_place(const struct status *status);

/* Takes note that the files were read, and whether what they say was taken. Nothing is done for
   NULL. */
void status_note_load(struct status *status, bool fine);

/* Idempotent for NULL. */
void status_stop(struct status *status);

#endif
