#include "core/retry.h"

#include "test.h"

#define NONE (-1)

/* What is the same in all rows of the first table: the first attempt, half of the chances. */
static struct retry_attempt usual(enum retry_safety safety) {
  return (struct retry_attempt){.safety = safety,
                                .allowed = 5,
                                .sent = true,
                                .retry_after = NONE,
                                .category = "server",
                                .temporary = true,
                                .random = 0.5};
}

static const struct {
  const char *what;
  bool temporary;
  const char *category;
  bool sent;
  int status;
  enum retry_verdict read, repeatable, once;
} happened[] = {
    {"refused connection", true, "network", false, 0, RETRY_AGAIN, RETRY_AGAIN, RETRY_AGAIN},
    {"connection lost", true, "network", true, 0, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"no certificate", false, "network", false, 0, RETRY_POINTLESS, RETRY_POINTLESS,
     RETRY_POINTLESS},
    {"no reply in time", true, "timeout", true, 0, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"no connection in time", true, "timeout", false, 0, RETRY_AGAIN, RETRY_AGAIN, RETRY_AGAIN},
    {"cut reply", true, "protocol", true, 0, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"garbage in 200", true, "protocol", true, 200, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"internal error in 200", true, "server", true, 200, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"too large a reply", false, "protocol", true, 200, RETRY_POINTLESS, RETRY_POINTLESS,
     RETRY_POINTLESS},
    {"408", true, "timeout", true, 408, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"429", true, "rate_limit", true, 429, RETRY_AGAIN, RETRY_AGAIN, RETRY_AGAIN},
    {"429 with a code unheard of", false, "validation", true, 429, RETRY_AGAIN, RETRY_AGAIN,
     RETRY_AGAIN},
    {"limit as 400", true, "rate_limit", true, 400, RETRY_AGAIN, RETRY_AGAIN, RETRY_AGAIN},
    {"temporary code in 404", true, "not_found", true, 404, RETRY_AGAIN, RETRY_AGAIN, RETRY_AGAIN},
    {"internal error as 400", true, "server", true, 400, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"400", false, "validation", true, 400, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"401", false, "auth", true, 401, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"403", false, "permission", true, 403, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"404", false, "not_found", true, 404, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"500", true, "server", true, 500, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"502", true, "server", true, 502, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"503", true, "server", true, 503, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"504", true, "server", true, 504, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"522 of a gateway", true, "server", true, 522, RETRY_AGAIN, RETRY_AGAIN, RETRY_UNSAFE},
    {"501", true, "server", true, 501, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"505", true, "server", true, 505, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
    {"511", true, "server", true, 511, RETRY_POINTLESS, RETRY_POINTLESS, RETRY_POINTLESS},
};

static void test_what_happened(void) {
  for (size_t i = 0; i < sizeof happened / sizeof *happened; i++) {
    TEST("after: %s", happened[i].what);
    enum retry_verdict expected[] = {happened[i].read, happened[i].repeatable, happened[i].once};
    for (int safety = RETRY_READ; safety <= RETRY_ONCE; safety++) {
      struct retry_host host = {0};
      struct retry_attempt attempt = usual((enum retry_safety)safety);
      int64_t delay = -1;
      attempt.temporary = happened[i].temporary;
      attempt.category = happened[i].category;
      attempt.sent = happened[i].sent;
      attempt.status = happened[i].status;
      CHECK_STR(retry_verdict_name(retry_decide(&attempt, &host, &delay)),
                retry_verdict_name(expected[safety]));
      CHECK((delay >= 0) == (expected[safety] == RETRY_AGAIN));
    }
  }
}

static const struct {
  const char *what;
  int status;
  unsigned made, allowed;
  double elapsed, retry_after, random;
  bool no_wait;
  enum retry_verdict verdict;
  int64_t delay;
} waits[] = {
    {"at once, with luck", 500, 0, 5, 0, NONE, 0, false, RETRY_AGAIN, 0},
    {"half of a tenth of a second", 500, 0, 5, 0, NONE, 0.5, false, RETRY_AGAIN, 50},
    {"four times as long", 500, 1, 5, 0, NONE, 0.5, false, RETRY_AGAIN, 200},
    {"and again", 500, 3, 5, 0, NONE, 0.5, false, RETRY_AGAIN, 3200},
    {"not longer than the cap", 500, 4, 5, 0, NONE, 0.5, false, RETRY_AGAIN, 10000},
    {"nor after many", 500, 19, 20, 0, NONE, 0.5, false, RETRY_AGAIN, 10000},
    {"no more left", 500, 5, 5, 0, NONE, 0.5, false, RETRY_EXHAUSTED, -1},
    {"none wanted", 500, 0, 0, 0, NONE, 0.5, false, RETRY_EXHAUSTED, -1},
    {"what the reply says", 503, 0, 5, 0, 7, 0, false, RETRY_AGAIN, 7000},
    {"and a tenth of it more", 503, 0, 5, 0, 10, 0.5, false, RETRY_AGAIN, 10500},
    {"at once, where it says so", 503, 0, 5, 0, 0, 0.9, false, RETRY_AGAIN, 0},
    {"but not again and again", 503, 2, 5, 0, 0, 0.5, false, RETRY_AGAIN, 800},
    {"21000 ms until the reset", 429, 0, 5, 0, 21, 0, false, RETRY_AGAIN, 21000},
    {"a limit that says nothing", 429, 0, 5, 0, NONE, 0, false, RETRY_AGAIN, 500},
    {"for longer each time", 429, 2, 5, 0, NONE, 0.5, false, RETRY_AGAIN, 12000},
    {"half a minute at most", 429, 4, 5, 0, NONE, 0.99999999, false, RETRY_AGAIN, 30000},
    {"--no-wait", 429, 0, 5, 0, 0, 0, true, RETRY_NO_WAIT, -1},
    {"--no-wait is about limits", 503, 0, 5, 0, 1, 0, true, RETRY_AGAIN, 1000},
    {"within the deadline", 500, 0, 5, 119.9, NONE, 0.5, false, RETRY_AGAIN, 50},
    {"beyond the deadline", 500, 0, 5, 119.96, NONE, 0.5, false, RETRY_DEADLINE, -1},
    {"too long a wait", 503, 0, 5, 0, 121, 0, false, RETRY_DEADLINE, -1},
    {"too long with its tenth", 503, 0, 5, 0, 115, 0.99, false, RETRY_DEADLINE, -1},
};

static void test_waits(void) {
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    TEST("waits: %s", waits[i].what);
    struct retry_host host = {0};
    struct retry_attempt attempt = usual(RETRY_READ);
    int64_t delay = -1;
    attempt.status = waits[i].status;
    attempt.made = waits[i].made;
    attempt.allowed = waits[i].allowed;
    attempt.elapsed = waits[i].elapsed;
    attempt.retry_after = waits[i].retry_after;
    attempt.random = waits[i].random;
    attempt.no_wait = waits[i].no_wait;
    CHECK_STR(retry_verdict_name(retry_decide(&attempt, &host, &delay)),
              retry_verdict_name(waits[i].verdict));
    CHECK_INT(delay, waits[i].delay);
  }
}

