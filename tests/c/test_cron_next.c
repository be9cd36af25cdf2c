#include "core/civil.h"
#include "core/cron.h"
#include "test.h"

/* Schedules, each with an instant and those that follow it. Up to eight. */
static const struct {
  const char *what, *expression, *zone, *after;
  const char *expected[9];
} runs[] = {
    /* The calendar. */
    {"strictly after", "0 6 * * *", "Etc/UTC", "2026-01-01T06:00Z", {"2026-01-02T06:00:00+00:00"}},
    {"a second before",
     "0 6 * * *",
     "Etc/UTC",
     "2026-01-01T05:59:59Z",
     {"2026-01-01T06:00:00+00:00"}},
    {"before 1970", "0 6 1 1 *", "Etc/UTC", "1961-01-01T06:00:01Z", {"1962-01-01T06:00:00+00:00"}},
    {"across a year",
     "0 0 1 1 *",
     "Etc/UTC",
     "2026-12-31T23:59:59Z",
     {"2027-01-01T00:00:00+00:00", "2028-01-01T00:00:00+00:00"}},
    {"the 31st, in months that have it",
     "0 0 31 * *",
     "Etc/UTC",
     "2026-01-31T00:00Z",
     {"2026-03-31T00:00:00+00:00", "2026-05-31T00:00:00+00:00"}},
    {"29 February, and 2100 has none",
     "0 0 29 2 *",
     "Etc/UTC",
     "2092-03-01T00:00Z",
     {"2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00"}},
    {"either the 13th or a Friday",
     "0 0 13 * FRI",
     "Etc/UTC",
     "2026-02-07T00:00Z",
     {"2026-02-13T00:00:00+00:00", "2026-02-20T00:00:00+00:00", "2026-02-27T00:00:00+00:00",
      "2026-03-06T00:00:00+00:00", "2026-03-13T00:00:00+00:00", "2026-03-20T00:00:00+00:00",
      "2026-03-27T00:00:00+00:00", "2026-04-03T00:00:00+00:00"}},
    {"a Friday that is odd",
     "0 0 */2 * FRI",
     "Etc/UTC",
     "2026-02-07T00:00Z",
     {"2026-02-13T00:00:00+00:00", "2026-02-27T00:00:00+00:00", "2026-03-13T00:00:00+00:00"}},
    {"the 13th that is an even day of the week",
     "0 0 13 * */2",
     "Etc/UTC",
     "2026-01-01T00:00Z",
     {"2026-01-13T00:00:00+00:00", "2026-06-13T00:00:00+00:00", "2026-08-13T00:00:00+00:00",
      "2026-09-13T00:00:00+00:00", "2026-10-13T00:00:00+00:00", "2026-12-13T00:00:00+00:00"}},
    {"a list that holds a star does not begin with it",
     "0 0 13,* * FRI",
     "Etc/UTC",
     "2026-02-07T00:00Z",
     {"2026-02-08T00:00:00+00:00"}},
    {"a day whose month comes later, from its first hour",
     "0 6,18 1 3 *",
     "Etc/UTC",
     "2026-01-15T12:00Z",
     {"2026-03-01T06:00:00+00:00", "2026-03-01T18:00:00+00:00"}},
    {"by the clock, after a change in between",
     "0 * 1 6 *",
     "America/New_York",
     "2026-01-01T00:00Z",
     {"2026-06-01T00:00:00-04:00", "2026-06-01T01:00:00-04:00"}},
    {"and after one back",
     "0 * 1 12 *",
     "America/New_York",
     "2026-06-01T00:00Z",
     {"2026-12-01T00:00:00-05:00", "2026-12-01T01:00:00-05:00"}},
    {"office hours",
     "*/15 8-18 * * 1-5",
     "America/New_York",
     "2026-03-06T18:30-05:00",
     {"2026-03-06T18:45:00-05:00", "2026-03-09T08:00:00-04:00", "2026-03-09T08:15:00-04:00"}},

    /* New York goes forward on 2026-03-08 and back on 2026-11-01. */
    {"a skipped time runs at the change",
     "30 2 * * *",
     "America/New_York",
     "2026-03-07T00:00-05:00",
     {"2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"}},
    {"asked in the hour before",
     "30 2 * * *",
     "America/New_York",
     "2026-03-08T01:59:59-05:00",
     {"2026-03-08T03:00:00-04:00"}},
    {"asked at the change",
     "30 2 * * *",
     "America/New_York",
     "2026-03-08T03:00-04:00",
     {"2026-03-09T02:30:00-04:00"}},
    {"asked where it would have been",
     "30 2 * * *",
     "America/New_York",
     "2026-03-08T03:30-04:00",
     {"2026-03-09T02:30:00-04:00"}},
    {"skipped on the only day of a week",
     "30 2 * * SUN",
     "America/New_York",
     "2026-03-02T00:00-05:00",
     {"2026-03-08T03:00:00-04:00", "2026-03-15T02:30:00-04:00"}},
    {"two times become one instant",
     "0 2,3 * * *",
     "America/New_York",
     "2026-03-08T00:00-05:00",
     {"2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"}},
    {"four become one",
     "*/15 2 * * *",
     "America/New_York",
     "2026-03-08T00:00-05:00",
     {"2026-03-08T03:00:00-04:00", "2026-03-09T02:00:00-04:00"}},
    {"the step of hours names set times",
     "0 */2 * * *",
     "America/New_York",
     "2026-03-07T23:00-05:00",
     {"2026-03-08T00:00:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"}},
    {"minutes on set hours go on without a gap",
     "*/15 0-6 * * *",
     "America/New_York",
     "2026-03-08T01:30-05:00",
     {"2026-03-08T01:45:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T03:15:00-04:00"}},
    {"by the clock, forward",
     "*/15 * * * *",
     "America/New_York",
     "2026-03-08T01:30-05:00",
     {"2026-03-08T01:45:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T03:15:00-04:00"}},
    {"by the clock, what is skipped is skipped",
     "30 * * * *",
     "America/New_York",
     "2026-03-08T00:45-05:00",
     {"2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00"}},
    {"0-23 is all hours, too",
     "30 0-23 * * *",
     "America/New_York",
     "2026-03-08T00:45-05:00",
     {"2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00"}},
    {"1-23 is not",
     "30 1-23 * * *",
     "America/New_York",
     "2026-03-08T00:45-05:00",
     {"2026-03-08T01:30:00-05:00", "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00"}},
    {"twice shown, run the first time",
     "30 1 * * *",
     "America/New_York",
     "2026-11-01T00:00-04:00",
     {"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
    {"asked between the two",
     "30 1 * * *",
     "America/New_York",
     "2026-11-01T01:10-05:00",
     {"2026-11-02T01:30:00-05:00"}},
    {"asked before the change, later than it",
     "30 1 * * *",
     "America/New_York",
     "2026-11-01T01:45-04:00",
     {"2026-11-02T01:30:00-05:00"}},
    {"an hour not run, on set hours",
     "*/30 0-6 * * *",
     "America/New_York",
     "2026-11-01T01:00-04:00",
     {"2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-05:00"}},
    {"by the clock, back",
     "*/30 * * * *",
     "America/New_York",
     "2026-11-01T00:45-04:00",
     {"2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00",
      "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00"}},
    {"the moment of the change itself",
     "0 1 * * *",
     "America/New_York",
     "2026-11-01T00:59-04:00",
     {"2026-11-01T01:00:00-04:00", "2026-11-02T01:00:00-05:00"}},

    /* Zones of their own kind. */
    {"Dublin, whose winter is the exception",
     "30 1 * * *",
     "Europe/Dublin",
     "2026-03-28T12:00Z",
     {"2026-03-29T02:00:00+01:00", "2026-03-30T01:30:00+01:00"}},
    {"Dublin back",
     "30 1 * * *",
     "Europe/Dublin",
     "2026-10-24T12:00Z",
     {"2026-10-25T01:30:00+01:00", "2026-10-26T01:30:00+00:00"}},
    {"half an hour forward",
     "15 2 * * *",
     "Australia/Lord_Howe",
     "2026-10-03T00:00Z",
     {"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
    {"half an hour back",
     "45 1 * * *",
     "Australia/Lord_Howe",
     "2026-04-04T00:00Z",
     {"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
    {"half an hour back by the clock",
     "*/15 * * * *",
     "Australia/Lord_Howe",
     "2026-04-05T01:29+11:00",
     {"2026-04-05T01:30:00+11:00", "2026-04-05T01:45:00+11:00", "2026-04-05T01:30:00+10:30",
      "2026-04-05T01:45:00+10:30", "2026-04-05T02:00:00+10:30"}},
    {"half an hour forward, every 20 minutes",
     "*/20 * * * *",
     "Australia/Lord_Howe",
     "2026-10-04T01:30+10:30",
     {"2026-10-04T01:40:00+10:30", "2026-10-04T02:40:00+11:00", "2026-10-04T03:00:00+11:00"}},
    {"no midnight in Beirut",
     "0 0 * * *",
     "Asia/Beirut",
     "2026-03-28T12:00Z",
     {"2026-03-29T01:00:00+03:00", "2026-03-30T00:00:00+03:00"}},
    {"the hour before midnight, twice",
     "30 23 * * *",
     "Asia/Beirut",
     "2026-10-24T12:00Z",
     {"2026-10-24T23:30:00+03:00", "2026-10-25T23:30:00+02:00"}},
    {"by the clock, the hours of a day that ends twice",
     "30 * * * SAT",
     "Asia/Beirut",
     "2026-10-24T22:45+03:00",
     {"2026-10-24T23:30:00+03:00", "2026-10-24T23:30:00+02:00", "2026-10-31T00:30:00+02:00"}},
    {"midnight in Beirut comes once, an hour after the change",
     "0 0 * * *",
     "Asia/Beirut",
     "2026-10-24T12:00Z",
     {"2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+02:00"}},
    {"Havana forward at midnight",
     "0 0 * * SUN",
     "America/Havana",
     "2026-03-07T12:00Z",
     {"2026-03-08T01:00:00-04:00", "2026-03-15T00:00:00-04:00"}},
    {"Havana back at one",
     "30 0 * * *",
     "America/Havana",
     "2026-10-31T12:00Z",
     {"2026-11-01T00:30:00-04:00", "2026-11-02T00:30:00-05:00"}},
    {"Asuncion, a first of the month without midnight",
     "@monthly",
     "America/Asuncion",
     "2017-09-30T12:00Z",
     {"2017-10-01T01:00:00-03:00", "2017-11-01T00:00:00-03:00"}},
    {"Sao Paulo forward",
     "@daily",
     "America/Sao_Paulo",
     "2018-11-03T12:00Z",
     {"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
    {"Sao Paulo back",
     "30 23 * * *",
     "America/Sao_Paulo",
     "2019-02-16T12:00Z",
     {"2019-02-16T23:30:00-02:00", "2019-02-17T23:30:00-03:00"}},
    {"Casablanca back for Ramadan",
     "30 2 * * *",
     "Africa/Casablanca",
     "2023-03-18T12:00Z",
     {"2023-03-19T02:30:00+01:00", "2023-03-20T02:30:00+00:00"}},
    {"and forward after it",
     "30 2 * * *",
     "Africa/Casablanca",
     "2023-04-22T12:00Z",
     {"2023-04-23T03:00:00+01:00", "2023-04-24T02:30:00+01:00"}},
    {"El Aaiun likewise",
     "0 2 * * *",
     "Africa/El_Aaiun",
     "2023-04-22T12:00Z",
     {"2023-04-23T03:00:00+01:00", "2023-04-24T02:00:00+01:00"}},
    {"a day that does not exist",
     "0 9 * * *",
     "Pacific/Apia",
     "2011-12-29T00:00-10:00",
     {"2011-12-29T09:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T09:00:00+14:00"}},
    {"on that date alone",
     "0 9 30 12 *",
     "Pacific/Apia",
     "2011-01-01T00:00Z",
     {"2011-12-31T00:00:00+14:00", "2012-12-30T09:00:00+14:00"}},
    {"on that date by the clock",
     "0 * 30 12 *",
     "Pacific/Apia",
     "2011-01-01T00:00Z",
     {"2012-12-30T00:00:00+14:00"}},
    {"a day that comes nearly twice",
     "0 12 * * *",
     "Pacific/Kwajalein",
     "1969-09-29T12:00Z",
     {"1969-09-30T12:00:00+11:00", "1969-10-01T12:00:00-12:00"}},
    {"the furthest east",
     "30 6 1 1 *",
     "Pacific/Kiritimati",
     "2026-01-01T00:00Z",
     {"2027-01-01T06:30:00+14:00"}},
    {"the furthest west",
     "30 6 1 1 *",
     "Etc/GMT+12",
     "2026-01-01T18:30Z",
     {"2027-01-01T06:30:00-12:00"}},
    {"three quarters of an hour",
     "0 0 * * *",
     "Asia/Kathmandu",
     "2026-01-01T00:00Z",
     {"2026-01-02T00:00:00+05:45"}},
    {"two hours forward",
     "30 1,2,3 * * *",
     "Antarctica/Troll",
     "2026-03-29T00:00Z",
     {"2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", "2026-03-30T01:30:00+02:00"}},
    {"an offset with seconds",
     "0 12 * * *",
     "Africa/Monrovia",
     "1971-06-01T00:00Z",
     {"1971-06-01T12:00:00-00:44:30"}},
};

static void check_run(struct zones *zones, size_t row) {
  struct cron cron;
  struct failure failure = {.message = ""};
  int64_t instant;
  TEST("%s: %s, %s", runs[row].what, runs[row].expression, runs[row].zone);
  CHECK(civil_read_instant(runs[row].after, &instant));
  CHECK(cron_parse(runs[row].expression, &cron, &failure));
  for (int i = 0; runs[row].expected[i]; i++) {
    char text[CIVIL_INSTANT_SIZE] = "";
    int32_t offset;
    if (cron_next(&cron, zones, runs[row].zone, instant, &instant, &failure) &&
        zone_offset(zones, runs[row].zone, instant, &offset, &failure))
      civil_write_instant(instant, offset, text);
    CHECK_STR(text, runs[row].expected[i]);
  }
  CHECK_STR(failure.message, "");
}

/* Every 29 February that is a Sunday: the gap from 2088 to 2128 is the longest that there is. */
static void check_rare(struct zones *zones) {
  struct cron cron;
  int64_t instant;
  TEST("the rarest date is found, 40 years on");
  /* A day of the week that begins with * only takes days away. Sunday alone cannot be said so; by
     its bits it can. */
  CHECK(cron_parse("0 0 29 2 */6", &cron, NULL));
  cron.weekdays = 1;
  CHECK(civil_read_instant("2088-02-29T00:00Z", &instant));
  CHECK(cron_next(&cron, zones, "Etc/UTC", instant, &instant, NULL));
  struct civil shown = civil_from(instant);
  CHECK_INT(shown.year, 2128);
  CHECK_INT(shown.weekday, 0);
}

static void check_ends(struct zones *zones) {
  struct cron set, clock;
  struct failure failure;
  int64_t next;
  CHECK(cron_parse("0 6 1 1 *", &set, NULL));
  CHECK(cron_parse("0 * 1 1 *", &clock, NULL));
  const struct cron *both[] = {&set, &clock};
  for (int i = 0; i < 2; i++) {
    TEST("%s: a zone that does not exist, and the ends of time", i ? "by the clock" : "set times");
    CHECK(!cron_next(both[i], zones, "Mars/Olympus", 0, &next, &failure));
    CHECK_STR(failure.code, "ZONE_UNKNOWN");
    CHECK(!cron_next(both[i], zones, "Etc/UTC", INT64_MAX, &next, &failure));
    CHECK_STR(failure.code, "ZONE_RANGE");
    CHECK(!cron_next(both[i], zones, "Etc/UTC", INT64_MIN, &next, &failure));
    CHECK_STR(failure.code, "ZONE_RANGE");
    CHECK(!cron_next(both[i], zones, "Etc/UTC", 253402300799, &next, &failure));
    CHECK_STR(failure.code, "ZONE_RANGE");
    CHECK(cron_next(both[i], zones, "Etc/UTC", -62135596800, &next, &failure));
  }
  TEST("an expression without any day says so, and soon");
  set.days = clock.days = 1u << 30;
  set.months = clock.months = 1u << 2;
  set.any_weekday = clock.any_weekday = true;
  for (int i = 0; i < 2; i++) {
    CHECK(!cron_next(both[i], zones, "America/New_York", 0, &next, &failure));
    CHECK_STR(failure.code, "CRON_NEVER");
  }
}

/* What is said of an instant. */
static const struct {
  const char *expression, *zone, *at;
  bool change;
  const char *changed;
  int skipped;
  const char *first, *last; /* as a clock of UTC would show them */
  int which;                /* of two instants at which clocks show the time; 0: there is one */
} explained[] = {
    {"30 2 * * *", "America/New_York", "2026-03-08T03:00-04:00", true, "2026-03-08T03:00-04:00", 1,
     "2026-03-08T02:30Z", "2026-03-08T02:30Z", 0},
    {"*/15 2,3 * * *", "America/New_York", "2026-03-08T03:00-04:00", true, "2026-03-08T03:00-04:00",
     4, "2026-03-08T02:00Z", "2026-03-08T02:45Z", 0},
    {"0 5 * * *", "America/New_York", "2026-03-08T05:00-04:00", true, "2026-03-08T03:00-04:00", 0,
     NULL, NULL, 0},
    {"0 3 * * *", "America/New_York", "2026-03-08T03:00-04:00", true, "2026-03-08T03:00-04:00", 0,
     NULL, NULL, 0},
    {"30 * * * *", "America/New_York", "2026-03-08T03:30-04:00", true, "2026-03-08T03:00-04:00", 0,
     NULL, NULL, 0},
    {"0 5 * * *", "America/New_York", "2026-03-07T05:00-05:00", false, NULL, 0, NULL, NULL, 0},
    {"0 0 * * *", "America/New_York", "2026-03-09T00:00-04:00", false, NULL, 0, NULL, NULL, 0},
    {"30 1 * * *", "America/New_York", "2026-11-01T01:30-04:00", true, "2026-11-01T01:00-05:00", 0,
     NULL, NULL, 1},
    {"30 * * * *", "America/New_York", "2026-11-01T01:30-05:00", true, "2026-11-01T01:00-05:00", 0,
     NULL, NULL, 2},
    {"0 0 * * *", "Asia/Beirut", "2026-03-29T01:00+03:00", true, "2026-03-29T01:00+03:00", 1,
     "2026-03-29T00:00Z", "2026-03-29T00:00Z", 0},
    {"30 23 * * *", "Asia/Beirut", "2026-10-24T23:30+03:00", true, "2026-10-24T23:00+02:00", 0,
     NULL, NULL, 1},
    {"30 * * * *", "Asia/Beirut", "2026-10-24T23:30+02:00", true, "2026-10-24T23:00+02:00", 0, NULL,
     NULL, 2},
    {"0 0 * * *", "Asia/Beirut", "2026-10-25T00:00+02:00", false, NULL, 0, NULL, NULL, 0},
    {"30 * * * *", "America/St_Johns", "2010-11-06T23:30-03:30", true, "2010-11-06T23:01-03:30", 0,
     NULL, NULL, 2}, /* back at 00:01 */
    {"0 9 * * *", "Pacific/Apia", "2011-12-31T00:00+14:00", true, "2011-12-31T00:00+14:00", 1,
     "2011-12-30T09:00Z", "2011-12-30T09:00Z", 0},
};

static void check_explained(struct zones *zones) {
  for (size_t i = 0; i < sizeof explained / sizeof *explained; i++) {
    struct cron cron;
    struct cron_clocks clocks;
    struct failure failure;
    int64_t at, other;
    TEST("explains %s, %s at %s", explained[i].expression, explained[i].zone, explained[i].at);
    CHECK(cron_parse(explained[i].expression, &cron, NULL));
    CHECK(civil_read_instant(explained[i].at, &at));
    CHECK(cron_next(&cron, zones, explained[i].zone, at - 1, &other, NULL));
    CHECK_INT(other, at);
    CHECK(cron_explain(&cron, zones, explained[i].zone, at, &clocks, &failure));
    CHECK_INT(clocks.change, explained[i].change);
    if (explained[i].changed) {
      CHECK(civil_read_instant(explained[i].changed, &other));
      CHECK_INT(clocks.at, other);
    }
    CHECK_INT(clocks.skipped, explained[i].skipped);
    if (explained[i].skipped > 0) {
      CHECK(civil_read_instant(explained[i].first, &other));
      CHECK_INT(clocks.skipped_first, other);
      CHECK(civil_read_instant(explained[i].last, &other));
      CHECK_INT(clocks.skipped_last, other);
    }
    CHECK_INT(clocks.is_first, explained[i].which == 1);
    CHECK_INT(clocks.is_second, explained[i].which == 2);
  }
}

int main(void) {
  struct zones *zones = zones_open();
  if (!zones) return 1;
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) check_run(zones, i);
  check_rare(zones);
  check_ends(zones);
  check_explained(zones);
  zones_close(zones);
  return test_finish();
}
