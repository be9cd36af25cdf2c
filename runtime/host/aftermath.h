/* The command that is run where a run has failed: by /bin/sh, with what is known of the failure in
   its environment and what the run printed last on its standard input. Credentials are not in its
   environment. */
#ifndef HOST_AFTERMATH_H
#define HOST_AFTERMATH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/buffer.h"
#include "../core/log.h"

struct aftermath {
  const char *command;
  const char *script;
  const char *message;
  int64_t run; /* 0: it is not in the history */
  int exit_code;
  const struct buffer *tail;
  const struct log *log;
  const sigset_t *mask; /* the signals that it has blocked */
};

/* Runs it for a minute at most. What goes wrong is logged. SIGINT, SIGTERM and SIGCHLD must be
   blocked; the first two end the command. False where they did, or where it could not begin. */
bool aftermath_run(const struct aftermath *aftermath);

/* Waits so long, or until one of the signals comes, which are blocked: then true. */
bool aftermath_pause(const sigset_t *signals, int milliseconds);

#endif
