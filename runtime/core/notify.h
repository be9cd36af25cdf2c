/* What a service tells the manager that has started it: systemd, by the protocol of sd_notify(3).
   It is one datagram a message, to the socket that NOTIFY_SOCKET names. systemd documents the
   protocol for programs to speak it themselves; libsystemd would be a library for one sendto.

   Where no manager asks, everything here succeeds and does nothing. */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "failure.h"
#include "loop.h"

struct notify {
  int socket; /* -1: nobody asks */
  struct sockaddr_un address;
  socklen_t address_length;
  int64_t watchdog; /* milliseconds between two signs of life; 0: none are wanted */
  struct loop *loop;
  struct loop_timer timer;
};

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that what is
   started from here does not speak in this service's name. False with NOTIFY_UNUSABLE where one of
   them cannot be used; `notify` is closed then. */
bool notify_open(struct notify *notify, struct failure *failure);

/* The service is up, or up again after notify_reloading. False with NOTIFY_FAILED, as the next
   four. */
bool notify_ready(struct notify *notify, struct failure *failure);
bool notify_reloading(struct notify *notify, struct failure *failure);
bool notify_stopping(struct notify *notify, struct failure *failure);

/* One line about how things stand. */
bool notify_status(struct notify *notify, const char *line, struct failure *failure);

/* From now on a sign of life is given in time, from a timer of the loop: a loop that hangs gives
   none, and the manager ends the service. */
void notify_watch(struct notify *notify, struct loop *loop);

/* Idempotent. */
void notify_close(struct notify *notify);

#endif
