/* The one wait of the program: libcurl's transfers, watched descriptors and timers end in a single
   curl_multi_poll. No threads; every callback runs inside loop_step. */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;

/* A new loop, or NULL when memory ran out. */
struct loop *loop_new(void);

/* Ends the loop. Watches and timers must have been removed, transfers taken out. */
void loop_free(struct loop *loop);

/* The multi handle whose transfers the loop drives; owned by the loop. */
CURLM *loop_multi(struct loop *loop);

/* Called, inside loop_step, with each finished transfer. One client per loop sets it. */
typedef void loop_transfer_fn(void *context, CURL *easy, CURLcode result);
void loop_on_transfer(struct loop *loop, loop_transfer_fn *function, void *context);

/* Calls `function` whenever `fd` is readable. False when 16 descriptors are watched already. */
typedef void loop_watch_fn(void *context);
bool loop_watch(struct loop *loop, int fd, loop_watch_fn *function, void *context);
void loop_unwatch(struct loop *loop, int fd);

/* A timer lives inside its owner and is zeroed before its first use; setting it again moves it.
   It fires once. */
struct loop_timer {
  int64_t due; /* monotonic milliseconds */
  void (*function)(void *context);
  void *context;
  struct loop_timer *previous, *next;
  bool armed;
};
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t milliseconds,
                    void (*function)(void *context), void *context);
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

/* Waits at most `milliseconds` (-1: until something happens) and runs what became ready.
   False when libcurl refuses to go on (out of memory). */
bool loop_step(struct loop *loop, int milliseconds);

/* Milliseconds of a clock that never steps. */
int64_t loop_now(void);

#endif
