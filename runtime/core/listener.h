/* Where a server listens: an address and a port, a Unix socket, or what systemd has opened. */
#ifndef CORE_LISTENER_H
#define CORE_LISTENER_H

#include <stdbool.h>

#include "failure.h"

struct listener {
  int fd;
  bool is_local;      /* only this machine reaches it */
  bool plain_allowed; /* where it is not local: the user has said that http is meant */
  char name[128];     /* for messages: "127.0.0.1:8443", "unix:/run/loftyrun.sock" */
  char path[108];     /* of a Unix socket that was made here; "" */
  unsigned port;      /* 0 for a Unix socket */
};

/* Opens what `where` says: "ADDRESS:PORT" ("[::1]:8443"; port 0 takes a free one), "unix:PATH",
   "systemd" for the one socket that systemd hands over (LISTEN_FDS), or "systemd:plain" where
   plain http on it is meant although other machines reach it. A Unix socket is for its owner and
   group; one that nobody listens on any more is replaced. False with USAGE (it says something
   else) or LISTEN_FAILED. */
bool listener_open(const char *where, struct listener *listener, struct failure *failure);

/* Whether `where` says a place that only this machine reaches: unix:PATH, or an address of loopback
   with its port. */
bool listener_is_loopback(const char *where);

/* Removes a Unix socket's name. The descriptor is the server's to close. */
void listener_forget(const struct listener *listener);

#endif
