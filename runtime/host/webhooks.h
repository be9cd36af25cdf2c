/* The webhook receiver on the loop: takes deliveries, has them in the inbox and on the disk, and
   only then answers 200. All that arrive in one turn of the loop share one wait for the disk. */
#ifndef HOST_WEBHOOKS_H
#define HOST_WEBHOOKS_H

#include <stdbool.h>

#include "../core/failure.h"
#include "../core/log.h"
#include "../core/loop.h"
#include "../core/store.h"
#include "webhook_config.h"

struct webhooks;

struct webhooks_options {
  const char *listen;                  /* as listener_open has it */
  const char *certificate, *key;       /* files; NULL: plain http */
  const char *account;                 /* whose events they are, as in lofty.state */
  const struct webhook_config *config; /* NULL: what holds when nothing is said */
  const struct log *log;
};

/* Listens. All that is given lives longer. NULL with `failure`: USAGE, CONFIG_INVALID (no secret,
   a certificate that cannot be used, plain http that other machines reach), LISTEN_FAILED, those of
   store.h. */
struct webhooks *webhooks_start(struct loop *loop, struct store *store,
                                const struct webhooks_options *options, struct failure *failure);

/* Where it listens, "127.0.0.1:8443". */
const char *webhooks_place(const struct webhooks *webhooks);

/* What came of deliveries since they were taken. Each of the first four is counted where it is on
   the disk. */
struct webhooks_numbers {
  int64_t deliveries, events, duplicates, unreadable; /* answered with 200, and what was in them */
  int64_t not_kept, full, rate;                       /* with 503: why */
  int64_t strangers; /* with 404: whatever does not know the secret, or is not allowed to deliver */
  int64_t certificate_end; /* milliseconds since 1970; 0: there is none */
};
void webhooks_look(const struct webhooks *webhooks, struct webhooks_numbers *numbers);

/* Reads certificate and key anew, and takes the rules of `config` (NULL as above), which it refers
   to from then on: who may deliver, the rate, the size of the inbox. What cannot be used is logged
   and stays as it was; false where that are the rules. */
bool webhooks_reload(struct webhooks *webhooks, const struct webhook_config *config);

/* Takes no more connections, lets what is under way end for at most three seconds, and stops. NULL
   is fine. */
void webhooks_stop(struct webhooks *webhooks);

#endif
