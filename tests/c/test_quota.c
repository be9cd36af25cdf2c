#include "core/quota.h"

#include <stdlib.h>

#include "test.h"

enum { MINUTE = 60 * 1000, MARGIN = 50 };

static const int64_t start = 1000 * 1000; /* of the tests' clock */
static const uint32_t operation = 7;

static struct quota_memory memory;

/* A quota that knows nothing. */
static struct quota fresh(uint32_t ceiling, uint32_t first) {
  memset(&memory, 0, sizeof memory);
  return (struct quota){.memory = &memory, .ceiling = ceiling, .start = first};
}

static int64_t take_as(const struct quota *quota, enum quota_priority priority, int64_t now,
                       enum quota_reason *reason) {
  return quota_take(quota, operation, priority, now, reason);
}

static int64_t take(const struct quota *quota, int64_t now) {
  enum quota_reason reason;
  return take_as(quota, QUOTA_INTERACTIVE, now, &reason);
}

/* How many permits are given now. */
static int take_all(const struct quota *quota, enum quota_priority priority, int64_t now) {
  enum quota_reason reason;
  int count = 0;
  while (count < 100000 && take_as(quota, priority, now, &reason) == 0) count++;
  return count;
}

/* A reply with all headers, exact to the millisecond. */
static void hear(const struct quota *quota, uint32_t what, int64_t limit, int64_t remaining,
                 int64_t left, int64_t sent, int64_t now) {
  struct rate_limit told = {.limit = limit,
                            .remaining = remaining,
                            .reset = left,
                            .least = left,
                            .most = left,
                            .retry_after = -1};
  quota_learn(quota, what, remaining == 0 ? 429 : 200, &told, sent, now);
}

static void hear_refusal(const struct quota *quota, int64_t retry_after, int64_t sent,
                         int64_t now) {
  struct rate_limit told = {.limit = -1,
                            .remaining = -1,
                            .reset = -1,
                            .least = -1,
                            .most = -1,
                            .retry_after = retry_after};
  quota_learn(quota, operation, 429, retry_after >= 0 ? &told : NULL, sent, now);
}

static void hear_nothing(const struct quota *quota, int64_t now) {
  quota_learn(quota, operation, 200, NULL, now, now);
}

static void test_slow_start(void) {
  TEST("sixteen permits are out before the first reply, and two more for each");
  struct quota quota = fresh(0, 0);
  enum quota_reason reason;
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 16);
  CHECK(take_as(&quota, QUOTA_INTERACTIVE, start, &reason) > 0);
  CHECK_INT(reason, QUOTA_LEARNING);
  hear_nothing(&quota, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 2);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 1000), 16);

  TEST("a limit is never exceeded before it is learned by more than that");
  quota = fresh(0, 0);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 16);
  hear(&quota, operation, 600, 599, 40000, start, start + 10);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 10), 584);

  TEST("without any word of a limit nothing is limited after fifteen replies");
  quota = fresh(0, 0);
  for (int i = 0; i < 15; i++) hear_nothing(&quota, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 100000);

  TEST("a call without a reply is none that spoke of no limit");
  quota = fresh(0, 0);
  for (int i = 0; i < 15; i++) quota_learn(&quota, operation, 0, NULL, start, start + 10);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 10), 16);
}

