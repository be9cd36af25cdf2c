/* What comes due, as a function of the time that is passed in. */
#include "core/schedule.h"

#include "core/civil.h"
#include "test.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };
static const int64_t HOUR = INT64_C(3600) * SECOND;
static const int64_t DAY = INT64_C(86400) * SECOND;

static const char NEW_YORK[] = "America/New_York";

static struct zones *zones;

static int64_t at(const char *text) {
  int64_t instant = 0;
  if (!civil_read_instant(text, &instant)) TEST_NOTE("no instant: %s", text);
  return instant * SECOND;
}

struct seen {
  char text[2048]; /* "07:30 runs, 08:30 missed x3": in UTC, with the day where it is not the first
                    */
  int64_t count, runs, missed, paused, times;
  int64_t last;
};

static bool see(void *context, int64_t instant, enum schedule_verdict verdict, int64_t times) {
  static const char *const names[] = {"runs", "missed", "paused"};
  struct seen *seen = context;
  size_t used = strlen(seen->text);
  struct civil shown = civil_from(instant / SECOND);
  char many[32] = "";
  if (times != 1) snprintf(many, sizeof many, " x%d", (int)times);
  if (used < sizeof seen->text - 64)
    snprintf(seen->text + used, sizeof seen->text - used, "%s%02d-%02d %02d:%02d %s%s",
             used ? ", " : "", shown.month, shown.day, shown.hour, shown.minute, names[verdict],
             many);
  if (instant <= seen->last) TEST_NOTE("out of order");
  seen->last = instant;
  seen->count++;
  seen->times += times;
  seen->runs += verdict == SCHEDULE_RUNS ? times : 0;
  seen->missed += verdict == SCHEDULE_MISSED ? times : 0;
  seen->paused += verdict == SCHEDULE_PAUSED ? times : 0;
  return true;
}

static struct schedule make(const char *expression, const char *zone) {
  struct schedule schedule = {.zone = zone, .options = {.window = DAY}};
  struct failure failure;
  if (!cron_parse(expression, &schedule.cron, &failure)) TEST_NOTE("%s", failure.message);
  return schedule;
}

static struct seen due(const struct schedule *schedule, int64_t considered, int64_t now) {
  static struct seen seen;
  struct failure failure = {.code = ""};
  seen = (struct seen){.last = INT64_MIN};
  if (!schedule_due(schedule, zones, considered, now, see, &seen, &failure))
    TEST_NOTE("failed: %s", failure.message);
  return seen;
}

struct row {
  const char *name, *expression, *zone;
  enum schedule_catch_up catch_up;
  int hours; /* of the window */
  const char *considered, *now, *expected;
};

