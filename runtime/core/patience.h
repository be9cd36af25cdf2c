/* How long a server's connections may take for a request. libmicrohttpd's own limit begins anew
   with each byte, so that one byte every now and then would hold a connection for ever. */
#ifndef CORE_PATIENCE_H
#define CORE_PATIENCE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

struct line; /* a connection */

/* The connections of a server, in the order in which their time began. */
struct patience {
  struct loop *loop;
  void *owner;
  unsigned seconds;
  struct line *oldest, *newest;
  size_t count; /* of connections */
  struct loop_timer timer;
};

/* Closes connections whose request takes longer than that from when they were accepted or were
   renewed; 0: none. `owner` is what patience_owner returns. */
void patience_begin(struct patience *patience, struct loop *loop, unsigned seconds, void *owner);

/* All connections must be closed. */
void patience_end(struct patience *patience);

/* To be given to the library as MHD_OPTION_NOTIFY_CONNECTION, with the patience as its context. */
void patience_notify(void *context, struct MHD_Connection *connection, void **state,
                     enum MHD_ConnectionNotificationCode code);

/* A request is over: the time of the next one begins. */
void patience_renew(struct MHD_Connection *connection);

/* The connection waits for us, or does so no more; its time is not counted meanwhile. */
void patience_pause(struct MHD_Connection *connection, bool waits);

/* NULL where memory ran out when it was accepted. */
void *patience_owner(struct MHD_Connection *connection);

#endif
