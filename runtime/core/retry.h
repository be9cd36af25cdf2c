/* Whether a call that failed is made again, and when. No clock, no loop and no Lua in here: what is
   decided depends on the arguments alone.

   What happened, by example                         read    repeatable write   other write
   connection refused, no such host (not sent)       again   again              again
   429, or a code that says the same                 again   again              again
   400 with a code that is called temporary          again   again              again
   connection lost after it was sent, a cut reply    again   again              no: UNSAFE
   no reply in time, 408                             again   again              no: UNSAFE
   500 (also as 20005), 502, 503, 504, 52x           again   again              no: UNSAFE
   501, 505, 511                                     no: it would be the same again
   400, 401, 403, 404, TLS, too large                no: it would be the same again

   A repeatable write leaves, done twice, what it leaves done once: leads.update, not notes.create.

   And then none of these may be in the way, looked at in this order:
   waiting for a limit is switched off (--no-wait)   no: NO_WAIT
   as many retries made as there may be              no: EXHAUSTED
   the wait would end after the deadline             no: DEADLINE
   retries were too large a part of all calls        no: BUDGET (not for limits: they are no outage)

   How long it waits, r being the random number, n the retries made so far:
   the reply said how long (Retry-After, the reset)  that, and up to a tenth of it more (r)
                                                     from the second time on at least as below
   a limit without a word on how long                (1 + r) / 2 * min(30 s, 1 s * 4^n)
   anything else                                     r * min(20 s, 0.1 s * 4^n) ("full jitter")  */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum {
  RETRY_DEFAULT = 5,           /* retries of one call, unless somebody says otherwise */
  RETRY_MOST = 20,             /* what can be asked for */
  RETRY_DEADLINE_SECONDS = 120 /* no attempt begins later than that after the first */
};

enum retry_safety { RETRY_READ, RETRY_REPEATABLE, RETRY_ONCE };

enum retry_verdict {
  RETRY_AGAIN,
  RETRY_POINTLESS, /* it would be the same again */
  RETRY_UNSAFE,    /* it may have been done, and must not be done twice */
  RETRY_NO_WAIT,
  RETRY_EXHAUSTED,
  RETRY_DEADLINE,
  RETRY_BUDGET
};

struct retry_attempt {
  enum retry_safety safety;
  bool temporary;       /* the catalogue of the code that it failed with */
  const char *category; /* of that code: "network", "rate_limit", "server", ... */
  bool sent;            /* any of it may have left this machine */
  int status;           /* of the reply; 0: there was none */
  unsigned made;        /* retries before this attempt's end */
  unsigned allowed;     /* retries there may be */
  double elapsed;       /* seconds since the first attempt began */
  double retry_after;   /* seconds that the reply asks for; below 0: none */
  bool no_wait;         /* a limit is not waited for */
  double random;        /* 0 <= random < 1 */
};

/* What is known about a host from all calls to it. All zero: nothing yet.

   Budget: a bucket of 50 retries, full at first. Each call puts 0.2 into it, each retry takes 1
   out.

   Circuit: after 5 failures in a row that look like an outage the host is left alone for 5 seconds.
   Then one call may go and see; while it is under way the others still wait. If that fails too the
   rest is twice as long, up to 60 seconds. Any reply of Lofty's own closes the circuit. */
struct retry_host {
  double spent;   /* of the bucket */
  unsigned down;  /* failures in a row */
  unsigned rests; /* in a row */
  int64_t until;  /* end of the rest, monotonic milliseconds */
  bool probing;
  int64_t probe_ends; /* from then on another may go: the first was given up */
};

/* Decides after an attempt failed. `*delay` in milliseconds is set with RETRY_AGAIN, and then one
   retry has been taken out of `host`'s budget where it counts. */
enum retry_verdict retry_decide(const struct retry_attempt *attempt, struct retry_host *host,
                                int64_t *delay);

/* "pointless", "unsafe", ...: the name of a verdict in lower case. */
const char *retry_verdict_name(enum retry_verdict verdict);

/* A call begins: it earns its part of a retry. */
void retry_host_earn(struct retry_host *host);

/* How long to leave the host alone before an attempt, in milliseconds; 0: it may go now, and may be
   the one that goes to see. Ask again after the wait. */
int64_t retry_host_wait(struct retry_host *host, int64_t now);

/* How an attempt ended: `category` NULL for success, `status` 0 where there was no reply. */
void retry_host_heard(struct retry_host *host, const char *category, int status, int64_t now);

/* 0 <= number < 1, from the system: processes that were started together must not wait alike. */
double retry_random(void);

#endif