static void test_windows(void) {
  enum quota_reason reason;
  TEST("a window that is used up ends when the server's does, and a bit later");
  struct quota quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 99, 40000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 99);
  CHECK_INT(take_as(&quota, QUOTA_INTERACTIVE, start, &reason), 40001 + MARGIN);
  CHECK_INT(reason, QUOTA_LIMIT);
  CHECK(take(&quota, start + 40001 + MARGIN - 1) > 0);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 40001 + MARGIN), 16);

  TEST("what others elsewhere used counts");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 30, 40000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 30);

  TEST("a reply that comes late, out of order, gives nothing back");
  quota = fresh(0, 0);
  for (int i = 0; i < 3; i++) CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 50, 40000, start, start);
  hear(&quota, operation, 100, 90, 40000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 50);

  TEST("one of the window before says nothing about this one");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 1, 10000, start, start);
  int64_t next = start + 10001 + MARGIN;
  CHECK_INT(take(&quota, next), 0);
  hear(&quota, operation, 100, 0 + 1, 100, start + 9990, next + 20);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, next + 20), 15);
  hear(&quota, operation, 100, 90, 59000, next, next + 30);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, next + 30), 84);

  TEST("nor does it when this one is known, and one that is over says nothing");
  hear(&quota, operation, 100, 1, 100, start + 9990, next + 40);
  hear(&quota, operation, 100, 1, 0, next + 40, next + 40);
  quota_learn(&quota, operation, 200, NULL, next, next + 40);
  CHECK_INT(take(&quota, next + 40), 59000 - 10 + 1 + MARGIN);
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 1, 0, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 100), 15);

  TEST("a window that the server says is current is, though it ends before ours");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 50, 50000, start, start);
  hear(&quota, operation, 100, 90, 20000, start + 1000, start + 1000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 1000), 90);
  CHECK_INT(take(&quota, start + 1000), 20001 + MARGIN);

  TEST("a window that certainly ends later is a new one, however many calls it has seen");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 50, 10000, start, start);
  hear(&quota, operation, 100, 40, 59900, start + 10000, start + 10000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 10000), 40);
  CHECK_INT(take(&quota, start + 10000), 59901 + MARGIN);

  TEST("a window that certainly ends later is a new one");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 50, 10000, start, start);
  hear(&quota, operation, 100, 97, 59900, start + 9990, start + 10000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 10000), 97);

  TEST("the earliest of the later bounds is the end");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  struct rate_limit told = {.limit = 10,
                            .remaining = 9,
                            .reset = 30000,
                            .least = 28000,
                            .most = 31000,
                            .retry_after = -1};
  quota_learn(&quota, operation, 200, &told, start, start);
  told.most = 31000 - 900;
  told.least = 28000 - 900;
  quota_learn(&quota, operation, 200, &told, start + 100, start + 100);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 100), 9);
  CHECK_INT(take(&quota, start + 100), 31000 - 900 + 1 + MARGIN);

  TEST("a window from before the machine was started anew is forgotten");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 10, 1, 50000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 1);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start - 42000), 10);
}

/* A reply that says how many, and not until when. */
static void hear_count(const struct quota *quota, int64_t limit, int64_t remaining, int64_t sent,
                       int64_t now) {
  struct rate_limit told = {.limit = limit,
                            .remaining = remaining,
                            .reset = -1,
                            .least = -1,
                            .most = -1,
                            .retry_after = -1};
  quota_learn(quota, operation, 200, &told, sent, now);
}

static void test_no_reset(void) {
  TEST("without a reset a window lasts a minute from the first reply");
  struct quota quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear_count(&quota, 20, 19, start, start + 100);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 100), 19);
  CHECK_INT(take(&quota, start + 100), MINUTE + MARGIN);

  TEST("without a reset a reply that comes after its minute says nothing about the next");
  hear_count(&quota, 20, 1, start + 60000, start + 100 + MINUTE + MARGIN);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 100 + MINUTE + MARGIN), 16);

  TEST("fewer calls counted than were heard of before the call was sent: a new window");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear_count(&quota, 20, 5, start, start + 100);
  hear_count(&quota, 20, 12, start + 90, start + 200); /* sent before: out of order */
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 200), 5);
  hear_count(&quota, 20, 19, start + 300, start + 400);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 400), 19);
  CHECK_INT(take(&quota, start + 400), MINUTE + MARGIN);
}

