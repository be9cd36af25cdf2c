/* Jobs and their instants in a store: claims, ends, daemons, clocks that are put. */
#include "schedule_daemons.h"

static void test_claims(void) {
  struct daemon daemon;
  struct child first, second;
  int64_t six = at("2026-03-01T06:00:00Z");
  begin(&daemon, six - MINUTE);
  TEST("an instant waits when it has come, and not before");
  consider(daemon.journal, six - 1);
  CHECK_INT(waiting(&daemon, six)->count, 0);
  consider(daemon.journal, six);
  CHECK_INT(waiting(&daemon, six)->count, 1);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "waiting");
  TEST("deciding again changes nothing");
  consider(daemon.journal, six + 1);
  CHECK_INT(waiting(&daemon, six)->count, 1);
  TEST("two children of one instant: the second finds it claimed");
  start(&first, "hourly", six, six + 5);
  start(&second, "hourly", six, six + 6);
  CHECK_INT(first.answer, SCHEDULE_CLAIMED);
  CHECK_INT(first.attempt, 1);
  CHECK_INT(second.answer, SCHEDULE_NOT_WAITING);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "running");
  finish(&second, 0, six + 7);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "running");
  CHECK(finish(&first, 0, six + 8).changed);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "done");
  TEST("what is over cannot be claimed again");
  start(&second, "hourly", six, six + 9);
  CHECK_INT(second.answer, SCHEDULE_NOT_WAITING);
  finish(&second, 0, six + 9);
  TEST("nor what never came");
  start(&second, "hourly", six + 1, six + 9);
  CHECK_INT(second.answer, SCHEDULE_NOT_WAITING);
  finish(&second, 0, six + 9);
  TEST("the end of a run is noted once");
  end_dead(&daemon, six + 10);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "done");
  end(&daemon);
}

static void test_overlap(void) {
  static const struct {
    enum schedule_overlap overlap;
    enum schedule_claim answer;
    const char *state;
  } overlaps[] = {{SCHEDULE_SKIP, SCHEDULE_BUSY, "skipped"},
                  {SCHEDULE_QUEUE, SCHEDULE_BUSY, "waiting"},
                  {SCHEDULE_CANCEL, SCHEDULE_BUSY, "waiting"},
                  {SCHEDULE_ALLOW, SCHEDULE_CLAIMED, "running"}};
  struct child first, second;
  for (size_t i = 0; i < 4; i++) {
    struct daemon daemon;
    TEST("overlap %s", schedule_overlap_name(overlaps[i].overlap));
    struct schedule_registration job = hourly;
    job.job.options.overlap = overlaps[i].overlap;
    int64_t six = at("2026-03-02T06:00:00Z") + (int64_t)i * DAY;
    begin_with(&daemon, &job, 1, six - MINUTE);
    consider(daemon.journal, six);
    start(&first, "hourly", six, six);
    consider(daemon.journal, six + HOUR);
    start(&second, "hourly", six + HOUR, six + HOUR);
    CHECK_INT(second.answer, overlaps[i].answer);
    CHECK_STR(state_of(daemon.journal, "hourly", six + HOUR), overlaps[i].state);
    finish(&second, 0, six + HOUR);
    TEST("by hand, overlap %s", schedule_overlap_name(overlaps[i].overlap));
    start(&second, "hourly", 0, six + HOUR + 7);
    CHECK_INT(second.answer, overlaps[i].answer);
    bool leaves_row = overlaps[i].overlap == SCHEDULE_ALLOW;
    CHECK_STR(state_of(daemon.journal, "hourly", six + HOUR + 7), leaves_row ? "running" : "-");
    finish(&second, 0, six + HOUR + 8);
    finish(&first, 0, six + HOUR + 9);
    end(&daemon);
  }
  struct daemon daemon;
  int64_t six = at("2026-03-08T06:00:00Z");
  TEST("a run that was killed is in nobody's way");
  begin(&daemon, six - MINUTE);
  consider(daemon.journal, six);
  start(&first, "hourly", six, six);
  finish(&first, -2, six);
  consider(daemon.journal, six + HOUR);
  start(&second, "hourly", six + HOUR, six + HOUR);
  CHECK_INT(second.answer, SCHEDULE_CLAIMED);
  finish(&second, 0, six + HOUR);
  TEST("and has died");
  end_dead(&daemon, six + HOUR);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "died");
  TEST("by hand two in one millisecond have a row each");
  start(&first, "hourly", 0, six + HOUR + 1);
  finish(&first, 0, six + HOUR + 1);
  start(&second, "hourly", 0, six + HOUR + 1);
  CHECK_INT(second.answer, SCHEDULE_CLAIMED);
  CHECK_INT(second.instant, first.instant + 1);
  finish(&second, 0, six + HOUR + 1);
  end(&daemon);
}

