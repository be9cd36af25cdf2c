/* An HTTP server on the one loop: libmicrohttpd driven from outside, through its epoll descriptor.
   Requests are handed over whole and answered before the handler returns, or later. All that are in
   when the loop looks are handed over in one turn. */
#ifndef CORE_SERVER_H
#define CORE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "buffer.h"
#include "certificate.h"
#include "failure.h"
#include "loop.h"

struct server;

/* A request that is still to be answered. */
struct server_call;

struct server_field {
  const char *name;
  const char *value; /* never NULL; "" for `?name` */
};

struct server_request {
  struct server_call *call;
  const char *method;
  const char *target;               /* path and query as they were sent */
  const char *path;                 /* decoded, without the query */
  const struct server_field *query; /* decoded, in the order sent */
  size_t query_count;
  const struct server_field *headers;
  size_t header_count;
  const char *body; /* NUL-terminated beyond body_length; never NULL; until the call is answered */
  size_t body_length;
  const struct sockaddr *peer; /* NULL where it is not known */
};

enum { SERVER_MOST_FIELDS = 64, SERVER_BODY_MAXIMUM = 8 * 1024 * 1024 };

/* How a reply ends. All but the first are for trying out what clients make of them. */
enum server_ending {
  SERVER_WHOLE,
  SERVER_CUT,   /* some of it is sent, then the connection is closed */
  SERVER_CLOSE, /* nothing is sent, the connection is closed */
  SERVER_RESET  /* nothing is sent, the connection is reset */
};

/* What a handler fills in; everything is copied. */
struct server_reply {
  int status;
  struct buffer body;
  struct buffer headers; /* "name: value\n" lines, written by server_reply_header */
  int64_t delay_ms;      /* before it is sent */
  enum server_ending ending;
  bool cut_in_body; /* SERVER_CUT: inside the body if there is one, else inside the header */
  double cut_share; /* of that part is sent, 0 to 1; never none of a header, never all */
  bool later;       /* set by a handler that will call server_answer */
};

/* Adds a header field to the reply. */
bool server_reply_header(struct server_reply *reply, const char *name, const char *value);

typedef void server_handler_fn(void *context, const struct server_request *request,
                               struct server_reply *reply);

/* Called as soon as a request's header is in, with no body yet: whether the body is to be kept. If
   not it is read and thrown away, and the handler gets none, nor is a large one refused. */
typedef bool server_wants_body_fn(void *context, const struct server_request *request);

/* What a server is to allow; 0 leaves out a limit, and NULL a function. */
struct server_options {
  int fd; /* a listening socket, not blocking; the server's from then on, also where it fails */
  size_t header_maximum; /* request line and header fields together; over it 431 or 414 */
  size_t body_maximum;   /* over it 413; required */
  size_t bodies_maximum; /* of those under way together; over it 503 */
  unsigned connections;  /* at once; more wait to be accepted */
  unsigned connections_per_address; /* over it they are closed */
  unsigned idle_seconds;            /* in which nothing comes */
  unsigned request_seconds; /* from accepting, or the reply before, to the end of the next one */
  const struct certificate *certificate; /* NULL: plain http. It outlives the server. */
  server_handler_fn *handler;
  server_wants_body_fn *wants_body;
  void *context; /* of both */
};

/* Serves on that socket. NULL with `failure` (LISTEN_FAILED, OUT_OF_MEMORY). */
struct server *server_open(struct loop *loop, const struct server_options *options,
                           struct failure *failure);

/* Listens on 127.0.0.1:`port` (0: any free one). NULL with `failure` (LISTEN_FAILED). Requests with
   a body over SERVER_BODY_MAXIMUM get 413, with over SERVER_MOST_FIELDS fields 431. */
struct server *server_start(struct loop *loop, unsigned port, server_handler_fn *handler,
                            void *context, struct failure *failure);

/* The reply of a call whose handler set `later`, to be filled in. The call stays valid until it is
   answered or the server stopped. */
struct server_reply *server_reply_of(struct server_call *call);

/* Answers such a call; not from within its handler. */
void server_answer(struct server_call *call);

/* The port it listens on; of server_start only. */
unsigned server_port(const struct server *server);

/* Whether a request is still coming in or being answered. */
bool server_is_busy(const struct server *server);

/* Accepts no more connections; those that are there go on. Idempotent. */
void server_quiesce(struct server *server);

/* Stops listening and closes the connections, also those whose calls are not answered. NULL is
   fine. */
void server_stop(struct server *server);

#endif
