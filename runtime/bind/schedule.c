#include "schedule.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/cron_words.h"
#include "../core/schedule_instants.h"
#include "../core/schedule_jobs.h"
#include "context.h"
#include "rows.h"
#include "tables.h"

/* What was to start so long ago waits for something. */
enum { ZONE_NAME_MAXIMUM = 256, LATE_MS = 5000 };

/* check(expression) -> true; or nil and what is wrong with it. */
static int check(lua_State *L) {
  struct failure failure;
  struct cron cron;
  size_t length;
  const char *expression = luaL_checklstring(L, 1, &length);
  if (strlen(expression) != length)
    failure_set(&failure, "CRON", "a cron expression holds no zero bytes");
  else if (cron_parse(expression, &cron, &failure)) {
    lua_pushboolean(L, true);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, failure.message);
  return 2;
}

/* nearest_zone(name) -> the name of a zone that was probably meant, or nil. */
static int nearest_zone(lua_State *L) {
  char name[ZONE_NAME_MAXIMUM] = "";
  struct buffer found;
  snprintf(name, sizeof name, "%s", luaL_checkstring(L, 1));
  buffer_init(&found, sizeof name - 1);
  bool is_near = zone_nearest(name, &found);
  if (is_near) snprintf(name, sizeof name, "%s", found.data);
  buffer_free(&found);
  if (is_near)
    lua_pushstring(L, name);
  else
    lua_pushnil(L);
  return 1;
}

/* tell(text): what the file registers, for the host. */
static int tell(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  struct context *context = context_of(L);
  if (!context->registrations) return luaL_error(L, "nobody asks what is registered");
  if (!buffer_append(context->registrations, text, length))
    return luaL_error(L, "too much is registered");
  return 0;
}

/* Jobs as they are told of. */
struct listing {
  struct rows rows;
  struct journal *journal;
  struct zones *zones;
  int64_t now;
};

/* All that is told of a job. */
struct told {
  const struct schedule_job *job;
  struct schedule_instant last; /* its run is 0 where it has had none */
  struct schedule_backlog backlog;
  int64_t missed, skipped; /* its latest instant where it was that; 0: it was not */
  char state[16];
  struct buffer words;
  int64_t next; /* 0: none comes */
};

static void push_last(lua_State *L, const struct told *told) {
  const struct schedule_instant *last = &told->last;
  lua_createtable(L, 0, 8);
  tables_set_integer(L, "instant", last->instant);
  tables_set_text(L, "state", told->state);
  tables_set_integer(L, "attempt", last->attempt);
  tables_set_integer(L, "run", last->run);
  tables_set_integer(L, "began", last->began);
  if (last->ended) tables_set_integer(L, "ended", last->ended);
  if (last->exit_code >= 0) tables_set_integer(L, "exit_code", last->exit_code);
  tables_set_boolean(L, "by_hand", last->by_hand);
}

static void push_job(lua_State *L, const void *context) {
  const struct told *told = context;
  const struct schedule_job *job = told->job;
  lua_createtable(L, 0, 26);
  tables_set_integer(L, "id", job->id);
  tables_set_text(L, "name", job->name);
  tables_set_text(L, "file", job->file);
  tables_set_integer(L, "line", job->line);
  tables_set_text(L, "expression", job->expression);
  tables_set_text(L, "words", told->words.data ? told->words.data : "");
  tables_set_text(L, "zone", job->zone);
  tables_set_text(L, "overlap", schedule_overlap_name(job->options.overlap));
  tables_set_text(L, "catch_up", schedule_catch_up_name(job->options.catch_up));
  tables_set_integer(L, "window", job->options.window);
  tables_set_integer(L, "jitter", job->options.jitter);
  tables_set_integer(L, "timeout", job->options.timeout);
  tables_set_integer(L, "retries", job->options.retries);
  tables_set_integer(L, "retry_delay", job->options.retry_delay);
  tables_set_integer(L, "pause_after", job->options.pause_after);
  if (job->paused) tables_set_integer(L, "paused", job->paused);
  tables_set_boolean(L, "by_failures", job->by_failures);
  tables_set_integer(L, "failures", job->failures);
  tables_set_boolean(L, "served", job->served);
  if (told->next) tables_set_integer(L, "next", told->next);
  tables_set_integer(L, "waiting", told->backlog.count);
  if (told->missed) tables_set_integer(L, "missed", told->missed);
  if (told->skipped) tables_set_integer(L, "skipped", told->skipped);
  if (told->backlog.count > 0) tables_set_integer(L, "waiting_since", told->backlog.since);
  if (told->last.run) {
    push_last(L, told);
    lua_setfield(L, -2, "last");
  }
}

/* A run that is said to go on and does not has died. */
static bool take_last(void *context, const struct schedule_instant *instant) {
  struct told *told = context;
  told->last = *instant;
  snprintf(told->state, sizeof told->state, "%s", instant->state);
  return false;
}

static bool take_latest(void *context, const struct schedule_instant *instant) {
  struct told *told = context;
  if (strcmp(instant->state, "missed") == 0) told->missed = instant->instant;
  if (strcmp(instant->state, "skipped") == 0) told->skipped = instant->instant;
  return false;
}

static bool take_job(void *context, const struct schedule_job *job) {
  struct listing *listing = context;
  struct told told = {.job = job};
  struct schedule schedule;
  buffer_init(&told.words, CRON_WORDS_MAXIMUM);
  if (schedule_of(job, &schedule, NULL)) {
    cron_words(&schedule.cron, &told.words); /* without them there is the expression */
    if (!schedule_next(&schedule, listing->zones, listing->now, &told.next, NULL)) told.next = 0;
  }
  schedule_last_run(listing->journal, job->id, take_last, &told, NULL);
  if (strcmp(told.state, "running") == 0 && !journal_is_alive(listing->journal, told.last.run))
    snprintf(told.state, sizeof told.state, "died");
  schedule_latest(listing->journal, job->id, take_latest, &told, NULL);
  schedule_backlog(listing->journal, job->id, listing->now - LATE_MS, &told.backlog, NULL);
  bool fine = rows_take(&listing->rows, &told);
  buffer_free(&told.words);
  return fine;
}

/* jobs(account) -> an array of the jobs that are known, by name. */
static int list_jobs(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct listing listing = {
      .rows = rows_new(L, push_job, -1), .journal = journal, .now = journal_now()};
  listing.zones = zones_open();
  if (!listing.zones) return luaL_error(L, "out of memory");
  bool fine = schedule_jobs(journal, account, take_job, &listing, &failure);
  zones_close(listing.zones);
  return rows_finish(&listing.rows, fine, &failure);
}

/* pause(account, name, whether) -> true; false: there is no such job. */
static int pause_job(lua_State *L) {
  struct failure failure;
  const char *account = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  bool paused = lua_toboolean(L, 3);
  struct journal *journal = context_journal(L);
  if (!journal) return 3;
  struct zones *zones = zones_open();
  if (!zones) return luaL_error(L, "out of memory");
  enum store_answer answer =
      schedule_pause(journal, zones, account, name, paused, journal_now(), &failure);
  zones_close(zones);
  if (answer == STORE_FAILED) return context_fail(L, &failure);
  lua_pushboolean(L, answer == STORE_YES);
  return 1;
}

static const luaL_Reg functions[] = {{"check", check},     {"nearest_zone", nearest_zone},
                                     {"tell", tell},       {"jobs", list_jobs},
                                     {"pause", pause_job}, {NULL, NULL}};

int luaopen_native_schedule(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
