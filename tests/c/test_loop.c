#include "test.h"

#include <unistd.h>

#include "core/loop.h"

struct order {
  char fired[16];
  size_t count;
};

struct named_timer {
  struct loop_timer timer;
  struct order *order;
  char name;
};

static void on_time(void *context) {
  struct named_timer *timer = context;
  timer->order->fired[timer->order->count++] = timer->name;
}

struct reader {
  int fd;
  int read;
};

static void on_readable(void *context) {
  struct reader *reader = context;
  char byte;
  if (read(reader->fd, &byte, 1) == 1) reader->read++;
}

int main(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  struct loop *loop = loop_new();
  struct order order = {.count = 0};
  struct named_timer a = {.order = &order, .name = 'a'};
  struct named_timer b = {.order = &order, .name = 'b'};
  struct named_timer c = {.order = &order, .name = 'c'};

  TEST("timers fire by their time, equal ones in the order they were set");
  loop_timer_set(loop, &c.timer, 5, on_time, &c);
  loop_timer_set(loop, &a.timer, 0, on_time, &a);
  loop_timer_set(loop, &b.timer, 0, on_time, &b);
  while (order.count < 3) CHECK(loop_step(loop, -1));
  CHECK_STR(order.fired, "abc");

  TEST("a cleared timer does not fire; a moved one fires once");
  loop_timer_set(loop, &a.timer, 0, on_time, &a);
  loop_timer_clear(loop, &a.timer);
  loop_timer_clear(loop, &a.timer);
  loop_timer_set(loop, &b.timer, 100000, on_time, &b);
  loop_timer_set(loop, &b.timer, 1, on_time, &b);
  loop_timer_set(loop, &c.timer, 3, on_time, &c);
  while (order.count < 5) CHECK(loop_step(loop, -1));
  CHECK_STR(order.fired, "abcbc");

  TEST("a descriptor wakes the loop, until it is unwatched");
  int fds[2];
  CHECK(pipe(fds) == 0);
  struct reader reader = {.fd = fds[0]};
  CHECK(loop_watch(loop, fds[0], on_readable, &reader));
  CHECK(write(fds[1], "xy", 2) == 2);
  CHECK(loop_step(loop, -1));
  CHECK_INT(reader.read, 1);
  loop_unwatch(loop, fds[0]);
  CHECK(loop_step(loop, 0));
  CHECK_INT(reader.read, 1);

  TEST("no more than sixteen descriptors are watched");
  int watched = 0;
  while (watched < 100 && loop_watch(loop, 1000 + watched, on_readable, &reader)) watched++;
  CHECK_INT(watched, 16);
  while (watched > 0) loop_unwatch(loop, 1000 + --watched);
  close(fds[0]);
  close(fds[1]);
  loop_free(loop);
  curl_global_cleanup();
  return test_finish();
}
