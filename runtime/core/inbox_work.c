#include "inbox_work.h"

#include <stdlib.h>
#include <string.h>

#include "inbox_states.h"
#include "schedule_jobs.h"

enum { LOOKED_AT = 2000, GIVEN_AT_ONCE = 200, COALESCED_AT_ONCE = 1000, RUNS_AT_ONCE = 64 };

static const char handler_is_served[] =
    "SELECT considered, retries, coalesces FROM inbox_handlers"
    " WHERE id = $1 AND server = $2 AND generation = $3";
static const char events_for[] =
    "SELECT e.id, e.lead, e.received FROM inbox_events e"
    " JOIN inbox_handlers h ON h.id = $1"
    " WHERE e.id > $2 AND e.id <= $3 AND e.state NOT IN ('duplicate', 'dropped', 'unreadable')"
    " AND (e.name = h.pattern OR substr(e.name, 1, length(h.prefix)) = h.prefix)"
    " AND h.account = (SELECT account FROM inbox_deliveries d WHERE d.id = e.delivery)"
    " ORDER BY e.id LIMIT $4";
/* VALUES, not SELECT: what reads its own table would make one in memory for each row. */
static const char add_row[] =
    "INSERT INTO inbox_work (event, handler, lead, state, attempt, deaths, next_attempt, coalesced)"
    " VALUES ($1, $2, $3, CASE WHEN $3 IS NULL OR NOT EXISTS (SELECT 1 FROM inbox_work"
    " WHERE handler = $2 AND lead = $3 AND " INBOX_IS_OPEN
    ") THEN 'waiting' ELSE 'queued' END, 0, 0, $4, 0) ON CONFLICT DO NOTHING";
static const char set_considered[] = "UPDATE inbox_handlers SET considered = $2 WHERE id = $1";
static const char open_event[] =
    "UPDATE inbox_events SET state = 'open' WHERE id = $1 AND state <> 'open'";
/* Those that came while there were handlers, and that all of them have passed. */
static const char mark_unhandled[] =
    "UPDATE inbox_events SET state = 'unhandled' WHERE state = 'new'"
    " AND id > (SELECT min(since) FROM inbox_handlers WHERE server IS NOT NULL AND account ="
    " (SELECT account FROM inbox_handlers WHERE id = $1))"
    " AND id <= (SELECT min(considered) FROM inbox_handlers WHERE server IS NOT NULL AND account ="
    " (SELECT account FROM inbox_handlers WHERE id = $1))"
    " AND (SELECT account FROM inbox_deliveries d WHERE d.id = delivery) ="
    " (SELECT account FROM inbox_handlers WHERE id = $1)";

static const char due_rows[] =
    "SELECT event, lead, attempt, coalesced FROM inbox_work"
    " WHERE handler = $1 AND state = 'waiting' AND next_attempt <= $2"
    " ORDER BY next_attempt, event LIMIT $3";
static const char rows_behind[] =
    "SELECT w.event, w.coalesced, e.name = (SELECT name FROM inbox_events WHERE id = $3)"
    " FROM inbox_work w JOIN inbox_events e ON e.id = w.event WHERE w.handler = $1 AND w.lead = $2"
    " AND " INBOX_IS_OPEN_OF("w.") " AND w.event > $3 ORDER BY w.event LIMIT $4";
static const char set_coalesced[] =
    "UPDATE inbox_work SET state = 'coalesced', settled = $3 WHERE event = $1 AND handler = $2";
static const char claim_row[] =
    "UPDATE inbox_work SET state = 'running', attempt = $3, run = $4, began = $5, coalesced = $6"
    " WHERE event = $1 AND handler = $2";
static const char copies_of[] =
    "SELECT count(*) FROM inbox_events WHERE event_key = $1 AND state = 'duplicate'";
static const char next_waiting[] =
    "SELECT min(next_attempt) FROM inbox_work WHERE handler = $1 AND state = 'waiting'";

static const char running_row[] =
    "SELECT lead, attempt, deaths, began, run FROM inbox_work"
    " WHERE event = $1 AND handler = $2 AND state = 'running' AND run = $3";