/* How many retries in a row the budget allows. */
static int spend(struct retry_host *host, int status) {
  int count = 0;
  int64_t delay;
  struct retry_attempt attempt = usual(RETRY_READ);
  attempt.status = status;
  while (count < 1000 && retry_decide(&attempt, host, &delay) == RETRY_AGAIN) count++;
  return count;
}

static void test_budget(void) {
  struct retry_host host = {0};
  TEST("50 retries, and then a fifth of the calls");
  CHECK_INT(spend(&host, 500), 50);
  for (int i = 0; i < 4; i++) retry_host_earn(&host);
  CHECK_INT(spend(&host, 500), 0);
  for (int i = 0; i < 6; i++) retry_host_earn(&host);
  CHECK_INT(spend(&host, 500), 2);

  TEST("the bucket holds 50, however many calls there were");
  for (int i = 0; i < 100000; i++) retry_host_earn(&host);
  CHECK_INT(spend(&host, 500), 50);

  TEST("waiting for a limit takes nothing out of it");
  CHECK_INT(spend(&host, 429), 1000);

  TEST("what is not tried again takes nothing out either");
  host = (struct retry_host){0};
  struct retry_attempt attempt = usual(RETRY_ONCE);
  int64_t delay;
  for (int i = 0; i < 100; i++) CHECK_INT(retry_decide(&attempt, &host, &delay), RETRY_UNSAFE);
  attempt = usual(RETRY_READ);
  attempt.allowed = 0;
  for (int i = 0; i < 100; i++) CHECK_INT(retry_decide(&attempt, &host, &delay), RETRY_EXHAUSTED);
  CHECK_INT(spend(&host, 500), 50);
}

