/* The part of a daemon that webhooks come in by: the profile with its rules, the receiver, the
   subscriptions that have Lofty deliver there, and the look at the account for what Lofty has not
   delivered. */
#ifndef HOST_RECEPTION_H
#define HOST_RECEPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/journal.h"
#include "../core/loop.h"
#include "profile.h"
#include "serve.h"

struct reception;

/* Listens, where that is asked for. Returns the exit code; all has been said. `*reception` is set
   but for a lack of memory; what it is given must outlive it. */
int reception_begin(struct reception **reception, const struct serve_options *options,
                    struct loop *loop, struct journal *journal, const char *account,
                    int64_t server);

/* The profile in force; NULL where nothing asks for one. */
const struct profile *reception_profile(const struct reception *reception);

/* The receiver, or NULL, for as long as the reception is there. */
struct webhooks *const *reception_webhooks(const struct reception *reception);

/* Reads the profile and the certificate anew. What cannot be used is logged and stays as it was. */
void reception_reload(struct reception *reception);

/* The handlers are there, or are others: has the subscriptions looked after, soon and from now on.
 */
void reception_look(struct reception *reception);

/* One round of the daemon's. */
void reception_step(struct reception *reception);

/* Takes no more, starts nothing. Idempotent. */
void reception_stop(struct reception *reception);

/* How many processes there are; sends them a signal. */
size_t reception_count(struct reception *reception);
void reception_signal(struct reception *reception, int number);

/* NULL is fine. */
void reception_free(struct reception *reception);

#endif