static void test_ends(void) {
  struct daemon daemon;
  struct child child;
  struct schedule_registration job = hourly;
  job.job.name = "failing";
  job.job.options.retries = 1;
  job.job.options.pause_after = 2;
  int64_t six = at("2026-04-01T06:00:00Z");
  begin_with(&daemon, &job, 1, six - MINUTE);
  struct schedule_job *known = find(daemon.journal, "failing");
  TEST("a run that failed waits to be made again");
  CHECK(schedule_consider(daemon.journal, zones, known, six, NULL, &failure));
  start(&child, "failing", six, six);
  struct schedule_outcome outcome = finish(&child, 5, six + 10);
  CHECK(outcome.retries);
  CHECK_INT(outcome.not_before, six + 10 + MINUTE);
  CHECK_STR(state_of(daemon.journal, "failing", six), "waiting");
  CHECK_INT(waiting(&daemon, six + 9 + MINUTE)->count, 0);
  CHECK_INT(waiting(&daemon, six + 10 + MINUTE)->count, 1);
  TEST("as often as retries says");
  start(&child, "failing", six, six + 2 * MINUTE);
  CHECK_INT(child.attempt, 2);
  outcome = finish(&child, -1, six + 3 * MINUTE);
  CHECK(outcome.changed && !outcome.retries && !outcome.pauses);
  CHECK_STR(state_of(daemon.journal, "failing", six), "died");
  TEST("so many instants that failed in a row pause the job, and what waits does not run");
  CHECK(schedule_consider(daemon.journal, zones, known, six + HOUR, NULL, &failure));
  start(&child, "failing", six + HOUR, six + HOUR);
  finish(&child, 1, six + HOUR);
  start(&child, "failing", six + HOUR, six + HOUR + 5 * MINUTE);
  CHECK(schedule_consider(daemon.journal, zones, known, six + 2 * HOUR, NULL, &failure));
  outcome = finish(&child, 1, six + 2 * HOUR);
  CHECK(outcome.pauses);
  CHECK_STR(state_of(daemon.journal, "failing", six + 2 * HOUR), "paused");
  /* Also for a daemon that has not heard of it yet. */
  CHECK(schedule_consider(daemon.journal, zones, known, six + 3 * HOUR, NULL, &failure));
  free(known);
  known = find(daemon.journal, "failing");
  CHECK(known->paused == six + 2 * HOUR && known->by_failures && known->failures == 2);
  TEST("what comes then is paused, and is not caught up when the job goes on");
  CHECK_STR(state_of(daemon.journal, "failing", six + 3 * HOUR), "paused");
  CHECK_INT(
      schedule_pause(daemon.journal, zones, ME, "failing", false, six + 4 * HOUR + 1, &failure),
      STORE_YES);
  CHECK_STR(state_of(daemon.journal, "failing", six + 4 * HOUR), "paused");
  free(known);
  known = find(daemon.journal, "failing");
  CHECK(!known->paused && known->failures == 0);
  TEST("a run that is done ends the row of failures, an interruption is none");
  CHECK(schedule_consider(daemon.journal, zones, known, six + 5 * HOUR, NULL, &failure));
  start(&child, "failing", six + 5 * HOUR, six + 5 * HOUR);
  finish(&child, 2, six + 5 * HOUR);
  free(known);
  known = find(daemon.journal, "failing");
  CHECK_INT(known->failures, 1);
  CHECK(schedule_consider(daemon.journal, zones, known, six + 6 * HOUR, NULL, &failure));
  start(&child, "failing", six + 6 * HOUR, six + 6 * HOUR);
  finish(&child, 0, six + 6 * HOUR);
  free(known);
  known = find(daemon.journal, "failing");
  CHECK_INT(known->failures, 0);
  TEST("pausing decides first what has come");
  CHECK_INT(schedule_pause(daemon.journal, zones, ME, "failing", true, six + 7 * HOUR, &failure),
            STORE_YES);
  CHECK_STR(state_of(daemon.journal, "failing", six + 7 * HOUR), "paused");
  CHECK_STR(state_of(daemon.journal, "failing", six + 6 * HOUR), "done");
  TEST("there is no such job");
  CHECK_INT(schedule_pause(daemon.journal, zones, ME, "other", true, six, &failure), STORE_NO);
  CHECK_INT(schedule_pause(daemon.journal, zones, "you", "failing", true, six, &failure), STORE_NO);
  TEST("a run that is ended for a later one is no failure and not made again");
  CHECK_INT(schedule_pause(daemon.journal, zones, ME, "failing", false, six + 8 * HOUR, &failure),
            STORE_YES);
  CHECK(schedule_consider(daemon.journal, zones, known, six + 9 * HOUR, NULL, &failure));
  start(&child, "failing", six + 9 * HOUR, six + 9 * HOUR);
  CHECK(schedule_cancel(daemon.journal, known->id, six + 9 * HOUR, six + 9 * HOUR, &failure));
  outcome = finish(&child, 143, six + 9 * HOUR);
  CHECK(!outcome.retries);
  CHECK_STR(state_of(daemon.journal, "failing", six + 9 * HOUR), "cancelled");
  free(known);
  end(&daemon);
}

