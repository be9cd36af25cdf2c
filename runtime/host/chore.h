/* What a daemon has a process of its own do, now and then: soon, then in intervals of which each is
   up to a tenth longer or shorter, so that many machines do not come at once; sooner where it was
   ended by what passes. It is looked after in the daemon's rounds, and has no timer of its own. */
#ifndef HOST_CHORE_H
#define HOST_CHORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/failure.h"
#include "../core/log.h"

struct chore {
  const char *what; /* "the subscriptions could not be looked after", say */
  const struct log *log;
  int64_t interval;    /* milliseconds */
  int64_t deadline;    /* milliseconds, then its process is killed */
  pid_t process;       /* 0: none is at it */
  int64_t next, began; /* loop_now */
  unsigned failures;   /* one after the other */
  bool hurries;        /* it is to be done again as soon as it has been */
  bool is_late, is_ended;
};

/* Starts its process: the id, or 0 with a failure. */
typedef pid_t chore_start(void *context, struct failure *failure);

/* Has it done as soon as may be. */
void chore_hurry(struct chore *chore);

/* Takes note of its end, kills what takes too long, and starts it when it is time. What it does
   itself, its process says; where that has died, or cannot be started, the log says so. */
void chore_step(struct chore *chore, chore_start *start, void *context);

/* Takes note of its end, and starts nothing. Returns whether there is a process. */
bool chore_is_under_way(struct chore *chore);

/* Ends its process by a signal, if there is one; that is no failure then. */
void chore_end(struct chore *chore, int number);

#endif
