#include "core/rate_limit.h"

#include "test.h"

#define CLOCK INT64_C(1790000000000) /* Mon, 21 Sep 2026 14:13:20 GMT */
#define DATE "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n"
#define NONE (-1)

static struct rate_limit read_lines(const char *lines, bool *told) {
  struct buffer headers;
  struct rate_limit limit;
  struct rate_limit_fields fields = {.limit = ""};
  buffer_init(&headers, 4096);
  buffer_append_string(&headers, lines);
  rate_limit_scan(&fields, &headers);
  *told = rate_limit_read(&fields, CLOCK, &limit);
  buffer_free(&headers);
  return limit;
}

/* What comes of the reset alone. */
static const struct {
  const char *what;
  const char *date; /* another line in front */
  const char *reset;
  int64_t guess, least, most;
} resets[] = {
    {"milliseconds left", "", "21500", 21500, 21500, 21500},
    {"whole seconds in milliseconds", "", "21000", 21000, 20000, 22000},
    {"a minute", "", "60000", 60000, 59000, 60000},
    {"more than a minute", "", "900000", 60000, NONE, NONE},
    {"nothing left", "", "0", 0, 0, 1000},
    {"epoch seconds by the Date", DATE, "1790000030", 30000, 28000, 31000},
    {"epoch seconds by our clock", "", "1790000030", 30000, 27000, 33000},
    {"epoch seconds with parts", DATE, "1790000030.5", 30500, 29500, 30500},
    {"epoch milliseconds by the Date", DATE, "1790000030250", 30250, 29250, 30250},
    {"epoch milliseconds by our clock", "", "1790000030250", 30250, 28250, 32250},
    {"the server's clock is five minutes fast", "Date: Mon, 21 Sep 2026 14:18:20 GMT\r\n",
     "1790000330", 30000, 28000, 31000},
    {"ours is, and there is no Date", "", "1789999730", 0, NONE, NONE},
    {"far away", DATE, "1799999999", 60000, NONE, NONE},
    {"long past", DATE, "1780000000", 0, NONE, NONE},
    {"just past", DATE, "1789999999", 0, 0, 0},
    {"no number", DATE, "soon", NONE, NONE, NONE},
    {"negative", DATE, "-5", NONE, NONE, NONE},
    {"absurd", DATE, "1e300", NONE, NONE, NONE},
    {"not there", DATE, "", NONE, NONE, NONE},
};

static void test_resets(void) {
  for (size_t i = 0; i < sizeof resets / sizeof *resets; i++) {
    char lines[256];
    bool told;
    TEST("reset: %s", resets[i].what);
    snprintf(lines, sizeof lines, "%sX-RateLimit-Reset: %s\r\n", resets[i].date, resets[i].reset);
    struct rate_limit limit = read_lines(lines, &told);
    CHECK_INT(limit.reset, resets[i].guess);
    CHECK_INT(limit.least, resets[i].least);
    CHECK_INT(limit.most, resets[i].most);
    CHECK(told == (resets[i].guess != NONE));
    CHECK_INT(limit.retry_after, NONE);
  }
}

static const struct {
  const char *what;
  const char *lines;
  int64_t wait;
} waits[] = {
    {"seconds", "Retry-After: 120\r\n", 120000},
    {"none", "Retry-After: 0\r\n", 0},
    {"a date, by our clock", "Retry-After: Mon, 21 Sep 2026 14:13:40 GMT\r\n", 20000},
    {"a date, by the reply's",
     "Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"
     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
     10000},
    {"a date that has passed", DATE "Retry-After: Mon, 21 Sep 2026 14:13:00 GMT\r\n", 0},
    {"a date in another form", DATE "Retry-After: Monday, 21-Sep-26 14:13:40 GMT\r\n", 20000},
    {"one of ANSI C", DATE "Retry-After: Mon Sep 21 14:13:40 2026\r\n", 20000},
    {"one in a leap year",
     "Retry-After: Thu, 29 Feb 2024 23:59:59 GMT\r\nDate: Thu, 29 Feb 2024 00:00:00 GMT\r\n",
     86399 * 1000},
    {"the day after",
     "Retry-After: Fri, 01 Mar 2024 00:00:00 GMT\r\nDate: Thu, 29 Feb 2024 23:59:58 GMT\r\n", 2000},
    {"the turn of a year",
     "Retry-After: Fri, 01 Jan 2027 00:00:01 GMT\r\nDate: Thu, 31 Dec 2026 23:59:59 GMT\r\n", 2000},
    {"no date", "Retry-After: soon\r\n", NONE},
    {"in any case", "retry-AFTER:7\r\n", 7000},
    {"the first of two", "Retry-After: 7\r\nRetry-After: 9\r\n", 7000},
    {"too long to mean anything",
     "Retry-After: 1111111111111111111111111111111111111111111111111111\r\n", NONE},
    {"for ever", "Retry-After: 99999999999999\r\n", INT64_C(366) * 86400 * 1000},
};

static void test_retry_after(void) {
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    bool told;
    TEST("Retry-After: %s", waits[i].what);
    CHECK_INT(read_lines(waits[i].lines, &told).retry_after, waits[i].wait);
    CHECK(told == (waits[i].wait != NONE));
  }
}

static const struct {
  const char *what;
  const char *lines;
  int64_t limit, remaining;
} counts[] = {
    {"both", "X-RateLimit-Limit: 600\r\nX-RateLimit-Remaining: 0\r\n", 600, 0},
    {"in lower case, without blanks", "x-ratelimit-limit:600\r\nx-ratelimit-remaining:5 \r\n", 600,
     5},
    {"one that makes no sense", "X-RateLimit-Limit: many\r\nX-RateLimit-Remaining: 3\r\n", NONE, 3},
    {"half a call", "X-RateLimit-Limit: 1.5\r\n", NONE, NONE},
    {"too many", "X-RateLimit-Limit: 9999999999\r\n", NONE, NONE},
    {"other names", "X-RateLimit: 5\r\nX-RateLimit-Limits: 5\r\nXX: 1\r\n", NONE, NONE},
    {"lines that are none", ":5\r\n\r\nX-RateLimit-Limit\r\nDate", NONE, NONE},
    {"no header", "", NONE, NONE},
};

static void test_counts(void) {
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    bool told;
    TEST("counts: %s", counts[i].what);
    struct rate_limit limit = read_lines(counts[i].lines, &told);
    CHECK_INT(limit.limit, counts[i].limit);
    CHECK_INT(limit.remaining, counts[i].remaining);
    CHECK(told == (counts[i].limit != NONE || counts[i].remaining != NONE));
  }
}

int main(void) {
  test_resets();
  test_retry_after();
  test_counts();
  return test_finish();
}