static void test_daemons(void) {
  struct daemon one, other;
  int64_t six = at("2026-05-01T06:00:00Z");
  struct schedule_registration moved = hourly;
  moved.job.name = "moved";
  begin_with(&one, &moved, 1, six);
  TEST("a name is taken while a daemon serves it out of another file");
  moved.job.file = "/other.lua";
  other.journal = open_journal();
  CHECK(schedule_begin_server(other.journal, six, &other.server, &failure));
  CHECK(!schedule_swap(other.journal, zones, &other.server, ME, &moved, 1, six, NULL, &failure));
  CHECK_STR(failure.code, "JOB_TAKEN");
  TEST("for another account it is another job");
  CHECK(schedule_swap(other.journal, zones, &other.server, "you@there", &moved, 1, six, NULL,
                      &failure));
  TEST("and the job goes on in another file when that daemon is gone, killed or not");
  struct schedule_job *before = find(one.journal, "moved");
  kill_it(&one);
  CHECK(schedule_swap(other.journal, zones, &other.server, ME, &moved, 1, six, NULL, &failure));
  struct schedule_job *after = find(other.journal, "moved");
  CHECK_INT(after->id, before->id);
  CHECK_STR(after->file, "/other.lua");
  CHECK(after->served);
  free(before);
  free(after);
  end(&other);
  TEST("a job that nobody serves stays, and is not served");
  one.journal = open_journal();
  after = find(one.journal, "moved");
  CHECK(!after->served);
  free(after);
  journal_close(one.journal);
  TEST("what waited while nobody was there is missed by a job that catches nothing up");
  begin(&one, six);
  consider(one.journal, six + HOUR);
  CHECK_STR(state_of(one.journal, "hourly", six + HOUR), "waiting");
  kill_it(&one);
  begin(&one, six + 5 * HOUR + 2 * MINUTE);
  CHECK_STR(state_of(one.journal, "hourly", six + HOUR), "missed");
  CHECK_STR(state_of(one.journal, "hourly", six + 5 * HOUR), "missed");
  TEST("a restart within a minute loses nothing");
  consider(one.journal, six + 6 * HOUR);
  kill_it(&one);
  begin(&one, six + 6 * HOUR + 50 * SECOND);
  CHECK_STR(state_of(one.journal, "hourly", six + 6 * HOUR), "waiting");
  TEST("what waits in a queue while a daemon is there stays, whoever else begins");
  begin(&other, six + 6 * HOUR + 30 * MINUTE);
  CHECK_STR(state_of(one.journal, "hourly", six + 6 * HOUR), "waiting");
  CHECK(schedule_swap(one.journal, zones, &one.server, ME, &hourly, 1, six + 6 * HOUR + 31 * MINUTE,
                      NULL, &failure));
  CHECK_STR(state_of(one.journal, "hourly", six + 6 * HOUR), "waiting");
  TEST("another expression does not look back");
  struct schedule_registration quicker = hourly;
  quicker.job.expression = "*/5 * * * *";
  CHECK(schedule_swap(one.journal, zones, &one.server, ME, &quicker, 1,
                      six + 7 * HOUR + 33 * MINUTE, NULL, &failure));
  consider(one.journal, six + 7 * HOUR + 34 * MINUTE);
  CHECK_STR(state_of(one.journal, "hourly", six + 7 * HOUR), "missed");
  CHECK_STR(state_of(one.journal, "hourly", six + 7 * HOUR + 30 * MINUTE), "-");
  consider(one.journal, six + 7 * HOUR + 35 * MINUTE);
  CHECK_STR(state_of(one.journal, "hourly", six + 7 * HOUR + 35 * MINUTE), "waiting");
  end(&one);
  end(&other);
}

