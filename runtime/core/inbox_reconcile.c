#include "inbox_reconcile.h"

#include <string.h>

enum { LEADS = 2, TASKS = 10, APPOINTMENTS = 11 };

/* How far before the time of Lofty's list, and behind it, that of its webhook may be: the list has
   seconds, and the webhook is made a moment later. */
enum { EARLIER_MS = 1000, LATER_MS = 2000 };

/* The lists are written out: so the index for them is found. */
static const char was_delivered[] =
    "SELECT 1 FROM inbox_events e WHERE list_id IN (2, 10, 11) AND thing = $2 AND list_id = $1"
    " AND ((name = $3 AND COALESCE(happened, received) > $4)"
    " OR (name <> $3 AND COALESCE(happened, received) >= $5))"
    " AND $6 = (SELECT account FROM inbox_deliveries d WHERE d.id = e.delivery) LIMIT 1";
static const char was_reconciled[] =
    "SELECT 1 FROM inbox_events e WHERE reconciled = 1 AND thing = $2 AND list_id = $1"
    " AND name = $3 AND happened > $4 AND happened < $5 AND received >= $6"
    " AND $7 = (SELECT account FROM inbox_deliveries d WHERE d.id = e.delivery) LIMIT 1";
static const char last_delivery[] = "SELECT COALESCE(max(id), 0) FROM inbox_deliveries";
static const char add_delivery[] =
    "INSERT INTO inbox_deliveries (id, account, received, origin, list_id, team_id, events,"
    " problem, size, body) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9)";
static const char add_event[] =
    "INSERT INTO inbox_events (delivery, position, name, array_name, list_id, team_id, thing, lead,"
    " happened, received, event_key, raw, state, reconciled)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'new', 1)";

static bool ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), size = strlen(ending);
  return length >= size && strcmp(text + length - size, ending) == 0;
}

static bool happens_once(const struct inbox_event *event) {
  return ends_with(event->name, ".created");
}

static struct store_value integer_or_null(struct inbox_integer integer) {
  return integer.known ? store_integer(integer.value) : store_text(NULL);
}

static enum store_answer is_delivered(struct store *store, const struct inbox_delivery *delivery,
                                      const struct inbox_event *event, struct failure *failure) {
  bool by_any = ends_with(event->name, ".updated");
  int64_t after = happens_once(event) ? INT64_MIN : event->happened.value - EARLIER_MS;
  return store_query(store, was_delivered,
                     STORE_WITH(integer_or_null(delivery->list_id), store_text(event->thing),
                                store_text(event->name), store_integer(after),
                                store_integer(by_any ? event->happened.value : INT64_MAX),
                                store_text(delivery->account)),
                     NULL, NULL, failure);
}

enum store_answer inbox_is_reconciled(struct store *store, const struct inbox_delivery *delivery,
                                      const struct inbox_event *event, int64_t since,
                                      struct failure *failure) {
  int64_t list = delivery->list_id.known ? delivery->list_id.value : 0;
  bool once = happens_once(event);
  if ((list != LEADS && list != TASKS && list != APPOINTMENTS) || !event->thing) return STORE_NO;
  if (!once && !event->happened.known) return STORE_NO;
  return store_query(
      store, was_reconciled,
      STORE_WITH(store_integer(list), store_text(event->thing), store_text(event->name),
                 store_integer(once ? INT64_MIN : event->happened.value - LATER_MS),
                 store_integer(once ? INT64_MAX : event->happened.value + EARLIER_MS),
                 store_integer(since), store_text(delivery->account)),
      NULL, NULL, failure);
}

static bool take_id(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return true;
}

/* A delivery of its own, which nobody has sent. */
static bool keep_delivery(struct store *store, struct inbox_delivery *delivery,
                          struct failure *failure) {
  int64_t last;
  if (store_query(store, last_delivery, STORE_WITH_NOTHING, take_id, &last, failure) != STORE_YES)
    return false;
  delivery->id = last + 1;
  return store_run(
      store, add_delivery,
      STORE_WITH(store_integer(delivery->id), store_text(delivery->account),
                 store_integer(delivery->received), store_text(delivery->origin),
                 integer_or_null(delivery->list_id), integer_or_null(delivery->team_id),
                 store_integer((int64_t)delivery->count), store_integer((int64_t)delivery->length),
                 store_blob(delivery->body, delivery->length)),
      NULL, failure);
}

static bool keep_event(struct store *store, const struct inbox_delivery *delivery,
                       const struct inbox_event *event, struct failure *failure) {
  return store_run(
      store, add_event,
      STORE_WITH(store_integer(delivery->id), store_integer(event->position),
                 store_text(event->name), store_text(event->array_name),
                 integer_or_null(delivery->list_id), integer_or_null(delivery->team_id),
                 store_text(event->thing), integer_or_null(event->lead),
                 integer_or_null(event->happened), store_integer(delivery->received),
                 store_text(event->key), store_text(event->raw)),
      NULL, failure);
}

/* Looked at one after the other: an event that was just made counts for the next one. */
bool inbox_reconcile(struct store *store, struct inbox_delivery *delivery, bool *made,
                     struct failure *failure) {
  bool fine = store_begin(store, STORE_DURABLE, failure);
  if (!fine) return false;
  delivery->id = 0;
  for (size_t i = 0; fine && i < delivery->count; i++) {
    const struct inbox_event *event = &delivery->events[i];
    enum store_answer answer = is_delivered(store, delivery, event, failure);
    fine = answer != STORE_FAILED;
    made[i] = answer == STORE_NO;
    if (!made[i]) continue;
    if (delivery->id == 0) fine = keep_delivery(store, delivery, failure);
    fine = fine && keep_event(store, delivery, event, failure);
  }
  return store_end(store, fine, failure);
}
