/* One run of one script: from settings to exit code. */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include <stdbool.h>

#include "../core/log.h"
#include "script.h"

/* Whether a run is in the history (core/journal.h). */
enum run_recording {
  RUN_RECORDED,
  RUN_RECORDS_WRITES, /* only if it writes */
  RUN_READS_HISTORY   /* never: it only reads there */
};

struct job_run;
struct repl;
struct test_worker;
struct worker_run;

struct run_options {
  const char *profile;      /* name, or NULL */
  const char *sandbox_seed; /* run against a sandbox of one's own, or NULL */
  const char *faults;       /* of that sandbox, as in host/sandbox.h; or NULL */
  const char *rate_limit;
  const char *ledger;
  const char *state;              /* folder that outlives the run, or NULL for the usual one */
  const char *lock_name;          /* NULL: the script's own */
  double lock_wait;               /* seconds; below 0: as long as it takes */
  double timeout;                 /* seconds for the whole run; 0: none */
  unsigned long requests_maximum; /* 0: no limit */
  size_t memory;                  /* bytes that the script may take; 0: the usual limit */
  const char *priority;           /* interactive, scheduled or bulk; or NULL */
  struct job_run *job;            /* the run is one of this job (job.h), or NULL */
  struct worker_run *worker;      /* it works on webhooks for a daemon (worker.h), or NULL */
  struct test_worker *test;       /* it is a test process (test_worker.h), or NULL */
  struct buffer *registrations;   /* the script only tells what it registers, here; or NULL */
  const char *ping;               /* the name of a ping of the profile, or NULL */
  const char *on_failure;   /* a command that is run where the run fails; NULL: the profile's */
  const char *job_name;     /* for log lines, or NULL */
  const char *const *allow; /* values of --allow */
  size_t allow_count;
  const char *const *secrets; /* more texts that must show nowhere, or NULL */
  size_t secret_count;
  const char *record; /* keep the calls in this file, or NULL */
  const char *replay; /* take the replies from this file, or NULL */
  const char *plan;   /* the file of a dry run's plan, or NULL for one in the state folder */
  struct log log;
  unsigned retries; /* of each call */
  enum run_recording recording;
  bool lock;          /* not while another run has the lock */
  bool no_wait;       /* a limit of calls is not waited for */
  bool quiet;         /* what is printed is said only where the run fails */
  bool keep_output;   /* what is printed is in the history as well; so it is with quiet */
  bool allow_all;     /* a person's own call: what the profile does not deny */
  bool trace;         /* show each call */
  bool dry_run;       /* nothing is written: the writes become a plan */
  bool colour;        /* on standard error */
  struct repl *repl;  /* it is a session at the prompt (repl.h), or NULL */
  bool repl_on_error; /* the prompt opens where it fails */
  bool no_confirm;    /* it asks nobody before it writes */
};

/* Runs `script` with the arguments in `argv` (NULL-terminated) and returns the exit code
   (core/exit_code.h). Whatever there is to say has been said on standard error. */
int run_script(const struct run_options *options, const struct script *script, char **argv);

#endif
