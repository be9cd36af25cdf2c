/* The subscriptions of Lofty's webhooks to a daemon's receiver: where they are to deliver, and the
   process that makes those exist that the daemon's handlers want (lofty.inbox.subscriptions).

   The path of such a URL is a secret. It is in no command line and no environment but the one it
   came from: the daemon writes it to the input of that process. */
#ifndef HOST_SUBSCRIPTIONS_H
#define HOST_SUBSCRIPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/failure.h"
#include "run.h"

enum { SUBSCRIPTIONS_BASE = 512, SUBSCRIPTIONS_INPUT = 1536 };

/* What such a process is told. */
struct subscriptions_input {
  const char *base; /* as subscriptions_base has it */
  const char *secret;
  const char *previous; /* or NULL */
  bool all;             /* every list, not only those that handlers want */
  bool always;          /* all that there is to say is said again */
};

/* Where Lofty reaches the receiver: https://HOST[:PORT], and unless `bare` a path that a proxy puts
   before the receiver's own; written without a last slash. False with CONFIG_INVALID, which does
   not show the text. */
bool subscriptions_base(const char *text, bool bare, char base[SUBSCRIPTIONS_BASE],
                        struct failure *failure);

/* Writes what the process reads. False where that is too long. */
bool subscriptions_write(const struct subscriptions_input *input, char text[SUBSCRIPTIONS_INPUT]);

/* The process, for the daemon `server`: reads its input and does it. Returns the exit code; all has
   been said. */
int subscriptions_run(const struct run_options *options, int64_t server);

#endif
