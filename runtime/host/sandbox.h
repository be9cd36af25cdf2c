/* The pretend Lofty: the Lua of runtime/sandbox in a state of its own, behind a real server. Or a
   proxy that stands before a real one and has the same faults, limit and ledger. */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include <stdbool.h>

#include "../bind/context.h"
#include "../core/failure.h"

struct sandbox;

struct sandbox_options {
  const char *seed;       /* "demo", "empty", "large:N" */
  unsigned port;          /* on 127.0.0.1; 0: any */
  const char *faults;     /* runtime/sandbox/fault_spec.lua; or NULL */
  const char *rate_limit; /* runtime/sandbox/quota.lua; or NULL */
  const char *ledger;     /* a file, "" to keep one without a file, or NULL for none */
  bool deliver;           /* posts to subscribed callbacks on this machine's loopback */
  const char *upstream;   /* base URL to forward to instead of answering, or NULL */
};

/* Starts one on `context`'s loop, and with an upstream on its HTTP client. NULL with LISTEN_FAILED,
   or with USAGE: something is wrong with the options. */
struct sandbox *sandbox_start(struct context *context, const struct sandbox_options *options,
                              struct failure *failure);

unsigned sandbox_port(const struct sandbox *sandbox);

/* The seed with which the same faults happen again; 0 where there are no faults. */
long long sandbox_fault_seed(const struct sandbox *sandbox);

/* Ends it and writes the ledger. NULL is fine. */
void sandbox_stop(struct sandbox *sandbox);

#endif
