#include "loop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  LONGEST_WAIT_MS = 60 * 1000, /* curl_multi_poll wants a bound */
  MOST_WATCHES = 16,           /* signals, a server or two, the terminal */
  NEW_DESCRIPTORS = 16         /* more than libcurl opens at once, with others between them */
};

struct watch {
  int fd;
  loop_watch_fn *function;
  void *context;
};

struct loop {
  CURLM *multi;
  loop_transfer_fn *on_transfer;
  void *on_transfer_context;
  struct watch watches[MOST_WATCHES];
  unsigned watch_count;
  struct loop_timer *timers; /* soonest first */
  struct loop_timer *last_timer;
};

int64_t loop_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* libcurl wakes its wait by descriptors that some of its releases leave to the commands that are
   started: those that are new behind the lowest free one. */
static CURLM *new_multi(void) {
  bool was_open[NEW_DESCRIPTORS];
  int lowest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (lowest >= 0) close(lowest);
  for (int i = 0; i < NEW_DESCRIPTORS; i++)
    was_open[i] = lowest < 0 || fcntl(lowest + i, F_GETFD) >= 0;
  CURLM *multi = curl_multi_init();
  for (int i = 0; multi && i < NEW_DESCRIPTORS; i++)
    if (!was_open[i]) fcntl(lowest + i, F_SETFD, FD_CLOEXEC); /* one that is still free refuses */
  return multi;
}

struct loop *loop_new(void) {
  struct loop *loop = calloc(1, sizeof *loop);
  if (!loop) return NULL;
  loop->multi = new_multi();
  if (!loop->multi) {
    free(loop);
    return NULL;
  }
  return loop;
}

void loop_free(struct loop *loop) {
  if (!loop) return;
  curl_multi_cleanup(loop->multi);
  free(loop);
}

CURLM *loop_multi(struct loop *loop) { return loop->multi; }

void loop_on_transfer(struct loop *loop, loop_transfer_fn *function, void *context) {
  loop->on_transfer = function;
  loop->on_transfer_context = context;
}

bool loop_watch(struct loop *loop, int fd, loop_watch_fn *function, void *context) {
  if (loop->watch_count == MOST_WATCHES) return false;
  loop->watches[loop->watch_count++] =
      (struct watch){.fd = fd, .function = function, .context = context};
  return true;
}

void loop_unwatch(struct loop *loop, int fd) {
  for (unsigned i = 0; i < loop->watch_count; i++) {
    if (loop->watches[i].fd != fd) continue;
    loop->watches[i] = loop->watches[--loop->watch_count];
    return;
  }
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t milliseconds,
                    void (*function)(void *context), void *context) {
  loop_timer_clear(loop, timer);
  *timer = (struct loop_timer){
      .due = loop_now() + milliseconds, .function = function, .context = context, .armed = true};
  /* From the end: what is set later is mostly due later. */
  struct loop_timer *before = loop->last_timer;
  while (before && before->due > timer->due) before = before->previous;
  timer->previous = before;
  timer->next = before ? before->next : loop->timers;
  *(before ? &before->next : &loop->timers) = timer;
  *(timer->next ? &timer->next->previous : &loop->last_timer) = timer;
}

void loop_timer_clear(struct loop *loop, struct loop_timer *timer) {
  if (!timer->armed) return;
  timer->armed = false;
  *(timer->previous ? &timer->previous->next : &loop->timers) = timer->next;
  *(timer->next ? &timer->next->previous : &loop->last_timer) = timer->previous;
}

static int wait_time(const struct loop *loop, int milliseconds) {
  int64_t wait = milliseconds < 0 ? LONGEST_WAIT_MS : milliseconds;
  if (loop->timers) {
    int64_t left = loop->timers->due - loop_now();
    if (left < 0) left = 0;
    if (left < wait) wait = left;
  }
  return (int)wait;
}

static void fire_timers(struct loop *loop) {
  int64_t now = loop_now();
  while (loop->timers && loop->timers->due <= now) {
    struct loop_timer *timer = loop->timers;
    loop_timer_clear(loop, timer);
    timer->function(timer->context);
  }
}

/* A callback may add or remove watches, so each ready descriptor is looked up again by number. */
static void fire_watches(struct loop *loop, const struct curl_waitfd *waits, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    if (!waits[i].revents) continue;
    for (unsigned j = 0; j < loop->watch_count; j++) {
      if (loop->watches[j].fd != waits[i].fd) continue;
      loop->watches[j].function(loop->watches[j].context);
      break;
    }
  }
}

static bool finish_transfers(struct loop *loop) {
  CURLMsg *message;
  int left;
  bool any = false;
  while ((message = curl_multi_info_read(loop->multi, &left))) {
    if (message->msg != CURLMSG_DONE || !loop->on_transfer) continue;
    any = true;
    loop->on_transfer(loop->on_transfer_context, message->easy_handle, message->data.result);
  }
  return any;
}

bool loop_step(struct loop *loop, int milliseconds) {
  int running;
  /* Before the wait: a transfer just added has to be started, and may be over at once. */
  if (curl_multi_perform(loop->multi, &running) != CURLM_OK) return false;
  if (finish_transfers(loop)) return true;
  /* The list is a local one because a callback may run the loop again before this step ends. */
  struct curl_waitfd waits[MOST_WATCHES];
  unsigned count = loop->watch_count;
  for (unsigned i = 0; i < count; i++)
    waits[i] = (struct curl_waitfd){.fd = loop->watches[i].fd, .events = CURL_WAIT_POLLIN};
  if (curl_multi_poll(loop->multi, waits, count, wait_time(loop, milliseconds), NULL) != CURLM_OK)
    return false;
  if (curl_multi_perform(loop->multi, &running) != CURLM_OK) return false;
  fire_watches(loop, waits, count);
  finish_transfers(loop);
  fire_timers(loop);
  return true;
}