static void test_clocks(void) {
  struct daemon daemon;
  struct child child;
  int64_t six = at("2026-06-01T06:00:00Z");
  begin(&daemon, six - MINUTE);
  consider(daemon.journal, six);
  start(&child, "hourly", six, six);
  finish(&child, 0, six);
  TEST("the clock is put forward by three hours: they are missed");
  consider(daemon.journal, six + 3 * HOUR + 5 * MINUTE);
  CHECK_STR(state_of(daemon.journal, "hourly", six + HOUR), "missed");
  CHECK_STR(state_of(daemon.journal, "hourly", six + 3 * HOUR), "missed");
  TEST("and put right: they come, and what has run does not run again");
  consider(daemon.journal, six - 10 * MINUTE);
  CHECK_STR(state_of(daemon.journal, "hourly", six + HOUR), "-");
  consider(daemon.journal, six);
  CHECK_STR(state_of(daemon.journal, "hourly", six), "done");
  consider(daemon.journal, six + HOUR);
  CHECK_STR(state_of(daemon.journal, "hourly", six + HOUR), "waiting");
  start(&child, "hourly", six + HOUR, six + HOUR);
  CHECK_INT(child.answer, SCHEDULE_CLAIMED);
  finish(&child, 0, six + HOUR);
  TEST("what is forgotten does not come again, however far the clock is put back");
  struct schedule_registration quick = hourly;
  quick.job.expression = "* * * * *";
  quick.job.options.catch_up = SCHEDULE_ALL;
  int64_t begun = six + 2 * HOUR;
  CHECK(schedule_swap(daemon.journal, zones, &daemon.server, ME, &quick, 1, begun, NULL, &failure));
  consider(daemon.journal, begun + 6000 * MINUTE);
  CHECK_STR(state_of(daemon.journal, "hourly", begun + 100 * MINUTE), "waiting");
  /* Only what is over is forgotten. */
  struct list *list = waiting(&daemon, begun + 6000 * MINUTE);
  struct schedule_job *known = find(daemon.journal, "hourly");
  for (int i = 0; i < 100; i++)
    CHECK(schedule_skip(daemon.journal, known->id, list->instants[i], &failure));
  free(known);
  CHECK_STR(state_of(daemon.journal, "hourly", begun + 50 * MINUTE), "skipped");
  consider(daemon.journal, begun + 6001 * MINUTE);
  CHECK_STR(state_of(daemon.journal, "hourly", begun + 50 * MINUTE), "-");
  consider(daemon.journal, begun - DAY);
  consider(daemon.journal, begun + 6001 * MINUTE);
  CHECK_STR(state_of(daemon.journal, "hourly", begun + 50 * MINUTE), "-");
  end(&daemon);
}

int main(void) {
  if (!begin_world()) return 1;
  test_claims();
  test_overlap();
  test_ends();
  test_daemons();
  test_clocks();
  return end_world();
}
