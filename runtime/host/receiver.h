/* Receives the browser that comes back from the authorization page (RFC 8252, 7.3): a server on
   127.0.0.1 for the one path of the redirect address. What it shows is its own text, nothing of
   what the browser brought. */
#ifndef HOST_RECEIVER_H
#define HOST_RECEIVER_H

#include "../core/authorization.h"
#include "../core/loop.h"

struct receiver;

/* What the browser is shown. */
enum receiver_page {
  RECEIVER_DONE,
  RECEIVER_FAILED,   /* allowed, but no tokens came of it */
  RECEIVER_DENIED,   /* the person said no */
  RECEIVER_REFUSED,  /* Lofty said no */
  RECEIVER_FOREIGN,  /* this is no answer to this login */
  RECEIVER_NOTHING,  /* no answer at all */
  RECEIVER_QUESTION, /* the terminal has a question */
  RECEIVER_OVER,     /* it has been answered before */
  RECEIVER_LATER     /* receiver_show will say; for one browser at a time */
};

/* Called inside loop_step with each answer; its strings are gone afterwards. */
typedef enum receiver_page receiver_answer_fn(void *context,
                                              const struct authorization_answer *answer);

/* Listens for `redirect`, which must be ours, and with the port 0 on any free one, which is then
   put into it. NULL with LISTEN_FAILED, CONFIG_INVALID or OUT_OF_MEMORY. */
struct receiver *receiver_start(struct loop *loop, struct authorization_redirect *redirect,
                                receiver_answer_fn *on_answer, void *context,
                                struct failure *failure);

/* Shows the browser that waits what came of it; does nothing where none does. */
void receiver_show(struct receiver *receiver, enum receiver_page page);

/* Lets those who are being answered read to the end, for two seconds at most and not after a
   signal, and closes. NULL is
   fine. */
void receiver_stop(struct receiver *receiver);

#endif