static void test_limits(void) {
  enum quota_reason reason;
  TEST("a limit that is known holds before any reply, for any minute");
  struct quota quota = fresh(0, 60);
  CHECK_INT(quota_rate(&quota, 0), 60);
  CHECK_INT(take(&quota, start), 0);
  for (int i = 0; i < 15; i++) hear_nothing(&quota, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 50000), 59);
  CHECK_INT(take_as(&quota, QUOTA_INTERACTIVE, start + 50000, &reason), 10000 + MARGIN);
  CHECK_INT(reason, QUOTA_LIMIT);
  int64_t next = start + MINUTE + MARGIN;
  CHECK(take(&quota, next) > 0);
  CHECK(take_all(&quota, QUOTA_INTERACTIVE, next + 10000) <= 10);

  TEST("what the server says takes its place");
  quota = fresh(0, 60);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 99, 40000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 100);

  TEST("a ceiling holds for what is used here, whatever the server says");
  quota = fresh(40, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 50, 40000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 40);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 39);

  TEST("and the server's for everybody's");
  quota = fresh(40, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 20, 40000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 20);
}

/* Used, passed, and what the wait is; of 100 calls a minute. */
static const struct {
  enum quota_priority priority;
  int used;
  int64_t passed;
  int64_t wait;
} paces[] = {
    {QUOTA_INTERACTIVE, 99, 0, 0}, {QUOTA_SCHEDULED, 49, 0, 0},     {QUOTA_SCHEDULED, 50, 0, 600},
    {QUOTA_SCHEDULED, 50, 600, 0}, {QUOTA_SCHEDULED, 98, 30000, 0}, {QUOTA_BULK, 24, 0, 0},
    {QUOTA_BULK, 25, 0, 600},      {QUOTA_BULK, 34, 5999, 1},       {QUOTA_BULK, 34, 6000, 0},
    {QUOTA_BULK, 97, 45000, 0},    {QUOTA_BULK, 98, 45000, 10000},  {QUOTA_BULK, 98, 55000, 0},
    {QUOTA_BULK, 99, 55000, 0},
};

static void test_priorities(void) {
  for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
    enum quota_reason reason;
    struct quota quota = fresh(0, 0);
    TEST("%s with %d of 100 used after %d ms", quota_priority_name(paces[i].priority),
         paces[i].used, (int)paces[i].passed);
    int64_t now = start + paces[i].passed;
    hear(&quota, operation, 100, 100 - paces[i].used, MINUTE - 1 - paces[i].passed, now, now);
    CHECK_INT(take_as(&quota, paces[i].priority, now, &reason), paces[i].wait);
    CHECK_INT(reason, paces[i].wait ? QUOTA_PACE : QUOTA_GIVEN);
  }
  TEST("somebody at a terminal finds room beside a bulk run, and that run uses all of it");
  struct quota quota = fresh(0, 0);
  hear(&quota, operation, 600, 600, MINUTE - 1, start, start);
  int bulk = 0;
  for (int64_t now = start; now < start + 54000; now += 100) {
    bulk += take_all(&quota, QUOTA_BULK, now);
    if (now == start + 53000) CHECK_INT(take(&quota, now), 0);
  }
  CHECK_INT(bulk, 588);
  CHECK_INT(take_all(&quota, QUOTA_BULK, start + 55000), 11);
}

