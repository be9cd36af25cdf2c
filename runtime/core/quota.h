/* One quota of calls for all processes that use the same credential: who may make a call now, and
   what replies teach about the server's limit.

   It lives in memory of a fixed size that the processes share. There are no locks: every word is
   changed by one compare-and-swap, so that a process that is killed or stopped anywhere leaves
   nothing locked and nothing torn. What a word holds is believed only where it makes sense; memory
   of zeros is a quota that knows nothing yet. No clock in here: `now` is in milliseconds of one
   that all processes of the machine read alike and that never steps.

   Windows. The server counts calls in windows of a minute at most. A permit is counted in the
   window when it is taken. A reply that says limit L, remaining R and when the window ends tells
   where the server's window is: between two bounds, since replies travel and seconds are rounded.
   What is kept is the earliest of the later bounds; the next window begins that late and a little
   later, so nothing is sent into a window that may be the old one still. L - R that is more than
   was given here was used elsewhere, and counts. A reply teaches nothing about windows
   - when the window that it speaks of may be over and is not surely ours: it came late, or after
     one that is newer.
   It begins another window
   - when its window certainly ends after ours;
   - when the server had counted fewer calls than another reply said that came before this call was
     sent. So windows are found without any reset, too.

   Until a reply has spoken of a window few permits are out: 16, two more for each reply, 16 more
   each second. So processes that start together learn the limit before they exceed it.

   Where replies never speak of limits and a limit is known all the same, it holds for any minute,
   not for windows: what was used in the last one counts in part.

   Priorities. With f the part of the minute that has passed, and L the limit:
     bulk         up to L * (0.25 + f), and the last fiftieth (at least 1) in the last 5 seconds
     scheduled    up to L * (0.5 + f)
     interactive  all of it

   Classes. All operations share a bucket, but those whose replies name a smaller limit than the
   common one have one of their own. The largest limit seen is the common one, or `start` until
   there is one. When nobody has named it for ten minutes and three operations name the same smaller
   one, that is the common limit now.

   429. With a Retry-After or a reset, nothing is sent until then. Without, nothing is sent for 1,
   2, 4 .. 32 s, then one call a second until one is answered otherwise; and the limit counts as a
   quarter less, until windows pass without another. */
#ifndef CORE_QUOTA_H
#define CORE_QUOTA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rate_limit.h"

enum {
  QUOTA_ENTRIES = 128,       /* operations that can have a bucket of their own */
  QUOTA_MOST_LIMIT = 200000, /* a larger one is none */
  QUOTA_WINDOW_MS = 60 * 1000
};

struct quota_bucket {
  _Atomic uint64_t window; /* these four: see quota.c */
  _Atomic uint64_t told;
  _Atomic uint64_t heard;
  _Atomic uint64_t closed;
  _Atomic uint64_t confirmed; /* when a reply last named `limit` */
  _Atomic uint32_t limit;     /* that replies name; 0: none yet */
  _Atomic uint32_t replies;   /* seen in all; not counted any more once there are a few */
};

struct quota_entry {
  _Atomic uint32_t operation; /* 0: free; never free again */
  _Atomic uint32_t apart;     /* whether it has a bucket of its own */
  struct quota_bucket bucket;
};

/* What is shared. */
struct quota_memory {
  struct quota_bucket common;
  struct quota_entry entries[QUOTA_ENTRIES];
};

/* One process's view of it. */
struct quota {
  struct quota_memory *memory;
  uint32_t ceiling; /* permits of ours in a class's window, whatever the server allows; 0: none */
  uint32_t start;   /* the limit until the server names one; 0: none */
};

enum quota_priority { QUOTA_INTERACTIVE, QUOTA_SCHEDULED, QUOTA_BULK };

/* Why a permit was not given. */
enum quota_reason {
  QUOTA_GIVEN,
  QUOTA_LEARNING, /* few replies so far */
  QUOTA_PACE,     /* room is left for runs of a higher priority */
  QUOTA_LIMIT,    /* the window is used up */
  QUOTA_CLOSED    /* the server refused calls as too many */
};

struct quota_status {
  uint32_t limit;     /* 0: none is known */
  uint32_t used;      /* in this window, as far as is known, here and elsewhere */
  uint32_t remaining; /* 0 where no limit is known */
  int64_t reset;      /* milliseconds until it ends; 0: no window is open */
};

/* "interactive", "scheduled", "bulk"; false for any other name. */
bool quota_priority_parse(const char *name, enum quota_priority *priority);
const char *quota_priority_name(enum quota_priority priority);

/* What stands for an operation's name. Never 0. */
uint32_t quota_operation(const char *name);

/* Takes a permit for one call: 0, or the milliseconds after which to ask again (someone else may
   have taken it by then). `reason` is set. */
int64_t quota_take(const struct quota *quota, uint32_t operation, enum quota_priority priority,
                   int64_t now, enum quota_reason *reason);

/* A call that had a permit is over. `status` of the reply, 0: there was none; `limit` what its
   header told, or NULL; `sent` when the call began. */
void quota_learn(const struct quota *quota, uint32_t operation, int status,
                 const struct rate_limit *limit, int64_t sent, int64_t now);

/* The operation's bucket: 0 the common one, else a number of its own. */
unsigned quota_class(const struct quota *quota, uint32_t operation);

/* Calls a minute that the class can make; 0: no limit is known. */
uint32_t quota_rate(const struct quota *quota, unsigned class);

/* How the class stands. */
void quota_look(const struct quota *quota, unsigned class, int64_t now,
                struct quota_status *status);

#endif
