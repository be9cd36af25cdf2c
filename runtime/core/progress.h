/* One line on a terminal that says how far a run is. It stands in the line below the one that the
   cursor is in, while the run waits, and is gone whenever anything else may be written: so nothing
   that a script or a command of it prints gets into it, not even the beginning of a line. */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { PROGRESS_MOST = 1024 };

struct progress {
  char text[PROGRESS_MOST]; /* "": there is nothing to say */
  int64_t since;            /* when that was said, by the monotonic clock */
  bool shown;
};

/* How many columns there are for it on standard error; 0: it is no terminal that could show it. */
int progress_columns(void);

/* What is to be shown from now on, UTF-8 on one line; NULL: nothing. What is not said anew within a
   minute is out of date and no more shown. */
void progress_set(struct progress *progress, const char *text);

/* Shows it, or takes it away. Idempotent; NULL is fine. */
void progress_show(struct progress *progress);
void progress_hide(struct progress *progress);

#endif
