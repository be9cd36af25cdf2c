#include "retry.h"

#include <string.h>
#include <sys/random.h>

static const double BUCKET = 50;
static const double EARNED_BY_A_CALL = 0.2;

enum {
  CIRCUIT_FAILURES = 5,
  REST_MS = 5 * 1000,
  LONGEST_REST_MS = 60 * 1000,
  PROBE_MS = 35 * 1000, /* a call's own timeout and a bit */
  LOOK_AGAIN_MS = 250   /* while another call is finding out */
};

static bool is(const char *category, const char *name) {
  return category && strcmp(category, name) == 0;
}

static bool is_limit(const struct retry_attempt *attempt) {
  return attempt->status == 429 || is(attempt->category, "rate_limit");
}

/* Whether Lofty certainly did nothing. A timeout (408) and a breakdown inside Lofty, whatever the
   status they come with, are no refusals. */
static bool is_undone(const struct retry_attempt *attempt) {
  if (!attempt->sent || is_limit(attempt)) return true;
  return attempt->status >= 400 && attempt->status < 500 && attempt->status != 408 &&
         !is(attempt->category, "server");
}

static bool is_temporary(const struct retry_attempt *attempt) {
  int status = attempt->status;
  if (status == 501 || status == 505 || status == 511) return false;
  return attempt->temporary || is_limit(attempt);
}

static double backoff(double base, double cap, unsigned made) {
  double wait = base;
  for (unsigned i = 0; i < made && wait < cap; i++) wait *= 4;
  return wait < cap ? wait : cap;
}

static double delay_of(const struct retry_attempt *attempt) {
  double wait = is_limit(attempt) ? backoff(1, 30, attempt->made) * (1 + attempt->random) / 2
                                  : backoff(0.1, 20, attempt->made) * attempt->random;
  if (attempt->retry_after < 0) return wait;
  double told = attempt->retry_after * (1 + attempt->random / 10);
  return attempt->made > 0 && wait > told ? wait : told;
}

enum retry_verdict retry_decide(const struct retry_attempt *attempt, struct retry_host *host,
                                int64_t *delay) {
  if (!is_temporary(attempt)) return RETRY_POINTLESS;
  if (attempt->safety == RETRY_ONCE && !is_undone(attempt)) return RETRY_UNSAFE;
  if (attempt->no_wait && is_limit(attempt)) return RETRY_NO_WAIT;
  if (attempt->made >= attempt->allowed) return RETRY_EXHAUSTED;
  double wait = delay_of(attempt);
  if (attempt->elapsed + wait > RETRY_DEADLINE_SECONDS) return RETRY_DEADLINE;
  if (!is_limit(attempt)) {
    if (host->spent + 1 > BUCKET) return RETRY_BUDGET;
    host->spent += 1;
  }
  *delay = (int64_t)(wait * 1000 + 0.5);
  return RETRY_AGAIN;
}

const char *retry_verdict_name(enum retry_verdict verdict) {
  static const char *const names[] = {
      [RETRY_AGAIN] = "again",     [RETRY_POINTLESS] = "pointless", [RETRY_UNSAFE] = "unsafe",
      [RETRY_NO_WAIT] = "no_wait", [RETRY_EXHAUSTED] = "exhausted", [RETRY_DEADLINE] = "deadline",
      [RETRY_BUDGET] = "budget"};
  return names[verdict];
}

void retry_host_earn(struct retry_host *host) {
  host->spent = host->spent > EARNED_BY_A_CALL ? host->spent - EARNED_BY_A_CALL : 0;
}

int64_t retry_host_wait(struct retry_host *host, int64_t now) {
  if (host->down < CIRCUIT_FAILURES) return 0;
  if (now < host->until) return host->until - now;
  if (host->probing && now < host->probe_ends) {
    int64_t left = host->probe_ends - now;
    return left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS;
  }
  host->probing = true;
  host->probe_ends = now + PROBE_MS;
  return 0;
}

static void rest(struct retry_host *host, int64_t now) {
  int64_t length = REST_MS;
  for (unsigned i = 0; i < host->rests && length < LONGEST_REST_MS; i++) length *= 2;
  host->until = now + (length < LONGEST_REST_MS ? length : LONGEST_REST_MS);
  host->rests++;
  host->probing = false;
}

/* No reply at all, or one of a gateway that found nobody behind it. A 500 is Lofty's own: one call
   that always breaks must not keep the others from being made. */
static bool looks_down(const char *category, int status) {
  if (status) return status >= 502 && status <= 504;
  return is(category, "network") || is(category, "timeout");
}

void retry_host_heard(struct retry_host *host, const char *category, int status, int64_t now) {
  if (category && looks_down(category, status)) {
    if (host->down < CIRCUIT_FAILURES)
      host->down++;
    else if (!host->probing)
      return; /* begun before the rest, and no news */
    if (host->down == CIRCUIT_FAILURES) rest(host, now);
  } else {
    host->probing = false;
    /* What failed on this side says nothing about the host. */
    if (!category || status || is(category, "protocol")) host->down = host->rests = 0;
  }
}

double retry_random(void) {
  uint32_t bits = 0;
  if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits) return 0.5;
  return (double)bits / 4294967296.0;
}
