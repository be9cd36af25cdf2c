/* An HTTP server on the one loop: libmicrohttpd driven from outside, through its epoll descriptor.
   Requests are handed over whole and answered before the handler returns. */
#ifndef CORE_SERVER_H
#define CORE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "failure.h"
#include "loop.h"

struct server;

struct server_field {
  const char *name;
  const char *value; /* never NULL; "" for `?name` */
};

struct server_request {
  const char *method;
  const char *path;                 /* decoded, without the query */
  const struct server_field *query; /* decoded, in the order sent */
  size_t query_count;
  const struct server_field *headers;
  size_t header_count;
  const char *body; /* NUL-terminated beyond body_length; never NULL */
  size_t body_length;
};

enum { SERVER_MOST_FIELDS = 64, SERVER_BODY_MAXIMUM = 8 * 1024 * 1024 };

/* What a handler fills in; everything is copied. */
struct server_reply {
  int status;
  struct buffer body;
  struct buffer headers; /* "name: value\n" lines, written by server_reply_header */
};

/* Adds a header field to the reply. */
bool server_reply_header(struct server_reply *reply, const char *name, const char *value);

typedef void server_handler_fn(void *context, const struct server_request *request,
                               struct server_reply *reply);

/* Listens on 127.0.0.1:`port` (0: any free one). NULL with `failure` (LISTEN_FAILED). Requests with
   a body over SERVER_BODY_MAXIMUM get 413, with over SERVER_MOST_FIELDS fields 431. */
struct server *server_start(struct loop *loop, unsigned port, server_handler_fn *handler,
                            void *context, struct failure *failure);

/* The port it listens on. */
unsigned server_port(const struct server *server);

/* Stops listening and closes the connections. NULL is fine. */
void server_stop(struct server *server);

#endif