static const char settle_row[] =
    "UPDATE inbox_work SET state = $3, settled = $4, problem = $5, attempt = $6, deaths = $7,"
    " next_attempt = $8 WHERE event = $1 AND handler = $2";
static const char add_try[] =
    "INSERT INTO inbox_tries (event, handler, began, attempt, run, ended, problem)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
static const char promote_next[] =
    "UPDATE inbox_work SET state = 'waiting' WHERE handler = $1 AND state = 'queued' AND event ="
    " (SELECT min(event) FROM inbox_work WHERE handler = $1 AND lead = $2"
    " AND " INBOX_IS_OPEN ")";
static const char settle_event[] =
    "UPDATE inbox_events SET state = CASE"
    " WHEN EXISTS (SELECT 1 FROM inbox_work WHERE event = $1 AND " INBOX_IS_OPEN
    ") THEN 'open' WHEN EXISTS (SELECT 1 FROM inbox_work WHERE event = $1 AND state = 'dead')"
    " THEN 'dead' ELSE 'done' END WHERE id = $1 AND state IN ('open', 'dead', 'done')";
static const char other_runs[] =
    "SELECT DISTINCT run FROM inbox_work WHERE handler = $1 AND state = 'running' AND run <> $2";
static const char rows_of_run[] =
    "SELECT event FROM inbox_work WHERE handler = $1 AND state = 'running' AND run = $2 LIMIT $3";

int64_t inbox_work_pause(int64_t attempt, uint64_t chance) {
  enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
  static const int64_t pauses[INBOX_RETRIES_MOST] = {5 * SECOND, 5 * MINUTE, 30 * MINUTE,
                                                     2 * HOUR,   5 * HOUR,   10 * HOUR,
                                                     14 * HOUR,  20 * HOUR,  24 * HOUR};
  int64_t place = attempt < 1                    ? 0
                  : attempt > INBOX_RETRIES_MOST ? INBOX_RETRIES_MOST - 1
                                                 : attempt - 1;
  return pauses[place] + (int64_t)(chance % (uint64_t)(pauses[place] / 10));
}

/* What one turn works with. */
struct turning {
  struct journal *journal;
  struct store *store;
  struct inbox_turn *turn;
  int64_t run;
  uint64_t chance;
  struct failure *failure;
};

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

