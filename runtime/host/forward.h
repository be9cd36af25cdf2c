/* Passing requests on to another server, as a proxy does: each once, and with the caller's own
   credential. Nothing of them is kept or logged. */
#ifndef HOST_FORWARD_H
#define HOST_FORWARD_H

#include "../core/http.h"
#include "../core/server.h"

struct forwarder;

/* What came of a request. */
struct forwarded {
  struct server_call *call;
  int tag;                              /* the one given with it */
  const struct http_response *response; /* NULL when there is none, and then: */
  const struct failure *failure;
  bool sent; /* it may have arrived */
};

/* Called once for each request that was passed on, inside loop_step. */
typedef void forward_done_fn(void *context, const struct forwarded *forwarded);

/* Passes on to `base_url`, https or loopback. NULL with INVALID_URL, INSECURE_URL or
   OUT_OF_MEMORY. */
struct forwarder *forwarder_new(struct http_client *client, const char *base_url,
                                forward_done_fn *done, void *context, struct failure *failure);

/* Passes a request on. False with `failure` when it cannot be; then `done` is not called. */
bool forwarder_pass(struct forwarder *forwarder, const struct server_request *request, int tag,
                    struct failure *failure);

/* Gives up what is under way, without calling `done`. NULL is fine. */
void forwarder_free(struct forwarder *forwarder);

#endif
