/* The inbox: each webhook that was delivered, as it came, and the events in it. What is in it is on
   the disk; only then has the sender been told that it has arrived.

   The state of an event is one of
     new          nobody has dealt with it yet
     duplicate    it has come before; kept, so that it can be seen
     unreadable   not an event but a whole delivery of a shape that nobody knows; the delivery says
                  why, and holds all of it
     unhandled    it came while there were handlers, and none of them takes such events
     dropped      a person has said that nobody is to deal with it
     open         it was given to handlers, and some have not ended (inbox_work.h)
     done, dead   they all have; dead: one of them has given up
   and where an open one is shown, running, failed (a handler has failed, and will try again) or
   waiting stand for it.

   Whether an event has come before is told by its key: list, team, array, id and time of what has
   happened, within INBOX_WINDOW_DAYS. One without a key, because it says no time, never counts as a
   duplicate. So is one that comes after it was made of what the account shows (inbox_reconcile.h).

   Events that are settled (duplicate, unhandled, dropped, done) are forgotten after
   INBOX_DAYS_KEPT, and a delivery with its last event. What nobody has dealt with is never
   forgotten.

   Failures are those of store.h. A function that fails has changed nothing. */
#ifndef CORE_INBOX_H
#define CORE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

enum { INBOX_WINDOW_DAYS = 7, INBOX_DAYS_KEPT = 30 };

/* An integer that may be missing. */
struct inbox_integer {
  bool known;
  int64_t value;
};

struct inbox_event {
  int64_t id;
  int64_t delivery;
  int64_t position;       /* in its array, from 1; 0 for a whole delivery */
  const char *name;       /* "lead.updated" */
  const char *array_name; /* "updatedLead"; or NULL */
  struct inbox_integer list_id, team_id;
  const char *thing;             /* the id of what it is about, or NULL */
  struct inbox_integer lead;     /* whose events are dealt with in their order */
  struct inbox_integer happened; /* milliseconds since 1970, as all times here */
  int64_t received;
  const char *state;
  const char *key;      /* or NULL */
  const char *raw;      /* as JSON; NULL for a whole delivery */
  int64_t next_attempt; /* of a handler that has failed; 0: none has */
  bool reconciled;      /* nobody has delivered it: inbox_reconcile.h */
};

struct inbox_delivery {
  int64_t id;
  const char *account; /* whose it is, as in lofty.state */
  int64_t received;
  const char *origin; /* the address it came from */
  struct inbox_integer list_id, team_id;
  const char *problem; /* why it is unreadable; NULL: it is not */
  const void *body;
  size_t length;
  struct inbox_event *events; /* none where it is unreadable: it becomes one by itself */
  size_t count;
};

/* What became of deliveries. */
struct inbox_added {
  int64_t events, duplicates, unreadable;
};

/* Keeps deliveries with their events: all are on the disk when it returns, with one wait for it, or
   none is in the inbox. Sets their ids; `added` may be NULL. */
bool inbox_add(struct store *store, struct inbox_delivery *deliveries, size_t count,
               struct inbox_added *added, struct failure *failure);

/* The bytes of all bodies in the inbox. */
bool inbox_size(struct store *store, int64_t *bytes, struct failure *failure);

/* Which events: those that are all of this. */
struct inbox_filter {
  int64_t id;        /* 0: any */
  const char *name;  /* "lead.updated"; "lead.*" for all of a kind; NULL: any */
  const char *state; /* NULL: any */
  struct inbox_integer lead;
  int64_t since, before; /* received; 0: whenever */
};

/* Called with each; false stops. Its texts are gone when it returns. */
typedef bool inbox_visit_event(void *context, const struct inbox_event *event);
typedef bool inbox_visit_delivery(void *context, const struct inbox_delivery *delivery);

/* Visits events before the event `before` (0: all), newest first. */
bool inbox_list(struct store *store, const struct inbox_filter *filter, int64_t before,
                inbox_visit_event *visit, void *context, struct failure *failure);

/* Visits one delivery, without its events. */
enum store_answer inbox_delivery(struct store *store, int64_t id, inbox_visit_delivery *visit,
                                 void *context, struct failure *failure);

/* Marks events as dropped that are new, unreadable, open or dead, with the work on them that has
   not begun; `*count` is set to how many. What a handler is at goes on. `now` is the time of day.
 */
bool inbox_drop(struct store *store, const struct inbox_filter *filter, int64_t now, int64_t *count,
                struct failure *failure);

/* Has handlers that have given up, or wait after a failure, try again now. `*count` is set to how
   many events. */
bool inbox_retry(struct store *store, const struct inbox_filter *filter, int64_t now,
                 int64_t *count, struct failure *failure);

/* Has all handlers that a daemon serves deal with events again, also where they are done, or came
   before the handler was there; dropped ones where one event or that state is asked for. Likewise.
 */
bool inbox_replay(struct store *store, const struct inbox_filter *filter, int64_t now,
                  int64_t *count, struct failure *failure);

/* Forgets what is settled and older than INBOX_DAYS_KEPT, or however old it is with `all`: some
   hundred events at once, so that nobody waits long. `*count` is set to how many, 0 when there are
   no more. inbox_forgotten tells of when the newest of them was. */
bool inbox_forget(struct store *store, int64_t now, bool all, int64_t *count,
                  struct failure *failure);

/* When the newest event was received that has been forgotten; 0: none has. */
bool inbox_forgotten(struct store *store, int64_t *received, struct failure *failure);

/* Whether something can be kept now: has a change of no consequence on the disk. */
bool inbox_try(struct store *store, int64_t now, struct failure *failure);

#endif
