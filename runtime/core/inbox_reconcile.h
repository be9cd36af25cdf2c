/* Events that nobody has delivered: a look at the account found what they tell of
   (lofty.inbox.reconcile). Only lists that can be looked at have them: leads, tasks, appointments.

   Lofty's times of a change have seconds where its webhooks have milliseconds, and may be rounded.
   So what was found counts as delivered where the inbox has
     X.created    an event of that name about the thing
     X.finished   one of that name that happened less than a second before, or later
     X.updated    the same, or one of another name that happened then or later: whoever hears of it
                  reads the thing as it is by then
   and what is delivered later counts as a duplicate of an event of its name that was made here and
   happened less than two seconds before it or less than one after it; of X.created whenever that
   was. What tells no time is known again only where it is X.created.

   Failures are those of store.h. A function that fails has changed nothing. */
#ifndef CORE_INBOX_RECONCILE_H
#define CORE_INBOX_RECONCILE_H

#include "inbox.h"

/* Keeps those events of a delivery which nobody has delivered, in their order and with one wait for
   the disk; `made[i]` tells whether the event i is one. Each has a time. A delivery none of whose
   events is new is not kept. */
bool inbox_reconcile(struct store *store, struct inbox_delivery *delivery, bool *made,
                     struct failure *failure);

/* Whether what is being delivered was made here before, and received since `since`. */
enum store_answer inbox_is_reconciled(struct store *store, const struct inbox_delivery *delivery,
                                      const struct inbox_event *event, int64_t since,
                                      struct failure *failure);

#endif