static void test_classes(void) {
  enum { AI = 99 };
  enum quota_reason reason;
  TEST("an operation with a smaller limit has a bucket of its own");
  struct quota quota = fresh(0, 0);
  hear(&quota, operation, 600, 599, 50000, start, start);
  hear(&quota, AI, 20, 1, 30000, start, start);
  CHECK_INT(quota_class(&quota, operation), 0);
  CHECK(quota_class(&quota, AI) != 0);
  CHECK_INT(quota_rate(&quota, quota_class(&quota, AI)), 20);
  CHECK_INT(quota_take(&quota, AI, QUOTA_INTERACTIVE, start, &reason), 0);
  CHECK(quota_take(&quota, AI, QUOTA_INTERACTIVE, start, &reason) > 0);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 599);

  TEST("the largest limit is the common one, whichever came first");
  quota = fresh(0, 0);
  hear(&quota, AI, 20, 1, 30000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 20);
  hear(&quota, operation, 600, 599, 50000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 600);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 599);
  hear(&quota, AI, 20, 1, 30000, start, start);
  CHECK(quota_class(&quota, AI) != 0);

  TEST("a window that was counted against another limit is none of the common one's");
  quota = fresh(0, 0);
  hear(&quota, AI, 20, 1, 30000, start, start);
  hear(&quota, operation, 600, 599, 30000, start, start);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 599);

  TEST("operations without a bucket of their own take no room");
  quota = fresh(0, 0);
  hear(&quota, operation, 600, 599, 50000, start, start);
  for (uint32_t i = 1; i <= 500; i++)
    quota_take(&quota, 1000 + i, QUOTA_INTERACTIVE, start, &reason);
  hear(&quota, AI, 20, 1, 30000, start, start);
  CHECK(quota_class(&quota, AI) != 0);

  TEST("three operations with the same one show that it was lowered, once nobody names it");
  quota = fresh(0, 0);
  hear(&quota, operation, 600, 599, 50000, start, start);
  for (uint32_t i = 1; i <= 3; i++) hear(&quota, 100 + i, 500, 400, 50000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 600);
  int64_t later = start + 11 * MINUTE;
  hear(&quota, 101, 500, 400, 50000, later, later);
  CHECK_INT(quota_rate(&quota, 0), 500);
  CHECK_INT(quota_class(&quota, 101), 0);

  TEST("where there is no room for another bucket, its replies teach nothing");
  quota = fresh(0, 0);
  hear(&quota, operation, 600, 599, 50000, start, start);
  for (uint32_t i = 1; i <= 1000; i++) hear(&quota, 1000 + i, 20, 1, 50000, start, start);
  CHECK_INT(quota_rate(&quota, 0), 600);
  CHECK_INT(quota_class(&quota, 2000), 0);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start), 599);
}

