/* Handlers of webhooks, and their work: which handler gets which event, whose turn it is, and what
   came of it.

   A handler is known by its account and name. It gets each event of its account whose name fits its
   pattern and that came after it was registered for the first time: `considered` is the last event
   that was looked at for it. So an event waits where nobody lives to deal with it, and taking it
   from the sender costs nothing more. Rows of inbox_work are made by the workers, in batches.

   The state of a row is one of
     waiting     it is its turn, at next_attempt; after a failure that is later
     queued      an earlier event of the same lead is waiting or running
     running     the run `run` is at it; where that lives no more it is taken from it
     done        the handler has returned
     coalesced   a later event of the lead stood for it
     dead        it failed too often; `problem` says how the last time
     dropped     a person has said that nobody is to deal with it
   Of one handler and lead one row at most is waiting or running: so a lead's events are dealt with
   in order, and one that waits to be tried again holds up the later ones of its lead and handler
   and nothing else. One that is dead holds up nothing.

   An event that all handlers have passed and none took is `unhandled`.

   Times are in milliseconds since 1970. Failures are those of store.h; a function that fails has
   changed nothing. */
#ifndef CORE_INBOX_WORK_H
#define CORE_INBOX_WORK_H

#include "inbox.h"
#include "journal.h"

enum { INBOX_RETRIES_MOST = 9, INBOX_CONCURRENCY_MOST = 100 };

struct inbox_handler {
  int64_t id;
  const char *name, *file, *pattern; /* "lead.updated", "lead.*" or "*" */
  int64_t line, concurrency, timeout, retries;
  bool coalesces;
  int64_t generation; /* another one each time it is registered */
};

/* What a daemon has been told of a handler, and the text that told it. */
struct inbox_registration {
  struct inbox_handler handler; /* without id and generation */
  const char *text;
  size_t length;
};

/* The newest event; 0: there is none. */
bool inbox_last_event(struct store *store, int64_t *event, struct failure *failure);

/* Has the daemon serve these handlers and no others. Those that are new begin behind the event
   `since`, or with what comes from now on where it is below 0. False with JOB_TAKEN where a daemon
   that is alive serves a handler of that name out of another file. */
bool inbox_handlers_swap(struct journal *journal, int64_t server, const char *account,
                         int64_t since, const struct inbox_registration *registrations,
                         size_t count, struct failure *failure);

/* The daemon serves none any more: its workers end what they are at and then themselves. */
bool inbox_handlers_leave(struct store *store, int64_t server, struct failure *failure);

/* Called with each; false stops. Its texts are gone when it returns. */
typedef bool inbox_visit_handler(void *context, const struct inbox_handler *handler);

/* Visits the handlers that a daemon serves, file by file. */
bool inbox_handlers_served(struct store *store, int64_t server, inbox_visit_handler *visit,
                           void *context, struct failure *failure);

/* A handler, and what there is for it. */
struct inbox_handler_state {
  struct inbox_handler handler;
  int64_t server; /* the daemon that serves it; 0: none that is alive does */
  int64_t
      waiting; /* events that it is not done with, also those that nobody has looked at for it */
  int64_t running; /* of them */
};
typedef bool inbox_visit_state(void *context, const struct inbox_handler_state *state);

/* Visits all handlers of an account that there have been, by name. */
bool inbox_handlers_of(struct journal *journal, const char *account, inbox_visit_state *visit,
                       void *context, struct failure *failure);

/* Nobody is to deal with what waits for the handler, and it begins anew where it is registered
   again; what it has done stays known. `*count` is set to how many events it was. STORE_NO: there
   is none of that name. Fails with JOB_TAKEN where a daemon that is alive serves it, or a run of it
   is at one. */
enum store_answer inbox_handler_forget(struct journal *journal, const char *account,
                                       const char *name, int64_t now, int64_t *count,
                                       struct failure *failure);

/* Visits those of an account that any daemon serves. */
bool inbox_handlers_registered(struct store *store, const char *account, inbox_visit_handler *visit,
                               void *context, struct failure *failure);

/* Visits the text of a file that the daemon serves handlers of, if it is of that generation. */
enum store_answer inbox_handlers_text(struct store *store, int64_t server, int64_t generation,
                                      const char *file, store_visit_row *visit, void *context,
                                      struct failure *failure);

/* How long to wait after the attempt `attempt` (from 1) has failed, with up to a tenth more by
   `chance`: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
int64_t inbox_work_pause(int64_t attempt, uint64_t chance);

/* What came of a row that this run has claimed. */
struct inbox_settled {
  int64_t event, handler;
  const char *problem; /* why it has failed; NULL: it is done */
};

/* How many rows a handler wants. */
struct inbox_wanted {
  int64_t handler, generation, most;
};

struct inbox_claimed {
  int64_t handler, attempt, coalesced, duplicates;
  const struct inbox_event *event;
};
typedef bool inbox_visit_claimed(void *context, const struct inbox_claimed *claimed);

/* One turn of a worker. */
struct inbox_turn {
  int64_t server;
  int64_t now;
  uint64_t chance;
  const struct inbox_settled *settled;
  size_t settled_count;
  const struct inbox_wanted *wanted;
  size_t wanted_count;
  bool looks_for_dead; /* takes the rows of runs that live no more */
  inbox_visit_claimed *visit;
  void *context;
  /* Told: */
  bool served;   /* the daemon wants this worker; else nothing was claimed */
  bool more;     /* there are events that nobody has looked at */
  int64_t next;  /* when the next row waits to be tried; 0: none does */
  int64_t freed; /* rows of dead runs */
};

/* Notes what has come of rows, gives new events to the handlers, claims rows for this process' run
   and visits them: all on the disk when it returns, or nothing. */
bool inbox_work_turn(struct journal *journal, struct inbox_turn *turn, struct failure *failure);

/* Called with a process; false stops. */
typedef bool inbox_visit_process(void *context, int64_t process);

/* Visits the processes that are longer at an event for the daemon than its handler's timeout. */
bool inbox_work_late(struct store *store, int64_t server, int64_t now, inbox_visit_process *visit,
                     void *context, struct failure *failure);

/* What an event's handlers have made of it. */
struct inbox_work_row {
  const char *handler, *state, *problem; /* the last one, or NULL */
  int64_t attempt, next_attempt, run, began, settled, coalesced;
};
struct inbox_try {
  const char *handler, *problem;
  int64_t attempt, run, began, ended;
};
typedef bool inbox_visit_work(void *context, const struct inbox_work_row *row);
typedef bool inbox_visit_try(void *context, const struct inbox_try *one);
bool inbox_work_of(struct store *store, int64_t event, inbox_visit_work *visit, void *context,
                   struct failure *failure);
bool inbox_tries_of(struct store *store, int64_t event, inbox_visit_try *visit, void *context,
                    struct failure *failure);

#endif
