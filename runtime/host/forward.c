#include "forward.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../core/url.h"

enum {
  URL_MAXIMUM = 64 * 1024,
  CONNECT_TIMEOUT_MS = 10 * 1000,
  TIMEOUT_MS = 5 * 60 * 1000, /* longer than callers wait: it is they who give up */
  RESPONSE_MAXIMUM = 64 * 1024 * 1024
};

/* A request under way. */
struct passage {
  struct forwarder *forwarder;
  struct server_call *call;
  int tag;
  struct http_exchange *exchange;
  struct passage *next;
};

struct forwarder {
  struct http_client *client;
  forward_done_fn *done;
  void *context;
  struct passage *passages;
  char base_url[512];
};

struct forwarder *forwarder_new(struct http_client *client, const char *base_url,
                                forward_done_fn *done, void *context, struct failure *failure) {
  struct forwarder *forwarder = calloc(1, sizeof *forwarder);
  if (!forwarder) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  forwarder->client = client;
  forwarder->done = done;
  forwarder->context = context;
  if (url_check_base(base_url, forwarder->base_url, sizeof forwarder->base_url, failure))
    return forwarder;
  free(forwarder);
  return NULL;
}

static void free_passage(struct passage *passage) {
  http_exchange_free(passage->exchange);
  free(passage);
}

static void end_passage(struct passage *passage) {
  for (struct passage **place = &passage->forwarder->passages; *place; place = &(*place)->next) {
    if (*place != passage) continue;
    *place = passage->next;
    break;
  }
  free_passage(passage);
}

static void on_done(void *context) {
  struct passage *passage = context;
  struct forwarder *forwarder = passage->forwarder;
  struct forwarded forwarded = {.call = passage->call,
                                .tag = passage->tag,
                                .response = http_exchange_response(passage->exchange),
                                .failure = http_exchange_failure(passage->exchange),
                                .sent = http_exchange_sent(passage->exchange)};
  forwarder->done(forwarder->context, &forwarded);
  end_passage(passage);
}

static const char *header_of(const struct server_request *request, const char *name) {
  for (size_t i = 0; i < request->header_count; i++)
    if (strcasecmp(request->headers[i].name, name) == 0) return request->headers[i].value;
  return NULL;
}

static bool start(struct passage *passage, const struct server_request *request,
                  struct failure *failure) {
  struct forwarder *forwarder = passage->forwarder;
  struct buffer url;
  buffer_init(&url, URL_MAXIMUM);
  if (request->target[0] != '/' || !buffer_append_string(&url, forwarder->base_url) ||
      !buffer_append_string(&url, request->target)) {
    buffer_free(&url);
    return failure_set(failure, "INVALID_URL", "the request's target is no path or too long");
  }
  struct http_request outgoing = {.method = request->method,
                                  .url = url.data,
                                  .authorization = header_of(request, "authorization"),
                                  .content_type = header_of(request, "content-type"),
                                  .body = request->body_length > 0 ? request->body : NULL,
                                  .body_length = request->body_length,
                                  .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                  .timeout_ms = TIMEOUT_MS,
                                  .response_maximum = RESPONSE_MAXIMUM};
  passage->exchange = http_start(forwarder->client, &outgoing, on_done, passage, failure);
  buffer_free(&url);
  return passage->exchange != NULL;
}

bool forwarder_pass(struct forwarder *forwarder, const struct server_request *request, int tag,
                    struct failure *failure) {
  struct passage *passage = calloc(1, sizeof *passage);
  if (!passage) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  *passage = (struct passage){.forwarder = forwarder, .call = request->call, .tag = tag};
  if (!start(passage, request, failure)) {
    free(passage);
    return false;
  }
  passage->next = forwarder->passages;
  forwarder->passages = passage;
  return true;
}

void forwarder_free(struct forwarder *forwarder) {
  if (!forwarder) return;
  while (forwarder->passages) {
    struct passage *passage = forwarder->passages;
    forwarder->passages = passage->next;
    free_passage(passage);
  }
  free(forwarder);
}