static void test_refusals(void) {
  enum quota_reason reason;
  TEST("a 429 that says nothing closes it for 1, 2, 4 .. 32 s");
  struct quota quota = fresh(0, 0);
  int64_t now = start;
  static const int64_t seconds[] = {1, 2, 4, 8, 16, 32, 32};
  for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
    CHECK_INT(take(&quota, now), 0);
    hear_refusal(&quota, -1, now, now);
    CHECK_INT(take_as(&quota, QUOTA_INTERACTIVE, now, &reason), seconds[i] * 1000);
    CHECK_INT(reason, QUOTA_CLOSED);
    now += seconds[i] * 1000;
  }
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, now), 1);
  CHECK_INT(take(&quota, now), 1000);
  hear_nothing(&quota, now);
  CHECK_INT(take(&quota, now), 0);
  CHECK_INT(take(&quota, now), 0);

  TEST("those that were under way together count once, and so do their successes");
  quota = fresh(0, 0);
  for (int i = 0; i < 8; i++) CHECK_INT(take(&quota, start), 0);
  for (int i = 0; i < 4; i++) hear_refusal(&quota, -1, start, start + 10);
  quota_learn(&quota, operation, 200, NULL, start, start + 11);
  CHECK_INT(take(&quota, start + 11), 999);

  TEST("the limit shrinks, and grows again");
  quota = fresh(0, 80);
  CHECK_INT(take(&quota, start), 0);
  for (int i = 0; i < 15; i++) hear_nothing(&quota, start);
  hear_refusal(&quota, -1, start, start);
  CHECK_INT(take(&quota, start + 1000), 0);
  hear_nothing(&quota, start + 1000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 1000), 58);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 200000), 16);
  for (int i = 0; i < 15; i++) hear_nothing(&quota, start + 200000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 200000), 54);
  CHECK_INT(take(&quota, start + 400000), 0);
  for (int i = 0; i < 15; i++) hear_nothing(&quota, start + 400000);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 400000), 79);

  TEST("what a gateway says is no sign that calls are let in again");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear_refusal(&quota, -1, start, start);
  CHECK_INT(take(&quota, start + 1000), 0);
  quota_learn(&quota, operation, 502, NULL, start + 1000, start + 1000);
  quota_learn(&quota, operation, 0, NULL, start + 1000, start + 1000);
  CHECK_INT(take(&quota, start + 1000), 1000);
  quota_learn(&quota, operation, 500, NULL, start + 1000, start + 1000);
  CHECK_INT(take(&quota, start + 1000), 0);

  TEST("Retry-After is kept to, the longest of several");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear_refusal(&quota, 7000, start, start);
  hear_refusal(&quota, 1000, start, start);
  CHECK_INT(take(&quota, start), 7100);
  CHECK_INT(take(&quota, start + 7100), 0);

  TEST("one with all headers ends the window, and nothing more");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 20, 0, 21000, start, start);
  CHECK_INT(take_as(&quota, QUOTA_INTERACTIVE, start, &reason), 21001 + MARGIN);
  CHECK_INT(reason, QUOTA_LIMIT);
  CHECK_INT(take_all(&quota, QUOTA_INTERACTIVE, start + 21001 + MARGIN), 16);

  TEST("one that says that calls are left is of another limit");
  quota = fresh(0, 0);
  CHECK_INT(take(&quota, start), 0);
  struct rate_limit told = {.limit = 20,
                            .remaining = 10,
                            .reset = 30000,
                            .least = 30000,
                            .most = 30000,
                            .retry_after = -1};
  quota_learn(&quota, operation, 429, &told, start, start);
  CHECK_INT(take_as(&quota, QUOTA_INTERACTIVE, start, &reason), 1000);
  CHECK_INT(reason, QUOTA_CLOSED);
}

static void test_damage(void) {
  TEST("memory of anything is survived, and limits come back by themselves");
  unsigned seed = 1;
  for (int round = 0; round < 2000; round++) {
    struct quota quota = fresh(0, 0);
    unsigned char *bytes = (unsigned char *)&memory;
    for (size_t i = 0; i < sizeof memory; i++) bytes[i] = (unsigned char)rand_r(&seed);
    enum quota_reason reason;
    int64_t wait = take_as(&quota, QUOTA_BULK, start, &reason);
    CHECK(wait >= 0 && wait <= 2 * 60 * MINUTE);
    hear(&quota, operation, 600, 599, 50000, start, start);
    struct quota_status status;
    quota_look(&quota, 0, start, &status);
    CHECK(status.reset <= MINUTE + 1000);
  }
}

static void test_look(void) {
  TEST("how it stands");
  struct quota_status status;
  struct quota quota = fresh(0, 0);
  quota_look(&quota, 0, start, &status);
  CHECK_INT(status.limit, 0);
  CHECK_INT(status.used, 0);
  CHECK_INT(status.reset, 0);
  CHECK_INT(take(&quota, start), 0);
  hear(&quota, operation, 100, 60, 40000, start, start);
  quota_look(&quota, 0, start + 1000, &status);
  CHECK_INT(status.limit, 100);
  CHECK_INT(status.used, 40);
  CHECK_INT(status.remaining, 60);
  CHECK_INT(status.reset, 39001);
  quota_look(&quota, 0, start + 2 * MINUTE, &status);
  CHECK_INT(status.used, 0);
  CHECK_INT(status.remaining, 100);
}

int main(void) {
  test_slow_start();
  test_windows();
  test_no_reset();
  test_limits();
  test_priorities();
  test_classes();
  test_refusals();
  test_damage();
  test_look();
  return test_finish();
}
