/* The HTTP engine: one request is one exchange on the loop's libcurl multi handle.

   What it holds to, whatever the caller does:
   - TLS is verified; plain http goes to loopback only (url.h).
   - A request that is not a plain read leaves this machine at most once. libcurl would send it
     again by itself when a kept-alive connection dies before the reply; a create would be doubled.
   - A redirect is followed for GET only and never to another origin, so that a credential stays
     where it belongs.
   - A reply is never larger than asked for, after decompression. */
#ifndef CORE_HTTP_H
#define CORE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"
#include "loop.h"

struct http_client;
struct http_exchange;

struct http_request {
  const char *method;        /* RFC 9110 method, upper case */
  const char *url;           /* absolute */
  const char *authorization; /* value of the Authorization field, or NULL */
  const char *content_type;  /* NULL: application/json */
  const char *body;          /* or NULL; copied */
  size_t body_length;
  long connect_timeout_ms;
  long timeout_ms;         /* for the whole exchange, from when there is a connection for it */
  size_t response_maximum; /* bytes of decoded body */
};

struct http_response {
  int status;            /* of the final reply */
  struct buffer headers; /* "name: value\r\n" lines of the final reply */
  struct buffer body;    /* decoded */
};

/* Called once, inside loop_step, when the exchange is over either way. */
typedef void http_done_fn(void *context);

/* A client whose exchanges run on `loop`; NULL when memory ran out. One per loop. */
struct http_client *http_client_new(struct loop *loop);

/* Frees the client; its exchanges must have been freed. */
void http_client_free(struct http_client *client);

/* Starts an exchange; with 100 under way it waits until one of them ends, in the order in which
   they were started, and is not sent before that. NULL with `failure` filled when it cannot be
   started; then nothing was sent and `done` is not called. */
struct http_exchange *http_start(struct http_client *client, const struct http_request *request,
                                 http_done_fn *done, void *context, struct failure *failure);

/* Cancels the exchange if it is under way (without calling `done`) and frees it. NULL is fine. */
void http_exchange_free(struct http_exchange *exchange);

/* After `done`: the reply, or NULL when there is none. */
const struct http_response *http_exchange_response(const struct http_exchange *exchange);

/* After `done`: why there is no reply. Codes: CONNECT_FAILED TLS_FAILED TIMEOUT CONNECTION_LOST
   INVALID_RESPONSE RESPONSE_TOO_LARGE REDIRECTED OUT_OF_MEMORY. */
const struct failure *http_exchange_failure(const struct http_exchange *exchange);

/* Whether any of the request may have left this machine. False is a certainty. */
bool http_exchange_sent(const struct http_exchange *exchange);

/* Seconds from start to end. */
double http_exchange_elapsed(const struct http_exchange *exchange);

/* The seconds since 1970 of a date as header fields have it (RFC 9110, 5.6.7); -1: it is none. */
int64_t http_date(const char *text);

#endif
