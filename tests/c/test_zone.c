#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/zone.h"
#include "test.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* Offsets in force, each from an announcement of the zone's own government. */
static const struct {
  const char *name;
  int64_t at;
  int32_t offset;
} offsets[] = {
    {"America/Los_Angeles", 1772963999, -8 * HOUR}, /* 2026-03-08T09:59:59Z */
    {"America/Los_Angeles", 1772964000, -7 * HOUR}, /* clocks go forward */
    {"America/Los_Angeles", 1793523599, -7 * HOUR}, /* 2026-11-01T08:59:59Z */
    {"America/Los_Angeles", 1793523600, -8 * HOUR}, /* and back */
    {"America/Los_Angeles", 4102444800, -8 * HOUR}, /* 2100: by the rule, not the table */
    {"Australia/Sydney", 1767225600, 11 * HOUR},    /* summer there */
    {"Asia/Kolkata", 1767225600, 5 * HOUR + 30 * MINUTE},
    {"Asia/Kathmandu", 1767225600, 5 * HOUR + 45 * MINUTE},
    {"Australia/Lord_Howe", 1767225600, 11 * HOUR}, /* half an hour of summer time */
    {"Australia/Lord_Howe", 1782864000, 10 * HOUR + 30 * MINUTE},
    {"Europe/Dublin", 1767225600, 0}, /* its winter time is the exception by law */
    {"Europe/Dublin", 1782864000, HOUR},
    {"Pacific/Apia", 1325239199, -10 * HOUR}, /* 2011-12-30T09:59:59Z */
    {"Pacific/Apia", 1325239200, 14 * HOUR},  /* 30 December is left out */
    {"Etc/UTC", 0, 0},
};

static const struct {
  const char *what, *name;
  int64_t wall;
  int count;
  int64_t first, last;
} walls[] = {
    {"an ordinary time", "America/New_York", 1767258000, 1, 1767258000 + 5 * HOUR, 0},
    {"an hour that is skipped", "America/New_York", 1772937000, 0, 1772937000 + 5 * HOUR, 0},
    {"an hour that is repeated", "America/New_York", 1793496600, 2, 1793496600 + 4 * HOUR,
     1793496600 + 5 * HOUR},
    {"the first moment after the skipped hour", "America/New_York", 1772938800, 1,
     1772938800 + 4 * HOUR, 0},
    {"half an hour that is repeated", "Australia/Lord_Howe", 1775353500, 2, 1775353500 - 11 * HOUR,
     1775353500 - 10 * HOUR - 30 * MINUTE},
    {"a day that is skipped", "Pacific/Apia", 1325203200 + 12 * HOUR, 0,
     1325203200 + 12 * HOUR + 10 * HOUR, 0},
};

static const char *const strangers[] = {
    "Pacific",           "America/Los_Angels", "",          "/etc/localtime",  "../../etc/UTC",
    "Europe/../Etc/UTC", "posix/UTC",          "right/UTC", "Europe//Berlin",  "Etc/UTC/",
    "localtime",         "zone.tab",           "Etc/UTC\n", "EST5EDT4,M3.2.0", "utc"};

static void check_offsets(struct zones *zones) {
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    int32_t offset = 1;
    TEST("offset of %s at %lld", offsets[i].name, (long long)offsets[i].at);
    CHECK(zone_offset(zones, offsets[i].name, offsets[i].at, &offset, NULL));
    CHECK_INT(offset, offsets[i].offset);
  }
}

static void check_walls(struct zones *zones) {
  for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
    struct zone_instants found;
    TEST("%s", walls[i].what);
    CHECK(zone_instants(zones, walls[i].name, walls[i].wall, &found, NULL));
    CHECK_INT(found.count, walls[i].count);
    CHECK_INT(found.first, walls[i].first);
    CHECK_INT(found.last, walls[i].last ? walls[i].last : walls[i].first);
  }
}

static void check_strangers(struct zones *zones) {
  for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
    struct failure failure = {.code = ""};
    int32_t offset;
    TEST("\"%s\" is no zone", strangers[i]);
    CHECK(!zone_exists(strangers[i]));
    CHECK(!zone_offset(zones, strangers[i], 0, &offset, &failure));
    CHECK_STR(failure.code, "ZONE_UNKNOWN");
  }
  struct failure failure = {.code = ""};
  struct zone_instants found;
  int32_t offset;
  TEST("a time beyond all calendars");
  CHECK(!zone_offset(zones, "Etc/UTC", INT64_MAX, &offset, &failure));
  CHECK_STR(failure.code, "ZONE_RANGE");
  CHECK(!zone_instants(zones, "Etc/UTC", INT64_MIN, &found, &failure));
  CHECK(zone_offset(zones, "Etc/UTC", 253402300799, &offset, NULL));
}

