/* Weeks of jobs with daemons that begin, end and are killed at random. */
#include "schedule_daemons.h"

/* Children die before or after their claim, and clocks are put forward and back. What ran is
   counted here. */
static struct {
  int64_t instants[4096];
  int claims[4096];
  int count;
} ledger;

static void note_claim(int64_t instant) {
  for (int i = 0; i < ledger.count; i++)
    if (ledger.instants[i] == instant) {
      ledger.claims[i]++;
      return;
    }
  ledger.instants[ledger.count] = instant;
  ledger.claims[ledger.count++] = 1;
}

static uint32_t chance_state = 11;
static bool chance(int one_in) {
  chance_state = chance_state * 1664525 + 1013904223;
  return (chance_state >> 8) % (uint32_t)one_in == 0;
}

static void work(struct daemon *daemon, const char *name, int64_t now) {
  struct schedule_job *job = find(daemon->journal, name);
  CHECK(schedule_consider(daemon->journal, zones, job, now, NULL, &failure));
  free(job);
  struct list found = *waiting(daemon, now);
  for (int i = 0; i < found.count; i++) {
    struct child child, double_;
    if (chance(10)) continue; /* a child that is killed before it has claimed */
    start(&child, name, found.instants[i], now);
    if (child.answer == SCHEDULE_CLAIMED) note_claim(child.instant);
    if (chance(5)) {
      start(&double_, name, found.instants[i], now);
      CHECK(double_.answer != SCHEDULE_CLAIMED);
      finish(&double_, 0, now);
    }
    finish(&child, chance(10) ? -2 : chance(10) ? 1 : 0, now);
  }
}

static void test_weeks(enum schedule_catch_up catch_up) {
  static const char *const names[] = {"weeks-none", "weeks-one", "weeks-all"};
  struct daemon daemons[2] = {{.journal = NULL}, {.journal = NULL}};
  struct schedule_registration job = hourly;
  const char *name = job.job.name = names[catch_up];
  job.job.expression = "20 */4 * * *";
  job.job.options.catch_up = catch_up;
  TEST("three weeks of kills, restarts and clocks that are put: catch_up %s",
       schedule_catch_up_name(catch_up));
  int64_t begun = at("2026-02-25T00:00:00Z"), over = at("2026-03-18T00:00:00Z");
  int64_t put = 0; /* how far the clock is ahead */
  struct schedule schedule;
  ledger.count = 0;
  begin_with(&daemons[0], &job, 1, begun);
  CHECK(schedule_of(&job.job, &schedule, &failure));
  for (int64_t now = begun; now < over;) {
    int64_t next;
    CHECK(schedule_next(&schedule, zones, now + put, &next, &failure));
    if (chance(2))
      now = next - put + (chance_state >> 8) % (2 * MINUTE);
    else
      now += chance(20) ? 10 * HOUR : (chance_state >> 8) % (90 * MINUTE);
    if (chance(40)) put = put ? 0 : chance(2) ? DAY : -HOUR;
    struct daemon *daemon = &daemons[chance(2)];
    if (!daemon->journal)
      begin_with(daemon, &job, 1, now + put);
    else if (chance(12))
      kill_it(daemon);
    else if (chance(12))
      end(daemon);
    if (daemon->journal) work(daemon, name, now + put);
  }
  struct daemon *last = &daemons[0];
  if (!last->journal) begin_with(last, &job, 1, over);
  for (int i = 0; i < 50; i++) work(last, name, over + DAY + i);
  struct schedule_job *known = find(last->journal, name);
  int64_t instant = begun;
  int rows = 0, claimed = 0;
  while (schedule_next(&schedule, zones, instant, &instant, &failure) && instant <= over + DAY) {
    struct row row = {.state = "-"};
    schedule_instant(last->journal, known->id, instant, copy_row, &row, &failure);
    int claims = 0;
    for (int i = 0; i < ledger.count; i++)
      if (ledger.instants[i] == instant) claims = ledger.claims[i];
    bool ran = strcmp(row.state, "done") == 0 || strcmp(row.state, "failed") == 0 ||
               strcmp(row.state, "died") == 0 || strcmp(row.state, "running") == 0;
    if (claims != (ran ? 1 : 0)) TEST_NOTE("%s, and %d claims", row.state, claims);
    if (!ran && strcmp(row.state, "missed") != 0) TEST_NOTE("%s", row.state);
    if (catch_up == SCHEDULE_ALL && !ran) TEST_NOTE("lost");
    rows++;
    claimed += claims;
  }
  for (int i = 0; i < ledger.count; i++)
    if (ledger.claims[i] != 1) TEST_NOTE("claimed %d times", ledger.claims[i]);
  CHECK_INT(claimed, ledger.count); /* nothing ran that the expression does not name */
  CHECK(rows > 120);
  CHECK(claimed > 30);
  free(known);
  for (int i = 0; i < 2; i++)
    if (daemons[i].journal) end(&daemons[i]);
}

int main(void) {
  if (!begin_world()) return 1;
  test_weeks(SCHEDULE_NONE);
  test_weeks(SCHEDULE_ONE);
  test_weeks(SCHEDULE_ALL);
  return end_world();
}
