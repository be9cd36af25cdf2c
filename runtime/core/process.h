/* A process that this program starts of itself and listens to while its loop goes on: what it
   prints, what it reports on a descriptor of its own, and how it ends. */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buffer.h"
#include "failure.h"
#include "loop.h"

/* The descriptor that the child finds its report's end on. */
enum { PROCESS_REPORT = 3 };

/* The ends of a child's descriptors that are ours to give; below 0: it has no input, or what we
   have. */
struct process_files {
  int in, out, err, report;
};

/* Starts this program again, argv[0] included in the arguments, in a process group of its own: the
   file that runs, also where another one has taken its name since. 0, or an errno. */
int process_spawn(pid_t *child, const char *const *arguments, const char *const *environment,
                  const struct process_files *files);

struct process_stream {
  int file; /* -1: it has ended */
  struct buffer text;
  bool overflows; /* what is beyond the maximum is dropped */
  struct process *process;
};

/* Zeroed before it is started; it stays where it is until process_close. */
struct process {
  struct loop *loop;
  pid_t id; /* 0: it has ended, or never began */
  int status;
  bool late; /* it was ended because it has not reported for so long */
  bool killed;
  int quiet_ms;
  struct process_stream output, report;
  struct loop_timer deadline, look;
  void (*on_end)(void *context);
  void *context;
};

struct process_options {
  const char *const *arguments;   /* argv[0] included, NULL-terminated */
  const char *const *environment; /* NAME=value, beside ours less what begins with `hidden` */
  const char *hidden;
  int quiet_ms; /* ended after so long without a report: by SIGTERM, 2 s later by SIGKILL */
  size_t output_maximum, report_maximum; /* bytes */
};

/* Starts this program again, in a process group of its own and without an input. Its standard
   output and standard error are one stream. `on_end` is called inside loop_step once it has ended
   and all is read. False with CHILD_FAILED, and nothing needs to be closed. */
bool process_start(struct process *process, struct loop *loop,
                   const struct process_options *options, void (*on_end)(void *context),
                   void *context, struct failure *failure);

/* Kills it where it has not ended, and forgets what it said. Idempotent; fine where it is zeroed.
 */
void process_close(struct process *process);

/* The exit code of what waitpid tells, as a shell gives it: 128 and the number of a signal. */
int process_exit_code(int status);

#endif
