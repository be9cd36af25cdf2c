/* What a daemon has a process of its own do, now and then, never two at a time. It is looked after
   in the daemon's rounds, and has no timer of its own. It goes by the time of day, so that a
   machine that has slept does not wait on; one whose clock was put back waits no longer than it
   would. */
#ifndef HOST_CHORE_H
#define HOST_CHORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/failure.h"
#include "../core/log.h"

struct chore;

/* Starts its process: the id; CHORE_NOTHING: there is nothing to do now; 0 with a failure. */
enum { CHORE_NOTHING = -1 };
typedef pid_t chore_start(void *context, struct failure *failure);

/* How long it rests after an end with that code, in milliseconds; chore->exit_code is of the end
   before. */
typedef int64_t chore_rest(struct chore *chore, int exit_code);

struct chore {
  const char *what; /* "the subscriptions could not be looked after", say */
  const struct log *log;
  chore_start *start;
  void *context;     /* of `start` */
  chore_rest *rest;  /* chore_rest_about, say */
  int64_t interval;  /* milliseconds; 0: never (chore_every) */
  int64_t deadline;  /* milliseconds, then its process is killed; 0: it has as long as it takes */
  pid_t process;     /* 0: none is at it */
  int64_t next;      /* the time of day */
  int64_t pause;     /* at most so long from now, whatever `next` is; milliseconds */
  int64_t began;     /* loop_now */
  int exit_code;     /* how it ended last, other than because somebody else was at it */
  unsigned failures; /* one after the other */
  bool hurries;      /* it is to be done again as soon as it has been */
  bool is_late, is_ended;
};

/* The interval, up to a tenth longer or shorter, so that many machines do not come at once; less
   where it was ended by what passes. */
chore_rest chore_rest_about;

/* How often from now on, in milliseconds, 0: never. What comes earlier stays. */
void chore_every(struct chore *chore, int64_t interval);

/* Has it done as soon as may be. */
void chore_hurry(struct chore *chore);

/* Takes note of its end, kills what takes too long, and starts it when it is time. What it does
   itself, its process says; where that has died, or cannot be started, the log says so. */
void chore_step(struct chore *chore);

/* Takes note of its end, and starts nothing. Returns whether there is a process. */
bool chore_is_under_way(struct chore *chore);

/* Ends its process by a signal, if there is one; that is no failure then. */
void chore_end(struct chore *chore, int number);

#endif