/* Each row waits another while (splitmix64). */
static uint64_t next_chance(struct turning *turning) {
  uint64_t mixed = turning->chance += 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

/* Settling */

struct running {
  struct inbox_integer lead;
  int64_t attempt, deaths, began, run;
};

static bool take_running(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(struct running *)context =
      (struct running){.lead = {columns[0].kind == STORE_INTEGER, columns[0].integer},
                       .attempt = columns[1].integer,
                       .deaths = columns[2].integer,
                       .began = columns[3].integer,
                       .run = columns[4].integer};
  return false;
}

struct outcome {
  const char *state, *problem;
  int64_t attempt, deaths, next;
};

static bool put_outcome(const struct turning *turning, int64_t event, int64_t handler,
                        const struct running *row, const struct outcome *outcome) {
  struct store *store = turning->store;
  struct failure *failure = turning->failure;
  struct store_value event_id = store_integer(event), handler_id = store_integer(handler);
  struct store_value now = store_integer(turning->turn->now);
  bool waits = strcmp(outcome->state, "waiting") == 0;
  bool fine = store_run(
      store, settle_row,
      STORE_WITH(event_id, handler_id, store_text(outcome->state), waits ? store_text(NULL) : now,
                 store_text(outcome->problem), store_integer(outcome->attempt),
                 store_integer(outcome->deaths), store_integer(outcome->next)),
      NULL, failure);
  if (fine && outcome->problem)
    fine = store_run(
        store, add_try,
        STORE_WITH(event_id, handler_id, store_integer(row->began), store_integer(row->attempt),
                   store_integer(row->run), now, store_text(outcome->problem)),
        NULL, failure);
  if (fine && !waits && row->lead.known)
    fine = store_run(store, promote_next, STORE_WITH(handler_id, store_integer(row->lead.value)),
                     NULL, failure);
  return fine && (waits || store_run(store, settle_event, STORE_WITH(event_id), NULL, failure));
}

static bool retries_of(const struct turning *turning, int64_t handler, int64_t *retries) {
  static const char sql[] = "SELECT retries FROM inbox_handlers WHERE id = $1";
  *retries = 0;
  return store_query(turning->store, sql, STORE_WITH(store_integer(handler)), take_integer, retries,
                     turning->failure) != STORE_FAILED;
}

/* `died`: the run that was at it, which may be another event's fault or nobody's: it is no attempt,
   the first time it is taken up at once, and the tenth time it is dead. */
static bool settle_one(struct turning *turning, const struct inbox_settled *settled, int64_t run,
                       bool died) {
  struct running row;
  int64_t retries, now = turning->turn->now;
  enum store_answer answer =
      store_query(turning->store, running_row,
                  STORE_WITH(store_integer(settled->event), store_integer(settled->handler),
                             store_integer(run)),
                  take_running, &row, turning->failure);
  if (answer != STORE_YES) return answer == STORE_NO;
  if (!retries_of(turning, settled->handler, &retries)) return false;
  struct outcome outcome = {.state = "waiting",
                            .problem = settled->problem,
                            .attempt = row.attempt,
                            .deaths = row.deaths + died};
  if (!settled->problem) {
    outcome.state = "done";
  } else if (died) {
    outcome.attempt = row.attempt - 1;
    outcome.next = row.deaths == 0 ? now : now + inbox_work_pause(row.deaths, next_chance(turning));
    if (row.deaths >= INBOX_RETRIES_MOST) outcome.state = "dead";
  } else if (row.attempt > retries) {
    outcome.state = "dead";
  } else {
    outcome.next = now + inbox_work_pause(row.attempt, next_chance(turning));
  }
  return put_outcome(turning, settled->event, settled->handler, &row, &outcome);
}

static bool settle(struct turning *turning) {
  const struct inbox_turn *turn = turning->turn;
  bool fine = true;
  for (size_t i = 0; fine && i < turn->settled_count; i++)
    fine = settle_one(turning, &turn->settled[i], turning->run, false);
  return fine;
}

/* Rows of runs that were killed */

struct numbers {
  int64_t list[GIVEN_AT_ONCE];
  int count, most;
};

static bool take_number(void *context, const struct store_value *columns, int count) {
  struct numbers *numbers = context;
  (void)count;
  numbers->list[numbers->count++] = columns[0].integer;
  return numbers->count < numbers->most;
}

static bool free_run(struct turning *turning, int64_t handler, int64_t run) {
  static const char died[] = "the process that was at it has ended in the middle";
  struct numbers events = {.most = GIVEN_AT_ONCE};
  bool fine = store_query(turning->store, rows_of_run,
                          STORE_WITH(store_integer(handler), store_integer(run),
                                     store_integer(GIVEN_AT_ONCE)),
                          take_number, &events, turning->failure) != STORE_FAILED;
  for (int i = 0; fine && i < events.count; i++) {
    const struct inbox_settled settled = {
        .event = events.list[i], .handler = handler, .problem = died};
    fine = settle_one(turning, &settled, run, true);
    turning->turn->freed++;
  }
  return fine;
}

static bool free_dead(struct turning *turning, int64_t handler) {
  struct numbers runs = {.most = RUNS_AT_ONCE};
  bool fine = store_query(turning->store, other_runs,
                          STORE_WITH(store_integer(handler), store_integer(turning->run)),
                          take_number, &runs, turning->failure) != STORE_FAILED;
  for (int i = 0; fine && i < runs.count; i++)
    if (!journal_is_alive(turning->journal, runs.list[i]))
      fine = free_run(turning, handler, runs.list[i]);
  return fine;
}

/* Giving events to a handler */

struct handler_row {
  int64_t considered, retries;
  bool coalesces;
};

static bool take_handler(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(struct handler_row *)context = (struct handler_row){.considered = columns[0].integer,
                                                        .retries = columns[1].integer,
                                                        .coalesces = columns[2].integer != 0};
  return false;
}

struct given {
  int64_t event, received;
  struct inbox_integer lead;
};
struct giving {
  struct given list[GIVEN_AT_ONCE];
  int count;
};

static bool take_given(void *context, const struct store_value *columns, int count) {
  struct giving *giving = context;
  (void)count;
  giving->list[giving->count++] =
      (struct given){.event = columns[0].integer,
                     .received = columns[2].integer,
                     .lead = {columns[1].kind == STORE_INTEGER, columns[1].integer}};
  return giving->count < GIVEN_AT_ONCE;
}

static bool give_one(const struct turning *turning, int64_t handler, const struct given *given) {
  return store_run(
             turning->store, add_row,
             STORE_WITH(store_integer(given->event), store_integer(handler),
                        given->lead.known ? store_integer(given->lead.value) : store_text(NULL),
                        store_integer(given->received)),
             NULL, turning->failure) &&
         store_run(turning->store, open_event, STORE_WITH(store_integer(given->event)), NULL,
                   turning->failure);
}

static bool give(struct turning *turning, int64_t handler, int64_t considered, int64_t last) {
  struct giving giving = {.count = 0};
  int64_t end = last - considered > LOOKED_AT ? considered + LOOKED_AT : last;
  if (considered >= last) return true;
  bool fine = store_query(turning->store, events_for,
                          STORE_WITH(store_integer(handler), store_integer(considered),
                                     store_integer(end), store_integer(GIVEN_AT_ONCE)),
                          take_given, &giving, turning->failure) != STORE_FAILED;
  for (int i = 0; fine && i < giving.count; i++) fine = give_one(turning, handler, &giving.list[i]);
  if (giving.count == GIVEN_AT_ONCE) end = giving.list[giving.count - 1].event;
  if (end < last) turning->turn->more = true;
  return fine &&
         store_run(turning->store, set_considered,
                   STORE_WITH(store_integer(handler), store_integer(end)), NULL, turning->failure);
}

/* Claiming */

struct due {
  int64_t event, attempt, coalesced;
  struct inbox_integer lead;
};
struct claiming {
  struct due list[INBOX_CONCURRENCY_MOST];
  int count;
};

static bool take_due(void *context, const struct store_value *columns, int count) {
  struct claiming *claiming = context;
  (void)count;
  claiming->list[claiming->count++] =
      (struct due){.event = columns[0].integer,
                   .attempt = columns[2].integer,
                   .coalesced = columns[3].integer,
                   .lead = {columns[1].kind == STORE_INTEGER, columns[1].integer}};
  return claiming->count < INBOX_CONCURRENCY_MOST;
}

struct behind {
  int64_t events[COALESCED_AT_ONCE], coalesced[COALESCED_AT_ONCE];
  int count;
};

/* Only what says the same of the lead. */
static bool take_behind(void *context, const struct store_value *columns, int count) {
  struct behind *behind = context;
  (void)count;
  if (!columns[2].integer) return false;
  behind->events[behind->count] = columns[0].integer;
  behind->coalesced[behind->count++] = columns[1].integer;
  return behind->count < COALESCED_AT_ONCE;
}

static bool skip_one(const struct turning *turning, int64_t event, int64_t handler) {
  return store_run(turning->store, set_coalesced,
                   STORE_WITH(store_integer(event), store_integer(handler),
                              store_integer(turning->turn->now)),
                   NULL, turning->failure) &&
         store_run(turning->store, settle_event, STORE_WITH(store_integer(event)), NULL,
                   turning->failure);
}

/* The last of a burst stands for all of it, and for the attempts that its first has had. */
static bool coalesce(const struct turning *turning, int64_t handler, struct due *due) {
  struct behind behind = {.count = 0};
  bool fine = store_query(turning->store, rows_behind,
                          STORE_WITH(store_integer(handler), store_integer(due->lead.value),
                                     store_integer(due->event), store_integer(COALESCED_AT_ONCE)),
                          take_behind, &behind, turning->failure) != STORE_FAILED;
  for (int i = 0; fine && i < behind.count; i++) {
    fine = skip_one(turning, due->event, handler);
    due->event = behind.events[i];
    due->coalesced += 1 + behind.coalesced[i];
  }
  return fine;
}

struct showing {
  const struct turning *turning;
  struct inbox_claimed claimed;
  int64_t duplicates;
};

static bool show(void *context, const struct inbox_event *event) {
  struct showing *showing = context;
  const struct turning *turning = showing->turning;
  showing->claimed.event = event;
  if (event->key &&
      store_query(turning->store, copies_of, STORE_WITH(store_text(event->key)), take_integer,
                  &showing->claimed.duplicates, turning->failure) == STORE_FAILED)
    showing->claimed.duplicates = 0;
  turning->turn->visit(turning->turn->context, &showing->claimed);
  return false;
}

static bool claim_one(const struct turning *turning, int64_t handler, const struct due *due) {
  struct showing showing = {
      .turning = turning,
      .claimed = {.handler = handler, .attempt = due->attempt + 1, .coalesced = due->coalesced}};
  const struct inbox_filter filter = {.id = due->event};
  return store_run(turning->store, claim_row,
                   STORE_WITH(store_integer(due->event), store_integer(handler),
                              store_integer(due->attempt + 1), store_integer(turning->run),
                              store_integer(turning->turn->now), store_integer(due->coalesced)),
                   NULL, turning->failure) &&
         inbox_list(turning->store, &filter, 0, show, &showing, turning->failure);
}

static bool claim(const struct turning *turning, const struct inbox_wanted *wanted,
                  bool coalesces) {
  struct claiming claiming = {.count = 0};
  int64_t most = wanted->most < INBOX_CONCURRENCY_MOST ? wanted->most : INBOX_CONCURRENCY_MOST;
  if (most <= 0) return true;
  bool fine = store_query(turning->store, due_rows,
                          STORE_WITH(store_integer(wanted->handler),
                                     store_integer(turning->turn->now), store_integer(most)),
                          take_due, &claiming, turning->failure) != STORE_FAILED;
  for (int i = 0; fine && i < claiming.count; i++) {
    struct due *due = &claiming.list[i];
    if (coalesces && due->lead.known) fine = coalesce(turning, wanted->handler, due);
    fine = fine && claim_one(turning, wanted->handler, due);
  }
  return fine;
}

static bool find_next(const struct turning *turning, int64_t handler) {
  int64_t next = 0, *known = &turning->turn->next;
  if (store_query(turning->store, next_waiting, STORE_WITH(store_integer(handler)), take_integer,
                  &next, turning->failure) == STORE_FAILED)
    return false;
  if (next != 0 && (*known == 0 || next < *known)) *known = next;
  return true;
}

/* A turn */

static bool look_after(struct turning *turning, const struct inbox_wanted *wanted, int64_t last) {
  struct handler_row row;
  struct inbox_turn *turn = turning->turn;
  enum store_answer answer =
      store_query(turning->store, handler_is_served,
                  STORE_WITH(store_integer(wanted->handler), store_integer(turn->server),
                             store_integer(wanted->generation)),
                  take_handler, &row, turning->failure);
  if (answer == STORE_NO) turn->served = false;
  if (answer != STORE_YES) return answer == STORE_NO;
  return (!turn->looks_for_dead || free_dead(turning, wanted->handler)) &&
         give(turning, wanted->handler, row.considered, last) &&
         claim(turning, wanted, row.coalesces) && find_next(turning, wanted->handler);
}

static bool look_after_all(struct turning *turning) {
  struct inbox_turn *turn = turning->turn;
  int64_t last = 0;
  bool fine = inbox_last_event(turning->store, &last, turning->failure);
  for (size_t i = 0; fine && turn->served && i < turn->wanted_count; i++)
    fine = look_after(turning, &turn->wanted[i], last);
  if (fine && turn->served && turn->wanted_count > 0)
    fine = store_run(turning->store, mark_unhandled,
                     STORE_WITH(store_integer(turn->wanted[0].handler)), NULL, turning->failure);
  return fine;
}

bool inbox_work_turn(struct journal *journal, struct inbox_turn *turn, struct failure *failure) {
  struct turning turning = {.journal = journal,
                            .store = journal_store(journal),
                            .turn = turn,
                            .run = journal_run_id(journal),
                            .chance = turn->chance,
                            .failure = failure};
  turn->served = schedule_server_is_alive(journal, turn->server);
  turn->more = false;
  turn->next = turn->freed = 0;
  if (!store_begin(turning.store, STORE_DURABLE, failure)) return false;
  bool fine = settle(&turning) && (!turn->served || look_after_all(&turning));
  return store_end(turning.store, fine, failure);
}
