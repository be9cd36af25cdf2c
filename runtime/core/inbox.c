#include "inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "entries.h"
#include "inbox_reconcile.h"
#include "inbox_states.h"

static const int64_t day_ms = 24 * 60 * 60 * 1000;

/* The state of an event with that of its work. */
#define SHOWN_STATE                                                          \
  "CASE WHEN inbox_events.state <> 'open' THEN inbox_events.state"           \
  " WHEN EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id" \
  " AND w.state = 'running') THEN 'running'"                                 \
  " WHEN EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id" \
  " AND w.state = 'waiting' AND w.attempt > 0) THEN 'failed' ELSE 'waiting' END"

#define EVENT_COLUMNS                                                                         \
  "SELECT id, delivery, position, name, array_name, list_id, team_id, thing, lead, happened," \
  " received, " SHOWN_STATE                                                                   \
  ", event_key, raw, (SELECT min(w.next_attempt) FROM inbox_work w"                           \
  " WHERE w.event = inbox_events.id AND w.state = 'waiting' AND w.attempt > 0), reconciled"   \
  " FROM inbox_events"

/* $4 is 1 where the name is that of all kinds, up to its dot. */
#define MATCHES                                                                        \
  " id >= $1 AND id <= $2 AND ($3 IS NULL OR name = $3"                                \
  " OR ($4 = 1 AND substr(name, 1, length($3)) = $3)) AND ($5 IS NULL OR " SHOWN_STATE \
  " = $5)"                                                                             \
  " AND ($6 IS NULL OR lead = $6) AND received >= $7 AND received < $8"
#define CAN_BE_DROPPED " state IN ('new', 'unreadable', 'open', 'dead') AND"

/* Plain inserts: SQLite makes a table in memory for each one that returns something. */
static const char last_delivery[] = "SELECT COALESCE(max(id), 0) FROM inbox_deliveries";
static const char add_delivery[] =
    "INSERT INTO inbox_deliveries (id, account, received, origin, list_id, team_id, events,"
    " problem, size, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
static const char add_event[] =
    "INSERT INTO inbox_events (delivery, position, name, array_name, list_id, team_id, thing, lead,"
    " happened, received, event_key, raw, state)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
static const char same_event[] =
    "SELECT 1 FROM inbox_events WHERE event_key = $1 AND received >= $2 LIMIT 1";
static const char size_all[] = "SELECT COALESCE(sum(size), 0) FROM inbox_deliveries";
static const char list_events[] = EVENT_COLUMNS " WHERE" MATCHES " ORDER BY id DESC";
static const char one_delivery[] =
    "SELECT id, account, received, origin, list_id, team_id, problem, body FROM inbox_deliveries"
    " WHERE id = $1";
static const char drop_work[] =
    "UPDATE inbox_work SET state = 'dropped', settled = $9"
    " WHERE state IN ('waiting', 'queued', 'dead') AND event IN"
    " (SELECT id FROM inbox_events WHERE" CAN_BE_DROPPED MATCHES ")";
static const char drop_events[] =
    "UPDATE inbox_events SET state = 'dropped' WHERE" CAN_BE_DROPPED MATCHES;
/* The first of each lead and handler, where none is at it. */
static const char promote_all[] =
    "UPDATE inbox_work SET state = 'waiting' WHERE state = 'queued' AND (lead IS NULL OR"
    " (event = (SELECT min(o.event) FROM inbox_work o WHERE o.handler = inbox_work.handler"
    " AND o.lead = inbox_work.lead AND " INBOX_IS_OPEN_OF("o.") ")"
    " AND NOT EXISTS (SELECT 1 FROM inbox_work o WHERE o.handler = inbox_work.handler"
    " AND o.lead = inbox_work.lead AND " INBOX_IS_OPEN_OF("o.")
    " AND o.state <> 'queued')))";
#define CAN_BE_RETRIED " (state = 'dead' OR (state = 'waiting' AND attempt > 0)) AND event IN"
static const char count_retried[] =
    "SELECT count(DISTINCT event) FROM inbox_work WHERE" CAN_BE_RETRIED
    " (SELECT id FROM inbox_events WHERE" MATCHES ")";
static const char open_retried[] =
    "UPDATE inbox_events SET state = 'open' WHERE state = 'dead' AND" MATCHES;
/* A dead one stands in its lead's row again. */
static const char retry_work[] =
    "UPDATE inbox_work SET state = CASE state WHEN 'dead' THEN 'queued' ELSE state END,"
    " attempt = CASE state WHEN 'dead' THEN 0 ELSE attempt END, deaths = 0, next_attempt = $9"
    " WHERE" CAN_BE_RETRIED " (SELECT id FROM inbox_events WHERE" MATCHES ")";