static void fail(struct retry_host *host, int times, int64_t now) {
  for (int i = 0; i < times; i++) retry_host_heard(host, "network", 0, now);
}

static const struct {
  const char *what;
  const char *category;
  int status;
  bool down;
} signs[] = {{"no connection", "network", 0, true},
             {"no reply in time", "timeout", 0, true},
             {"502", "server", 502, true},
             {"503", "server", 503, true},
             {"504", "server", 504, true},
             {"500 is Lofty's own", "server", 500, false},
             {"429", "rate_limit", 429, false},
             {"404", "not_found", 404, false},
             {"408 is a reply", "timeout", 408, false},
             {"half a reply", "protocol", 0, false}};

static void test_circuit(void) {
  struct retry_host host = {0};
  TEST("four failures are nothing, five are an outage");
  fail(&host, 4, 1000);
  CHECK_INT(retry_host_wait(&host, 1000), 0);
  fail(&host, 1, 1000);
  CHECK_INT(retry_host_wait(&host, 1000), 5000);
  CHECK_INT(retry_host_wait(&host, 5999), 1);

  TEST("what was under way when it began changes nothing");
  fail(&host, 20, 2000);
  CHECK_INT(retry_host_wait(&host, 2000), 4000);

  TEST("one goes to see, the others look again a little later");
  CHECK_INT(retry_host_wait(&host, 6000), 0);
  CHECK_INT(retry_host_wait(&host, 6000), 250);
  CHECK_INT(retry_host_wait(&host, 6100), 250);

  TEST("it failed: twice as long");
  fail(&host, 1, 7000);
  CHECK_INT(retry_host_wait(&host, 7000), 10000);

  TEST("but never longer than a minute");
  int64_t now = 7000;
  for (int i = 0; i < 10; i++) {
    now += retry_host_wait(&host, now);
    CHECK_INT(retry_host_wait(&host, now), 0);
    fail(&host, 1, now);
  }
  CHECK_INT(retry_host_wait(&host, now), 60000);

  TEST("one that never came back is not waited for");
  now += 60000;
  CHECK_INT(retry_host_wait(&host, now), 0);
  CHECK_INT(retry_host_wait(&host, now + 34900), 100);
  CHECK_INT(retry_host_wait(&host, now + 35000), 0);

  TEST("an answer ends it");
  retry_host_heard(&host, NULL, 0, now);
  CHECK_INT(retry_host_wait(&host, now), 0);
  fail(&host, 4, now);
  CHECK_INT(retry_host_wait(&host, now), 0);
  fail(&host, 1, now);
  CHECK_INT(retry_host_wait(&host, now), 5000);

  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    TEST("a sign of an outage, or not: %s", signs[i].what);
    host = (struct retry_host){0};
    for (int j = 0; j < 5; j++) retry_host_heard(&host, signs[i].category, signs[i].status, 0);
    CHECK((retry_host_wait(&host, 0) > 0) == signs[i].down);
    host = (struct retry_host){0};
    fail(&host, 4, 0);
    retry_host_heard(&host, signs[i].category, signs[i].status, 0);
    fail(&host, 1, 0);
    CHECK((retry_host_wait(&host, 0) > 0) == signs[i].down);
  }

  TEST("what never left this machine by our own decision is no sign");
  host = (struct retry_host){0};
  fail(&host, 4, 0);
  retry_host_heard(&host, "limit", 0, 0);
  CHECK_INT(retry_host_wait(&host, 0), 0);
  fail(&host, 1, 0);
  CHECK_INT(retry_host_wait(&host, 0), 5000);
}

int main(void) {
  test_what_happened();
  test_waits();
  test_budget();
  test_circuit();
  TEST("random numbers are in range and differ");
  double first = retry_random();
  bool differs = false;
  for (int i = 0; i < 1000; i++) {
    double next = retry_random();
    CHECK(next >= 0 && next < 1);
    differs = differs || next < first || next > first;
  }
  CHECK(differs);
  return test_finish();
}
