#include "core/civil.h"

#include <stdlib.h>
#include <time.h>

#include "test.h"

static const struct {
  const char *text;
  int64_t instant;
} instants[] = {
    {"1970-01-01T00:00Z", 0},
    {"1970-01-01T00:00:01+00:00", 1},
    {"1969-12-31T23:59:59Z", -1},
    {"2000-02-29T12:00-05:00", 951843600},
    {"2026-03-08T02:30-05:00", 1772955000},
    {"2011-12-31T00:00+14:00", 1325239200},
    {"0001-01-01T00:00Z", -62135596800},
    {"9999-12-31T23:59:59Z", 253402300799},
    {"2026-03-08t02:30:59z", 1772937059},
};

static const char *const strangers[] = {
    "",
    "2026-03-08",
    "2026-03-08T02:30",
    "2026-03-08 02:30Z",
    "2026-03-08T2:30Z",
    "2026-02-29T00:00Z",
    "2100-02-29T00:00Z",
    "2026-13-01T00:00Z",
    "2026-00-01T00:00Z",
    "2026-04-31T00:00Z",
    "2026-03-00T00:00Z",
    "0000-03-01T00:00Z",
    "2026-03-08T24:00Z",
    "2026-03-08T23:60Z",
    "2026-03-08T23:59:60Z",
    "2026-03-08T23:59:Z",
    "2026-03-08T23:59+5:00",
    "2026-03-08T23:59+05",
    "2026-03-08T23:59+05:60",
    "2026-03-08T23:59+24:00",
    "2026-03-08T23:59Z ",
    "2026-03-08T23:59+05:00Z",
    "-026-03-08T23:59Z",
    "now",
};

static void test_reading(void) {
  for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
    int64_t instant = 77;
    TEST("reads %s", instants[i].text);
    CHECK(civil_read_instant(instants[i].text, &instant));
    CHECK_INT(instant, instants[i].instant);
  }
  for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
    int64_t instant;
    TEST("\"%s\" is no instant", strangers[i]);
    CHECK(!civil_read_instant(strangers[i], &instant));
  }
}

/* Every day of 800 years, and some far away, against the C library. */
static void test_against_libc(void) {
  int wrong = 0;
  TEST("dates are those of gmtime_r");
  for (int64_t day = -292000; day < 292000; day++) {
    int64_t at = (day < -200000 ? day * 2 : day) * CIVIL_DAY + 3723;
    time_t moment = (time_t)at;
    struct tm fields;
    struct civil shown = civil_from(at);
    if (!gmtime_r(&moment, &fields) || shown.year != fields.tm_year + 1900 ||
        shown.month != fields.tm_mon + 1 || shown.day != fields.tm_mday ||
        shown.weekday != fields.tm_wday || shown.hour != 1 || shown.minute != 2 ||
        shown.second != 3 ||
        civil_days(shown.year, shown.month, shown.day) * CIVIL_DAY + 3723 != at)
      wrong++;
  }
  CHECK_INT(wrong, 0);
  TEST("the last second of a day before 1970");
  CHECK_INT(civil_from(-1).day, 31);
  CHECK_INT(civil_from(-1).second, 59);
  TEST("the lengths of February");
  CHECK_INT(civil_month_length(2000, 2), 29);
  CHECK_INT(civil_month_length(2024, 2), 29);
  CHECK_INT(civil_month_length(2026, 2), 28);
  CHECK_INT(civil_month_length(2100, 2), 28);
}

static void test_writing(void) {
  char text[CIVIL_INSTANT_SIZE];
  TEST("writes instants with their offset");
  civil_write_instant(1772953200, -4 * 3600, text);
  CHECK_STR(text, "2026-03-08T03:00:00-04:00");
  civil_write_instant(0, 20700, text);
  CHECK_STR(text, "1970-01-01T05:45:00+05:45");
  civil_write_instant(0, -2670, text); /* Monrovia, until 1972 */
  CHECK_STR(text, "1969-12-31T23:15:30-00:44:30");
}

int main(void) {
  test_reading();
  test_against_libc();
  test_writing();
  return test_finish();
}