/* What was dropped comes again only where somebody says so. */
#define CAN_BE_REPLAYED                                        \
  " inbox_events.state NOT IN ('duplicate', 'unreadable') AND" \
  " (inbox_events.state <> 'dropped' OR $5 IS NOT NULL OR $1 = $2) AND"
static const char replay_work[] =
    "UPDATE inbox_work SET state = 'queued', attempt = 0, deaths = 0, coalesced = 0, problem = "
    "NULL,"
    " settled = NULL, next_attempt = $9 WHERE NOT " INBOX_IS_OPEN
    " AND event IN (SELECT id FROM inbox_events WHERE" CAN_BE_REPLAYED MATCHES ")";
static const char replay_more[] =
    "INSERT INTO inbox_work (event, handler, lead, state, attempt, deaths, next_attempt, coalesced)"
    " SELECT e.id, h.id, e.lead, 'queued', 0, 0, $9, 0 FROM inbox_events e JOIN inbox_handlers h"
    " ON (e.name = h.pattern OR substr(e.name, 1, length(h.prefix)) = h.prefix)"
    " WHERE h.server IS NOT NULL AND h.account = (SELECT account FROM inbox_deliveries d"
    " WHERE d.id = e.delivery) AND e.id IN (SELECT id FROM inbox_events WHERE" CAN_BE_REPLAYED
        MATCHES
    ") AND NOT EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = e.id"
    " AND w.handler = h.id)";
static const char open_replayed[] =
    "UPDATE inbox_events SET state = 'open' WHERE" CAN_BE_REPLAYED MATCHES
    " AND EXISTS (SELECT 1 FROM inbox_work w WHERE w.event = inbox_events.id AND w.state = 'queued'"
    " AND w.next_attempt = $9)";
/* The newest stays, so that no number is given twice: handlers know by it what they have seen. And
   what a handler has not looked at yet. */
static const char old_events[] =
    "SELECT id, delivery, received FROM inbox_events WHERE"
    " " INBOX_IS_SETTLED
    " AND received < $1 AND NOT EXISTS (SELECT 1 FROM inbox_work WHERE event = id"
    " AND " INBOX_IS_OPEN
    ")"
    " AND id < (SELECT max(id) FROM inbox_events)"
    " AND NOT EXISTS (SELECT 1 FROM inbox_handlers WHERE server IS NOT NULL"
    " AND considered < inbox_events.id)"
    " ORDER BY received LIMIT $2";
static const char forget_tries[] = "DELETE FROM inbox_tries WHERE event = $1";
static const char forget_work[] = "DELETE FROM inbox_work WHERE event = $1";
static const char forget_event[] = "DELETE FROM inbox_events WHERE id = $1";
static const char forget_delivery[] =
    "DELETE FROM inbox_deliveries WHERE id = $1"
    " AND NOT EXISTS (SELECT 1 FROM inbox_events WHERE delivery = $1)";

/* Adding */

static struct store_value integer_or_null(struct inbox_integer integer) {
  return integer.known ? store_integer(integer.value) : store_text(NULL);
}

