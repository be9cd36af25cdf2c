#include "inbox_reconcile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buffer.h"

enum { LEADS = 2, TASKS = 10, APPOINTMENTS = 11 };

enum { WORDS_OF_A_BEGINNING = 3, KEY_MAXIMUM = 512, BEGINNINGS_MAXIMUM = 256 * 1024 };

/* How far before the time of Lofty's list, and behind it, that of its webhook may be: the list has
   seconds, and the webhook is made a moment later. */
enum { EARLIER_MS = 1000, LATER_MS = 2000 };

/* An index for what an event is about would cost each delivery too much. Keys begin with list,
   team, array and that; so it is looked for under each beginning that keys have: $1 to $2. */
#define IS_DELIVERED                                                         \
  " AND thing = $3 AND list_id = $4"                                         \
  " AND ((name = $5 AND COALESCE(happened, received) > $6)"                  \
  " OR (name <> $5 AND COALESCE(happened, received) >= $7))"                 \
  " AND $8 = (SELECT account FROM inbox_deliveries d WHERE d.id = delivery)" \
  " LIMIT 1"
static const char delivered_with_key[] =
    "SELECT 1 FROM inbox_events WHERE event_key >= $1 AND event_key < $2" IS_DELIVERED;
static const char delivered_without_key[] =
    "SELECT 1 FROM inbox_events WHERE event_key IS NULL AND $1 < $2" IS_DELIVERED;
static const char next_key[] =
    "SELECT event_key FROM inbox_events WHERE event_key >= $1 AND event_key < $2"
    " ORDER BY event_key LIMIT 1";
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

/* The beginnings of a list's keys, one behind the other, each with its NUL. */
static bool take_beginning(void *context, const struct store_value *columns, int count) {
  struct buffer *beginnings = context;
  const char *key = columns[0].data ? columns[0].data : "", *end = key;
  (void)count;
  for (int words = 0; words < WORDS_OF_A_BEGINNING && end; words++) {
    end = strchr(end, ' ');
    if (end) end++;
  }
  if (!end) end = key + strlen(key);
  /* Where there is no room the caller sees it. */
  return buffer_append(beginnings, key, (size_t)(end - key)) && buffer_append(beginnings, "", 1);
}

/* '!' comes behind the blank at which a word ends. */
static bool find_beginnings(struct store *store, int64_t list, struct buffer *beginnings,
                            struct failure *failure) {
  char from[KEY_MAXIMUM], to[32];
  snprintf(from, sizeof from, "%" PRId64 " ", list);
  snprintf(to, sizeof to, "%" PRId64 "!", list);
  while (true) {
    size_t before = beginnings->length;
    enum store_answer answer =
        store_query(store, next_key, STORE_WITH(store_text(from), store_text(to)), take_beginning,
                    beginnings, failure);
    if (answer != STORE_YES) return answer == STORE_NO;
    size_t length = beginnings->length - before;
    if (length < 2 || length > sizeof from || beginnings->data[beginnings->length - 1] != '\0')
      return failure_set(failure, "OUT_OF_MEMORY", "the keys of the inbox have too many forms");
    memcpy(from, beginnings->data + before, length);
    from[length - 2]++; /* the blank */
  }
}

struct range {
  char from[KEY_MAXIMUM + 1], to[KEY_MAXIMUM + 1];
};

static enum store_answer look(struct store *store, const char *sql, const struct range *range,
                              const struct inbox_delivery *delivery,
                              const struct inbox_event *event, struct failure *failure) {
  bool by_any = ends_with(event->name, ".updated");
  int64_t after = happens_once(event) ? INT64_MIN : event->happened.value - EARLIER_MS;
  return store_query(
      store, sql,
      STORE_WITH(store_text(range->from), store_text(range->to), store_text(event->thing),
                 integer_or_null(delivery->list_id), store_text(event->name), store_integer(after),
                 store_integer(by_any ? event->happened.value : INT64_MAX),
                 store_text(delivery->account)),
      NULL, NULL, failure);
}

static enum store_answer is_delivered(struct store *store, const struct inbox_delivery *delivery,
                                      const struct buffer *beginnings,
                                      const struct inbox_event *event, struct failure *failure) {
  struct range range = {"", "!"};
  enum store_answer answer = look(store, delivered_without_key, &range, delivery, event, failure);
  const char *end = beginnings->data + beginnings->length;
  for (const char *one = beginnings->data; answer == STORE_NO && one < end;
       one += strlen(one) + 1) {
    snprintf(range.from, sizeof range.from, "%s%s", one, event->thing);
    snprintf(range.to, sizeof range.to, "%s%s!", one, event->thing);
    answer = look(store, delivered_with_key, &range, delivery, event, failure);
  }
  return answer;
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
  struct buffer beginnings;
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  buffer_init(&beginnings, BEGINNINGS_MAXIMUM);
  bool fine = find_beginnings(store, delivery->list_id.value, &beginnings, failure);
  delivery->id = 0;
  for (size_t i = 0; fine && i < delivery->count; i++) {
    const struct inbox_event *event = &delivery->events[i];
    enum store_answer answer = is_delivered(store, delivery, &beginnings, event, failure);
    fine = answer != STORE_FAILED;
    made[i] = answer == STORE_NO;
    if (!made[i]) continue;
    if (delivery->id == 0) fine = keep_delivery(store, delivery, failure);
    fine = fine && keep_event(store, delivery, event, failure);
  }
  buffer_free(&beginnings);
  return store_end(store, fine, failure);
}