static const struct row rows[] = {
    {"nothing has come", "30 2 * * *", "Etc/UTC", SCHEDULE_ALL, 24, "2026-03-01T02:30:00Z",
     "2026-03-02T02:29:59Z", ""},
    {"on time", "30 2 * * *", "Etc/UTC", SCHEDULE_NONE, 0, "2026-03-01T02:30:00Z",
     "2026-03-02T02:30:00Z", "03-02 02:30 runs"},
    {"a restart of a minute skips nothing", "30 2 * * *", "Etc/UTC", SCHEDULE_NONE, 0,
     "2026-03-01T02:30:00Z", "2026-03-02T02:30:59Z", "03-02 02:30 runs"},
    {"later it is missed", "30 2 * * *", "Etc/UTC", SCHEDULE_NONE, 0, "2026-03-01T02:30:00Z",
     "2026-03-02T02:31:00Z", "03-02 02:30 missed"},
    {"or caught up", "30 2 * * *", "Etc/UTC", SCHEDULE_ONE, 2, "2026-03-01T02:30:00Z",
     "2026-03-02T04:30:00Z", "03-02 02:30 runs"},
    {"within the window", "30 2 * * *", "Etc/UTC", SCHEDULE_ONE, 2, "2026-03-01T02:30:00Z",
     "2026-03-02T04:30:01Z", "03-02 02:30 missed"},
    {"one of several", "0 * * * *", "Etc/UTC", SCHEDULE_ONE, 24, "2026-03-01T00:00:00Z",
     "2026-03-01T03:30:00Z", "03-01 01:00 missed, 03-01 02:00 missed, 03-01 03:00 runs"},
    {"one, and the last is on time", "0 * * * *", "Etc/UTC", SCHEDULE_ONE, 24,
     "2026-03-01T00:00:00Z", "2026-03-01T03:00:01Z",
     "03-01 01:00 missed, 03-01 02:00 missed, 03-01 03:00 runs"},
    {"all within the window", "0 * * * *", "Etc/UTC", SCHEDULE_ALL, 2, "2026-03-01T00:00:00Z",
     "2026-03-01T03:30:00Z", "03-01 01:00 missed, 03-01 02:00 runs, 03-01 03:00 runs"},
    {"a skipped time runs at the change", "30 2 * * *", NEW_YORK, SCHEDULE_NONE, 0,
     "2026-03-07T12:00:00-05:00", "2026-03-08T03:00:30-04:00", "03-08 07:00 runs"},
    {"a repeated time runs once", "30 1 * * *", NEW_YORK, SCHEDULE_ALL, 24,
     "2026-11-01T00:00:00-04:00", "2026-11-01T03:00:00-05:00", "11-01 05:30 runs"},
    {"by the clock the repeated hour runs twice", "30 * * * *", NEW_YORK, SCHEDULE_ALL, 24,
     "2026-11-01T01:00:00-04:00", "2026-11-01T02:00:00-05:00",
     "11-01 05:30 runs, 11-01 06:30 runs"},
    {"a clock put forward by a day is a day missed", "0 6 * * *", NEW_YORK, SCHEDULE_NONE, 0,
     "2026-05-01T12:00:00-04:00", "2026-05-02T12:00:00-04:00", "05-02 10:00 missed"},
    {"a clock put back decides nothing", "0 6 * * *", NEW_YORK, SCHEDULE_ALL, 24,
     "2026-05-02T12:00:00-04:00", "2026-05-01T12:00:00-04:00", ""},
};

static void test_rows(void) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct row *row = &rows[i];
    TEST("%s", row->name);
    struct schedule schedule = make(row->expression, row->zone);
    schedule.options.catch_up = row->catch_up;
    schedule.options.window = row->hours * HOUR;
    struct seen seen = due(&schedule, at(row->considered), at(row->now));
    CHECK_STR(seen.text, row->expected);
  }
}

static void test_options(void) {
  TEST("what came while the job was paused is never caught up");
  struct schedule schedule = make("0 * * * *", "Etc/UTC");
  schedule.options.catch_up = SCHEDULE_ALL;
  schedule.paused = true;
  CHECK_STR(due(&schedule, at("2026-03-01T00:00:00Z"), at("2026-03-01T02:00:00Z")).text,
            "03-01 01:00 paused, 03-01 02:00 paused");
  TEST("what may start later by chance is on time so long");
  schedule = make("0 6 * * *", "Etc/UTC");
  schedule.options.jitter = HOUR;
  CHECK_INT(due(&schedule, at("2026-03-01T06:00:00Z"), at("2026-03-02T06:59:59Z")).runs, 1);
  CHECK_INT(due(&schedule, at("2026-03-01T06:00:00Z"), at("2026-03-02T07:00:00Z")).runs, 0);
  TEST("of very many that were missed the last have a row each, and one stands for the rest");
  schedule = make("* * * * *", "Etc/UTC");
  struct seen seen = due(&schedule, at("2026-03-01T00:00:00Z"), at("2026-03-31T00:00:30Z"));
  CHECK_INT(seen.times, 30 * 24 * 60);
  CHECK_INT(seen.count, SCHEDULE_ROWS + 1);
  CHECK_INT(seen.runs, 1);
  TEST("what lies far back is not looked at");
  seen = due(&schedule, at("1970-01-01T00:00:00Z"), at("2026-03-31T00:00:30Z"));
  CHECK_INT(seen.times, 400 * 24 * 60);
  TEST("before 1970, too, seconds are those that have begun");
  seen = due(&schedule, at("1969-12-31T23:58:00Z") + 1, at("1969-12-31T23:59:59Z") + 500);
  CHECK_INT(seen.times, 1);
}

