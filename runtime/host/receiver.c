#include "receiver.h"

#include <stdlib.h>
#include <string.h>

#include "../core/server.h"
#include "interrupt.h"

enum { LONGEST_FAREWELL_MS = 2000 };

struct receiver {
  struct loop *loop;
  struct server *server;
  struct authorization_redirect redirect;
  struct server_call *waiting; /* its browser */
  receiver_answer_fn *on_answer;
  void *context;
};

static const struct {
  int status;
  const char *title, *text;
} pages[] = {
    [RECEIVER_DONE] = {200, "Logged in",
                       "loftyrun may use this Lofty account now. This window can be closed."},
    [RECEIVER_FAILED] = {502, "Not logged in",
                         "Access was allowed, but Lofty gave no tokens for it. The terminal says "
                         "why. This window can be closed."},
    [RECEIVER_DENIED] = {200, "Not logged in",
                         "Access was denied, and nothing was kept. This window can be closed."},
    [RECEIVER_REFUSED] = {400, "Not logged in",
                          "Lofty refused. The terminal says why. This window can be closed."},
    [RECEIVER_FOREIGN] = {400, "Not logged in",
                          "This is no answer to the login that is waiting here, and was refused. "
                          "This window can be closed; the login still waits."},
    [RECEIVER_NOTHING] = {400, "Nothing here",
                          "The browser brought no answer along. The login still waits."},
    [RECEIVER_QUESTION] = {200, "One question left",
                           "Please go back to the terminal, which has a question. This window can "
                           "be closed."},
    [RECEIVER_OVER] = {409, "Already answered",
                       "The login has its answer already. This window can be closed."},
};

/* Scripts, pictures and frames are forbidden to it, and the address, which has a code in it, is
   told to nobody. */
static bool write_page(struct server_reply *reply, enum receiver_page page) {
  reply->status = pages[page].status;
  return server_reply_header(reply, "content-type", "text/html; charset=utf-8") &&
         server_reply_header(reply, "cache-control", "no-store") &&
         server_reply_header(reply, "referrer-policy", "no-referrer") &&
         server_reply_header(reply, "content-security-policy",
                             "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                             "form-action 'none'; frame-ancestors 'none'") &&
         server_reply_header(reply, "x-content-type-options", "nosniff") &&
         server_reply_header(reply, "connection", "close") &&
         buffer_printf(&reply->body,
                       "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<title>loftyrun: %s</title>\n"
                       "<style>body { font: 1.1em/1.5 sans-serif; max-width: 32em; margin: 4em "
                       "auto; padding: 0 1em }</style>\n"
                       "<h1>%s</h1>\n<p>%s</p>\n",
                       pages[page].title, pages[page].title, pages[page].text);
}

static void answer_with(struct server_reply *reply, enum receiver_page page) {
  if (write_page(reply, page)) return;
  reply->status = 500;
  buffer_free(&reply->headers);
  buffer_free(&reply->body);
}

static void on_request(void *context, const struct server_request *request,
                       struct server_reply *reply) {
  struct receiver *receiver = context;
  reply->status = 404;
  if (strcmp(request->path, receiver->redirect.path) != 0) return;
  reply->status = 405;
  if (strcmp(request->method, "GET") != 0) {
    if (!server_reply_header(reply, "allow", "GET")) reply->status = 500;
    return;
  }
  struct authorization_answer answer = {.code = NULL};
  for (size_t i = 0; i < request->query_count; i++)
    authorization_take(&answer, request->query[i].name, request->query[i].value);
  enum receiver_page page = receiver->on_answer(receiver->context, &answer);
  if (page != RECEIVER_LATER) {
    answer_with(reply, page);
    return;
  }
  receiver->waiting = request->call;
  reply->later = true;
}

struct receiver *receiver_start(struct loop *loop, struct authorization_redirect *redirect,
                                receiver_answer_fn *on_answer, void *context,
                                struct failure *failure) {
  struct receiver *receiver = calloc(1, sizeof *receiver);
  if (!receiver) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  *receiver = (struct receiver){.loop = loop, .on_answer = on_answer, .context = context};
  receiver->server = server_start(loop, redirect->port, on_request, receiver, failure);
  if (receiver->server &&
      (redirect->port != 0 ||
       authorization_redirect_move(redirect, server_port(receiver->server), failure))) {
    receiver->redirect = *redirect;
    return receiver;
  }
  receiver_stop(receiver);
  return NULL;
}

void receiver_show(struct receiver *receiver, enum receiver_page page) {
  if (!receiver || !receiver->waiting) return;
  answer_with(server_reply_of(receiver->waiting), page);
  server_answer(receiver->waiting);
  receiver->waiting = NULL;
}

void receiver_stop(struct receiver *receiver) {
  if (!receiver) return;
  receiver_show(receiver, RECEIVER_FAILED);
  int64_t end = loop_now() + LONGEST_FAREWELL_MS;
  while (receiver->server && server_is_busy(receiver->server) &&
         interrupt_pending() == INTERRUPT_NONE) {
    int64_t left = end - loop_now();
    if (left <= 0 || !loop_step(receiver->loop, (int)left)) break;
  }
  server_stop(receiver->server);
  free(receiver);
}
