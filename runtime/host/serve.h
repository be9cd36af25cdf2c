/* The daemon: what `loftyrun serve` does until it is told to end.

   It runs no code of scripts. What files register is told by a process of its own for each file
   (registrations.h), and each run of a job is a process of its own (job.h), so that limits, output,
   history and exit codes are those of every other run. Only when all files are right do the jobs
   change; the text that was found right is kept with them, and is what runs.

   It waits for the next instant, at most a second: so long it takes until it notices that the clock
   was put, that the machine has slept, or that another process has changed something (paused a job,
   ended a run). What is decided about instants, and why none is lost or doubled by any of this, is
   in core/schedule.h and core/schedule_instants.h.

   Webhooks come in on the same loop (webhooks.h); without files it does nothing else. So does who
   looks at the status page (status.h).

   SIGHUP: the files are read again, and certificate and rules for webhooks. SIGTERM and SIGINT:
   nothing new is started, what runs is told to end and killed after 30 seconds; a second one ends
   the daemon at once. Killed, it leaves its runs alone: they go on to their end, and the next
   daemon sees them.
 */
#ifndef HOST_SERVE_H
#define HOST_SERVE_H

#include "run.h"
#include "webhooks.h"

struct serve_sandbox;

struct serve_options {
  struct run_options run;   /* of the daemon, and of each run that it starts */
  const char *const *files; /* NULL-terminated */
  unsigned jobs_maximum;    /* runs at a time */
  /* Of it where to listen and what to show; `listen` NULL: no webhooks are taken. */
  struct webhooks_options webhooks;
  const char *subscribe;         /* https://HOST where Lofty reaches them; NULL: the profile's */
  struct serve_sandbox *sandbox; /* that it is to have (serve_sandbox.h), or NULL */
  unsigned sandbox_port;         /* 0: any */
  const char *status; /* where the status page is (status.h); NULL: where the profile says, if so */
};

/* Returns the exit code; all has been said. */
int serve(const struct serve_options *options);

#endif
