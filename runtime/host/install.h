/* Jobs for those who have another scheduler than loftyrun serve: lines of a crontab, timers of
   systemd, and the unit of loftyrun serve itself. Everything is shown first, and put into its place
   only where that is asked for; what others have written there stays. */
#ifndef HOST_INSTALL_H
#define HOST_INSTALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/cron.h"

struct install_job {
  const char *name;
  struct cron cron;
  const char *zone;   /* ZONE_LOCAL for this machine's */
  char *const *words; /* the command, NULL-terminated; the first is an absolute path */
  bool catch_up;      /* run once after the machine was off */
  int64_t jitter;     /* seconds by which a run may be put off; 0: none */
};

enum install_form { INSTALL_CRONTAB, INSTALL_SYSTEM, INSTALL_USER };

struct install_target {
  enum install_form form; /* the crontab, or systemd's units: the machine's or one's own */
  const char *folder;     /* for units; NULL: where systemd looks for them */
  bool apply;             /* false: show, write nothing */
  int64_t now;            /* seconds since 1970 */
};

/* Shows or installs jobs. Returns the exit code; what there is to say has been said. */
int install_jobs(const struct install_job *jobs, size_t count, const struct install_target *target);

/* Shows or installs the unit of loftyrun serve. `words` is its whole command. */
int install_service(char *const *words, const struct install_target *target);

#endif