/* However a stretch of time is cut into questions, each instant is decided once. */
static void test_cuts(void) {
  static const char *const expressions[] = {"*/7 * * * *", "30 2 * * *", "0 */2 * * *",
                                            "15 1 * * SUN"};
  static const char *const places[] = {NEW_YORK, "Europe/London", "Australia/Lord_Howe",
                                       "Asia/Kolkata"};
  uint32_t chance = 7;
  for (size_t i = 0; i < 4; i++) {
    for (size_t j = 0; j < 4; j++) {
      TEST("%s in %s: half a year, cut at random", expressions[i], places[j]);
      struct schedule schedule = make(expressions[i], places[j]);
      schedule.options.catch_up = SCHEDULE_ALL;
      schedule.options.window = 31 * DAY;
      int64_t begin = at("2026-02-01T00:00:00Z"), end = at("2026-11-15T00:00:00Z");
      int64_t expected = 0, seen = 0, instant = begin;
      while (schedule_next(&schedule, zones, instant, &instant, NULL) && instant <= end) expected++;
      for (int64_t now = begin, considered = begin; considered < end; considered = now) {
        chance = chance * 1664525 + 1013904223;
        now += chance >> 28 == 0 ? 3 * DAY : (int64_t)(chance % (6 * 3600 * SECOND));
        if (now > end) now = end;
        struct seen some = due(&schedule, considered, now);
        CHECK_INT(some.missed, 0);
        seen += some.runs;
      }
      CHECK_INT(seen, expected);
    }
  }
}

static void test_retries(void) {
  static const struct {
    int64_t attempts;
    int exit_code;
    int64_t late, expected;
  } retries[] = {{1, 1, 0, MINUTE},
                 {2, 5, 0, 2 * MINUTE},
                 {3, -1, 0, 4 * MINUTE},
                 {10, 1, 0, 60 * MINUTE},
                 {11, 1, 0, -1},
                 {1, 0, 0, -1},
                 {1, 2, 0, -1},
                 {1, 3, 0, -1},
                 {1, 8, 0, MINUTE},
                 {1, 143, 0, MINUTE},
                 {1, 1, 25 * 60 * MINUTE, -1}};
  struct schedule_options options = {.retries = 10, .retry_delay = MINUTE};
  for (size_t i = 0; i < sizeof retries / sizeof *retries; i++) {
    TEST("after %d attempts, exit code %d", (int)retries[i].attempts, retries[i].exit_code);
    CHECK_INT(
        schedule_retry(&options, retries[i].attempts, retries[i].exit_code, 0, retries[i].late),
        retries[i].expected);
  }
  TEST("a window longer than a day lets retries go on as long");
  options.window = 2 * DAY;
  CHECK_INT(schedule_retry(&options, 1, 1, 0, 25 * HOUR), MINUTE);
}

static void test_names(void) {
  enum schedule_overlap overlap;
  enum schedule_catch_up catch_up;
  TEST("names");
  CHECK(schedule_read_overlap("cancel", &overlap) && overlap == SCHEDULE_CANCEL);
  CHECK(!schedule_read_overlap("Cancel", &overlap));
  CHECK(schedule_read_catch_up("all", &catch_up) && catch_up == SCHEDULE_ALL);
  CHECK(!schedule_read_catch_up("", &catch_up));
  CHECK_STR(schedule_overlap_name(SCHEDULE_QUEUE), "queue");
  CHECK_STR(schedule_catch_up_name(SCHEDULE_ONE), "one");
}

int main(void) {
  zones = zones_open();
  if (!zones) return 1;
  test_rows();
  test_options();
  test_cuts();
  test_retries();
  test_names();
  zones_close(zones);
  return test_finish();
}