/* The hour that localtime shows at 1970-01-01T12:00Z. */
static int local_hour(void) {
  struct tm fields;
  time_t noon = 12 * HOUR;
  localtime_r(&noon, &fields);
  return fields.tm_hour;
}

/* What a program started from here gets as TZ. */
static const char *childs_zone(void) {
  static char line[80];
  FILE *child = popen("echo ${TZ-unset}", "r");
  if (!child || !fgets(line, sizeof line, child)) line[0] = '\0';
  if (child) pclose(child);
  line[strcspn(line, "\n")] = '\0';
  return line;
}

static void check_left_alone(struct zones *zones) {
  struct zone_instants found;
  int32_t offset;
  TEST("the machine's own zone comes back, and nobody's environment changes");
  setenv("TZ", "XYZ-3", 1);
  tzset();
  char **before = environ;
  CHECK_INT(local_hour(), 15);
  CHECK(zone_offset(zones, "Asia/Tokyo", 0, &offset, NULL));
  CHECK_INT(offset, 9 * HOUR);
  CHECK_INT(local_hour(), 15);
  CHECK_STR(getenv("TZ"), "XYZ-3");
  CHECK_STR(childs_zone(), "XYZ-3");
  CHECK(environ == before);
  CHECK(zone_offset(zones, ZONE_LOCAL, 0, &offset, NULL));
  CHECK_INT(offset, 3 * HOUR);
  TEST("also where there is no TZ, and after a zone that does not exist");
  unsetenv("TZ");
  tzset();
  int hour = local_hour();
  CHECK(!zone_offset(zones, "Asia/Tokio", 0, &offset, NULL));
  CHECK(zone_instants(zones, "Asia/Seoul", 0, &found, NULL));
  CHECK_INT(found.first, -9 * HOUR);
  CHECK_INT(local_hour(), hour);
  CHECK(!getenv("TZ"));
  CHECK_STR(childs_zone(), "unset");
}

/* More zones than are remembered, and an environment that grows in between. */
static void check_forgetting(struct zones *zones) {
  struct buffer names;
  int32_t east, again;
  int wrong = 0, seen = 0;
  TEST("every zone of the database answers, and answers the same again");
  buffer_init(&names, 1 << 20);
  CHECK(zone_names(&names));
  for (int round = 0; round < 2; round++) {
    char *next = NULL, *copy = strdup(names.data ? names.data : "");
    for (char *name = strtok_r(copy, "\n", &next); name; name = strtok_r(NULL, "\n", &next)) {
      if (!zone_exists(name)) continue;
      struct zones *fresh = zones_open();
      seen++;
      if (!fresh || !zone_offset(zones, name, 1782864000, &east, NULL) ||
          !zone_offset(fresh, name, 1782864000, &again, NULL) || east != again)
        wrong++;
      zones_close(fresh);
    }
    free(copy);
    for (int i = 0; i < 300; i++) {
      char variable[32];
      snprintf(variable, sizeof variable, "TEST_ZONE_%d", i);
      setenv(variable, "1", 1);
    }
  }
  CHECK(seen > 600);
  CHECK_INT(wrong, 0);
  buffer_free(&names);
}

static void check_folder(struct zones *zones) {
  int32_t offset;
  struct failure failure;
  TEST("TZDIR names another database; here, none");
  setenv("TZDIR", "/nonexistent", 1);
  CHECK(!zone_has_database());
  CHECK(!zone_offset(zones, "Asia/Macau", 0, &offset, &failure));
  CHECK_STR(failure.code, "ZONE_UNKNOWN");
  unsetenv("TZDIR");
  CHECK(zone_has_database());
}

static void check_nearest(void) {
  static const struct {
    const char *wanted, *meant;
  } cases[] = {
      {"New York", "America/New_York"}, {"new york", "America/New_York"},
      {"Chicago", "America/Chicago"},   {"Los Angelos", "America/Los_Angeles"},
      {"new_yrok", "America/New_York"}, {"Amercia/Denver", "America/Denver"},
      {"nowhere near", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer found;
    buffer_init(&found, 256);
    TEST("nearest: %s", cases[i].wanted);
    bool is_near = zone_nearest(cases[i].wanted, &found);
    CHECK_INT(is_near, cases[i].meant != NULL);
    if (is_near && cases[i].meant) CHECK_STR(found.data, cases[i].meant);
    buffer_free(&found);
  }
}

int main(void) {
  struct zones *zones = zones_open();
  if (!zones) return 1;
  check_nearest();
  check_offsets(zones);
  check_walls(zones);
  check_strangers(zones);
  check_left_alone(zones);
  check_forgetting(zones);
  check_folder(zones);
  zones_close(zones);
  return test_finish();
}
