/* The workers of a daemon: a process for each file that registers handlers of webhooks (worker.h).
   One that ends is started again, after a pause that grows where it ends often; one with a handler
   that neither ends at its timeout nor waits for anything is killed half a minute later; one whose
   handlers were registered anew ends what it is at, and then itself, while its successor begins.
   The daemon calls none of their code and gives them nothing: the store is the queue between them.
 */
#ifndef HOST_WORKERS_H
#define HOST_WORKERS_H

#include "../core/journal.h"
#include "serve.h"

struct workers;

/* NULL where memory ran out. What it is given must outlive it. */
struct workers *workers_new(const struct serve_options *options, struct journal *journal,
                            int64_t server);

/* Forgets them; their processes end by themselves, once the daemon is gone. Idempotent for NULL. */
void workers_free(struct workers *workers);

/* How many processes there are. */
size_t workers_count(const struct workers *workers);

/* Looks which have ended, and starts those that are missing. False with the failures of store.h. */
bool workers_step(struct workers *workers, struct failure *failure);

/* Says in the log which handlers events wait for that nothing serves. */
void workers_tell_idle(const struct workers *workers, const char *account);

/* Starts none any more, and has those that there are end what they are at and then themselves. */
void workers_end(struct workers *workers);

/* Looks which have ended. */
void workers_collect(struct workers *workers);

/* Sends a signal to all of them. */
void workers_signal(const struct workers *workers, int number);

#endif
