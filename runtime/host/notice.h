/* Who is told how a run goes: a ping service, at its start and at its end, and a command of the
   user's where it failed. Neither changes the run's exit code.

   A ping URL lets anybody who has it say that the run went well, so it is a secret: it stands in
   the profile under a name, which --ping gives, or in LOFTYRUN_PING. URL/start is asked for at the
   start, URL where the run is done, URL/fail where it failed, as healthchecks.io has it. A run that
   another one kept from beginning (exit code 7) says nothing, and one that was killed cannot: that
   it does not come is what such a service is for. */
#ifndef HOST_NOTICE_H
#define HOST_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "../bind/context.h"
#include "../core/failure.h"
#include "profile.h"
#include "run.h"

enum { NOTICE_MESSAGE = 512 };

struct notice {
  char *ping;    /* the URL, or NULL */
  char *command; /* or NULL */
  bool output;   /* the ping of a failure says what was printed last */
  char message[NOTICE_MESSAGE];
  struct http_exchange *start;
  bool start_ended;
};

/* What options, environment and `profile` (NULL: there is none) say. False with USAGE or
   CONFIG_INVALID: no such name, no URL that could be asked. */
bool notice_open(struct notice *notice, const struct run_options *options,
                 const struct profile *profile, struct failure *failure);

/* The command alone, which those two keep; NULL: there is none. */
const char *notice_command(const struct run_options *options, const struct profile *profile);

/* Whether it wants to know what was printed. */
bool notice_wants_output(const struct notice *notice);

/* Notes why the run failed, a sentence; the first one counts. What of it belongs to the credential
   of `config` is left out. */
void notice_say(struct notice *notice, const char *message, const struct config *config);

/* Pings that the run begins, beside it; and waits for the end of that. */
void notice_start(struct notice *notice, const struct context *context);
void notice_wait(struct notice *notice, const struct context *context);

/* How the run ended. */
struct notice_end {
  const char *script;
  int64_t run; /* its number in the history, or 0 */
  int exit_code;
  const struct buffer *tail; /* what it printed last */
  const struct log *log;
};

/* Tells it, which takes half a minute at most for the ping and a minute for the command. SIGINT and
   SIGTERM cut that short; then false. */
bool notice_end(struct notice *notice, const struct notice_end *end);

/* The same for a run that could not begin: there is no script, say. */
void notice_never_began(const struct run_options *options, const char *script, int exit_code,
                        const char *message);

/* Idempotent. */
void notice_close(struct notice *notice);

#endif