static bool take_id(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

static bool add_one_event(struct store *store, const struct inbox_delivery *delivery,
                          const struct inbox_event *event, struct inbox_added *added,
                          struct failure *failure) {
  enum store_answer before = STORE_NO;
  int64_t window = delivery->received - INBOX_WINDOW_DAYS * day_ms;
  if (event->key)
    before =
        store_query(store, same_event, STORE_WITH(store_text(event->key), store_integer(window)),
                    NULL, NULL, failure);
  if (before == STORE_NO && !delivery->problem)
    before = inbox_is_reconciled(store, delivery, event, window, failure);
  if (before == STORE_FAILED) return false;
  added->events++;
  added->duplicates += before == STORE_YES;
  added->unreadable += delivery->problem != NULL;
  const char *state = delivery->problem ? "unreadable" : before == STORE_YES ? "duplicate" : "new";
  return store_run(
      store, add_event,
      STORE_WITH(store_integer(delivery->id), store_integer(event->position),
                 store_text(event->name), store_text(event->array_name),
                 integer_or_null(delivery->list_id), integer_or_null(delivery->team_id),
                 store_text(event->thing), integer_or_null(event->lead),
                 integer_or_null(event->happened), store_integer(delivery->received),
                 store_text(event->key), store_text(event->raw), store_text(state)),
      NULL, failure);
}

static bool add_one(struct store *store, const struct inbox_delivery *delivery,
                    struct inbox_added *added, struct failure *failure) {
  static const struct inbox_event whole = {.name = "unreadable"};
  const struct inbox_event *events = delivery->problem ? &whole : delivery->events;
  size_t count = delivery->problem ? 1 : delivery->count;
  bool fine =
      store_run(store, add_delivery,
                STORE_WITH(store_integer(delivery->id), store_text(delivery->account),
                           store_integer(delivery->received), store_text(delivery->origin),
                           integer_or_null(delivery->list_id), integer_or_null(delivery->team_id),
                           store_integer((int64_t)count), store_text(delivery->problem),
                           store_integer((int64_t)delivery->length),
                           store_blob(delivery->body, delivery->length)),
                NULL, failure);
  for (size_t i = 0; fine && i < count; i++)
    fine = add_one_event(store, delivery, &events[i], added, failure);
  return fine;
}

bool inbox_add(struct store *store, struct inbox_delivery *deliveries, size_t count,
               struct inbox_added *added, struct failure *failure) {
  struct inbox_added sum = {.events = 0};
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  int64_t last;
  bool fine =
      store_query(store, last_delivery, STORE_WITH_NOTHING, take_id, &last, failure) == STORE_YES;
  for (size_t i = 0; fine && i < count; i++) {
    deliveries[i].id = ++last;
    fine = add_one(store, &deliveries[i], &sum, failure);
  }
  fine = store_end(store, fine, failure);
  if (fine && added) *added = sum;
  return fine;
}

bool inbox_size(struct store *store, int64_t *bytes, struct failure *failure) {
  return store_query(store, size_all, STORE_WITH_NOTHING, take_id, bytes, failure) == STORE_YES;
}

/* Looking */

/* The arguments $1 to $8 of MATCHES. */
struct matching {
  char prefix[64];
  struct store_value values[9];
};

static void match(struct matching *matching, const struct inbox_filter *filter, int64_t before) {
  const char *name = filter->name;
  size_t length = name ? strlen(name) : 0;
  bool is_kind =
      length > 2 && length < sizeof matching->prefix && strcmp(name + length - 2, ".*") == 0;
  if (is_kind) {
    memcpy(matching->prefix, name, length - 1);
    matching->prefix[length - 1] = '\0';
  }
  int64_t last = before ? before - 1 : INT64_MAX;
  if (filter->id && filter->id < last) last = filter->id;
  const struct store_value values[] = {store_integer(filter->id ? filter->id : 1),
                                       store_integer(last),
                                       store_text(is_kind ? matching->prefix : name),
                                       store_integer(is_kind),
                                       store_text(filter->state),
                                       integer_or_null(filter->lead),
                                       store_integer(filter->since),
                                       store_integer(filter->before ? filter->before : INT64_MAX)};
  memcpy(matching->values, values, sizeof values);
}

static struct inbox_integer integer_of(const struct store_value *column) {
  return (struct inbox_integer){.known = column->kind == STORE_INTEGER, .value = column->integer};
}

struct listing {
  inbox_visit_event *visit_event;
  inbox_visit_delivery *visit_delivery;
  void *context;
};

static bool visit_event(void *context, const struct store_value *columns, int count) {
  const struct listing *listing = context;
  const struct inbox_event event = {.id = columns[0].integer,
                                    .delivery = columns[1].integer,
                                    .position = columns[2].integer,
                                    .name = columns[3].data,
                                    .array_name = columns[4].data,
                                    .list_id = integer_of(&columns[5]),
                                    .team_id = integer_of(&columns[6]),
                                    .thing = columns[7].data,
                                    .lead = integer_of(&columns[8]),
                                    .happened = integer_of(&columns[9]),
                                    .received = columns[10].integer,
                                    .state = columns[11].data,
                                    .key = columns[12].data,
                                    .raw = columns[13].data,
                                    .next_attempt = columns[14].integer,
                                    .reconciled = columns[15].integer != 0};
  (void)count;
  return listing->visit_event(listing->context, &event);
}

bool inbox_list(struct store *store, const struct inbox_filter *filter, int64_t before,
                inbox_visit_event *visit, void *context, struct failure *failure) {
  struct matching matching;
  struct listing listing = {.visit_event = visit, .context = context};
  match(&matching, filter, before);
  return store_query(store, list_events, (struct store_arguments){matching.values, 8}, visit_event,
                     &listing, failure) != STORE_FAILED;
}

static bool visit_delivery(void *context, const struct store_value *columns, int count) {
  const struct listing *listing = context;
  const struct inbox_delivery delivery = {.id = columns[0].integer,
                                          .account = columns[1].data,
                                          .received = columns[2].integer,
                                          .origin = columns[3].data,
                                          .list_id = integer_of(&columns[4]),
                                          .team_id = integer_of(&columns[5]),
                                          .problem = columns[6].data,
                                          .body = columns[7].data,
                                          .length = columns[7].length};
  (void)count;
  return listing->visit_delivery(listing->context, &delivery);
}

enum store_answer inbox_delivery(struct store *store, int64_t id, inbox_visit_delivery *visit,
                                 void *context, struct failure *failure) {
  struct listing listing = {.visit_delivery = visit, .context = context};
  return store_query(store, one_delivery, STORE_WITH(store_integer(id)), visit_delivery, &listing,
                     failure);
}

/* Dropping and forgetting */

bool inbox_drop(struct store *store, const struct inbox_filter *filter, int64_t now, int64_t *count,
                struct failure *failure) {
  struct matching matching;
  match(&matching, filter, 0);
  matching.values[8] = store_integer(now);
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine =
      store_run(store, drop_work, (struct store_arguments){matching.values, 9}, NULL, failure) &&
      store_run(store, drop_events, (struct store_arguments){matching.values, 8}, count, failure) &&
      store_run(store, promote_all, STORE_WITH_NOTHING, NULL, failure);
  return store_end(store, fine, failure);
}

bool inbox_retry(struct store *store, const struct inbox_filter *filter, int64_t now,
                 int64_t *count, struct failure *failure) {
  struct matching matching;
  match(&matching, filter, 0);
  matching.values[8] = store_integer(now);
  struct store_arguments which = {matching.values, 8}, all = {matching.values, 9};
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  /* The work first: which events match may depend on their states. */
  bool fine = store_query(store, count_retried, which, take_id, count, failure) == STORE_YES &&
              store_run(store, retry_work, all, NULL, failure) &&
              store_run(store, open_retried, which, NULL, failure) &&
              store_run(store, promote_all, STORE_WITH_NOTHING, NULL, failure);
  return store_end(store, fine, failure);
}

bool inbox_replay(struct store *store, const struct inbox_filter *filter, int64_t now,
                  int64_t *count, struct failure *failure) {
  struct matching matching;
  match(&matching, filter, 0);
  matching.values[8] = store_integer(now);
  struct store_arguments all = {matching.values, 9};
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine = store_run(store, replay_more, all, NULL, failure) &&
              store_run(store, replay_work, all, NULL, failure) &&
              store_run(store, open_replayed, all, count, failure) &&
              store_run(store, promote_all, STORE_WITH_NOTHING, NULL, failure);
  return store_end(store, fine, failure);
}

enum { FORGOTTEN_AT_ONCE = 500 };

struct old {
  int64_t events[FORGOTTEN_AT_ONCE], deliveries[FORGOTTEN_AT_ONCE];
  int64_t newest; /* received */
  int count;
};

static bool take_old(void *context, const struct store_value *columns, int count) {
  struct old *old = context;
  (void)count;
  old->events[old->count] = columns[0].integer;
  old->deliveries[old->count++] = columns[1].integer;
  if (columns[2].integer > old->newest) old->newest = columns[2].integer;
  return old->count < FORGOTTEN_AT_ONCE;
}

static const char own_space[] = "loftyrun.inbox";

bool inbox_forgotten(struct store *store, int64_t *received, struct failure *failure) {
  struct buffer text;
  buffer_init(&text, 64);
  enum store_answer answer = entries_get(store, own_space, "forgotten", &text, failure);
  *received = answer == STORE_YES && text.data ? strtoll(text.data, NULL, 10) : 0;
  buffer_free(&text);
  return answer != STORE_FAILED;
}

static bool note_forgotten(struct store *store, int64_t received, struct failure *failure) {
  char text[24];
  int64_t before;
  if (!inbox_forgotten(store, &before, failure)) return false;
  if (received <= before) return true;
  snprintf(text, sizeof text, "%" PRId64, received);
  return entries_put(store, own_space, "forgotten", text, STORE_USUAL, failure);
}

bool inbox_forget(struct store *store, int64_t now, bool all, int64_t *count,
                  struct failure *failure) {
  struct old old = {.count = 0};
  if (!store_begin(store, STORE_USUAL, failure)) return false;
  bool fine =
      store_query(store, old_events,
                  STORE_WITH(store_integer(all ? INT64_MAX : now - INBOX_DAYS_KEPT * day_ms),
                             store_integer(FORGOTTEN_AT_ONCE)),
                  take_old, &old, failure) != STORE_FAILED;
  for (int i = 0; fine && i < old.count; i++)
    fine =
        store_run(store, forget_tries, STORE_WITH(store_integer(old.events[i])), NULL, failure) &&
        store_run(store, forget_work, STORE_WITH(store_integer(old.events[i])), NULL, failure) &&
        store_run(store, forget_event, STORE_WITH(store_integer(old.events[i])), NULL, failure) &&
        store_run(store, forget_delivery, STORE_WITH(store_integer(old.deliveries[i])), NULL,
                  failure);
  if (fine && old.count > 0) fine = note_forgotten(store, old.newest, failure);
  *count = old.count;
  return store_end(store, fine, failure);
}

bool inbox_try(struct store *store, int64_t now, struct failure *failure) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, now);
  return entries_put(store, own_space, "tried", text, STORE_DURABLE, failure);
}
