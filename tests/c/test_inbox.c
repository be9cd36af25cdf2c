/* The inbox: deliveries, their events, what has come before, dropping and forgetting. */
#include "core/inbox.h"

#include "core/journal.h"
#include "state_folder.h"

static const int64_t day = 24 * 60 * 60 * 1000;

static struct inbox_event event_of(const char *name, const char *key, int64_t lead) {
  return (struct inbox_event){.name = name,
                              .position = 1,
                              .array_name = "updatedLead",
                              .thing = "7",
                              .lead = {.known = lead != 0, .value = lead},
                              .key = key,
                              .raw = "{\"leadId\":7}"};
}

static struct inbox_added add(struct store *store, int64_t received, struct inbox_event *events,
                              size_t count) {
  struct inbox_added added = {.events = -1};
  struct inbox_delivery delivery = {.account = "me",
                                    .received = received,
                                    .origin = "127.0.0.1",
                                    .body = "a\0b",
                                    .length = 3,
                                    .events = events,
                                    .count = count,
                                    .problem = events ? NULL : "it is no JSON"};
  struct failure failure = {.code = ""};
  if (!inbox_add(store, &delivery, 1, &added, &failure)) TEST_NOTE("%s", failure.message);
  return added;
}

struct seen {
  char ids[256]; /* ID:STATE, with blanks between */
  int count;
  struct inbox_event last; /* its texts are not to be followed */
  int64_t bytes;
  char problem[64];
  bool whole;
};

static bool see_event(void *context, const struct inbox_event *event) {
  struct seen *seen = context;
  size_t length = strlen(seen->ids);
  snprintf(seen->ids + length, sizeof seen->ids - length, "%s%d:%s", length ? " " : "",
           (int)event->id, event->state);
  seen->count++;
  seen->last = *event;
  return true;
}

static bool see_delivery(void *context, const struct inbox_delivery *delivery) {
  struct seen *seen = context;
  seen->bytes = (int64_t)delivery->length;
  seen->whole = delivery->length == 3 && memcmp(delivery->body, "a\0b", 3) == 0;
  snprintf(seen->problem, sizeof seen->problem, "%s", delivery->problem ? delivery->problem : "-");
  return true;
}

static const char *list(struct store *store, struct inbox_filter filter) {
  static struct seen seen;
  seen = (struct seen){.count = 0};
  CHECK(inbox_list(store, &filter, 0, see_event, &seen, NULL));
  return seen.ids;
}

static void test_adding(struct store *store) {
  struct inbox_event events[] = {event_of("lead.updated", "k1", 7),
                                 event_of("lead.deleted", "k2", 8)};
  TEST("a delivery and its events");
  struct inbox_added added = add(store, 1000 * day, events, 2);
  CHECK_INT(added.events, 2);
  CHECK_INT(added.duplicates, 0);
  CHECK_STR(list(store, (struct inbox_filter){.id = 0}), "2:new 1:new");
  TEST("what has come before is marked, and kept");
  struct inbox_event again[] = {
      event_of("lead.updated", "k1", 7), event_of("lead.updated", "k3", 7),
      event_of("lead.updated", "k3", 7), event_of("lead.updated", NULL, 7),
      event_of("lead.updated", NULL, 7)};
  added = add(store, 1000 * day + 5, again, 5);
  CHECK_INT(added.events, 5);
  CHECK_INT(added.duplicates, 2);
  CHECK_STR(list(store, (struct inbox_filter){.id = 0}),
            "7:new 6:new 5:duplicate 4:new 3:duplicate 2:new 1:new");
  TEST("not after the window");
  added = add(store, 1000 * day + INBOX_WINDOW_DAYS * day + 6, &again[0], 1);
  CHECK_INT(added.duplicates, 0);
  TEST("a delivery that nobody can read is kept whole");
  added = add(store, 1008 * day, NULL, 0);
  CHECK_INT(added.unreadable, 1);
  struct seen seen = {.count = 0};
  CHECK(
      inbox_list(store, &(struct inbox_filter){.state = "unreadable"}, 0, see_event, &seen, NULL));
  CHECK_STR(seen.ids, "9:unreadable");
  CHECK_INT(inbox_delivery(store, seen.last.delivery, see_delivery, &seen, NULL), STORE_YES);
  CHECK(seen.whole);
  CHECK_STR(seen.problem, "it is no JSON");
  int64_t bytes = 0;
  CHECK(inbox_size(store, &bytes, NULL));
  CHECK_INT(bytes, 12);
}

static void test_filters(struct store *store) {
  TEST("by name");
  CHECK_STR(list(store, (struct inbox_filter){.name = "lead.deleted"}), "2:new");
  CHECK_STR(list(store, (struct inbox_filter){.name = "lead.*", .id = 2}), "2:new");
  CHECK_STR(list(store, (struct inbox_filter){.name = "lea.*"}), "");
  CHECK_STR(list(store, (struct inbox_filter){.name = "lead.%"}), "");
  TEST("by lead, state and time");
  CHECK_STR(list(store, (struct inbox_filter){.lead = {true, 8}}), "2:new");
  CHECK_STR(list(store, (struct inbox_filter){.state = "duplicate"}), "5:duplicate 3:duplicate");
  CHECK_STR(list(store, (struct inbox_filter){.before = 1000 * day + 5}), "2:new 1:new");
  CHECK_STR(list(store, (struct inbox_filter){.since = 1007 * day + 6, .name = "lead.updated"}),
            "8:new");
  TEST("from one on");
  struct seen seen = {.count = 0};
  CHECK(inbox_list(store, &(struct inbox_filter){.id = 0}, 3, see_event, &seen, NULL));
  CHECK_STR(seen.ids, "2:new 1:new");
}

static void work(struct store *store, int64_t event, const char *state) {
  static const char add_work[] =
      "INSERT INTO inbox_work (event, handler, state, attempt, deaths, next_attempt, coalesced)"
      " SELECT $1, COALESCE(max(handler), 0) + 1, $2, 0, 0, 0, 0 FROM inbox_work";
  static const char open[] = "UPDATE inbox_events SET state = 'open' WHERE id = $1";
  CHECK(
      store_run(store, add_work, STORE_WITH(store_integer(event), store_text(state)), NULL, NULL));
  CHECK(store_run(store, open, STORE_WITH(store_integer(event)), NULL, NULL));
}

static int64_t works(struct store *store, const char *state) {
  static const char count[] = "UPDATE inbox_work SET attempt = attempt WHERE state = $1";
  int64_t changed = -1;
  CHECK(store_run(store, count, STORE_WITH(store_text(state)), &changed, NULL));
  return changed;
}

static void test_dropping(struct store *store) {
  int64_t count = -1;
  TEST("dropping by id, what is new and what is open");
  work(store, 2, "waiting");
  work(store, 2, "running");
  CHECK(inbox_drop(store, &(struct inbox_filter){.id = 1}, 5, &count, NULL));
  CHECK_INT(count, 1);
  CHECK(inbox_drop(store, &(struct inbox_filter){.id = 2}, 5, &count, NULL));
  CHECK_INT(count, 1);
  CHECK_INT(works(store, "dropped"), 1);
  CHECK_INT(works(store, "running"), 1);
  CHECK_STR(list(store, (struct inbox_filter){.before = 1000 * day + 5}), "2:dropped 1:dropped");
  TEST("not what is settled");
  CHECK(inbox_drop(store, &(struct inbox_filter){.id = 1}, 5, &count, NULL));
  CHECK_INT(count, 0);
  CHECK(inbox_drop(store, &(struct inbox_filter){.id = 3}, 5, &count, NULL));
  CHECK_INT(count, 0);
  TEST("dropping by a filter");
  CHECK(inbox_drop(store, &(struct inbox_filter){.name = "lead.*", .before = 1001 * day}, 5, &count,
                   NULL));
  CHECK_INT(count, 3);
  TEST("what was dropped is known again");
  struct inbox_event again[] = {event_of("lead.updated", "k3", 7)};
  CHECK_INT(add(store, 1000 * day + 9, again, 1).duplicates, 1);
}

static void test_forgetting(struct store *store) {
  int64_t count = -1;
  TEST("nothing before its time");
  CHECK(inbox_forget(store, 1000 * day + INBOX_DAYS_KEPT * day, false, &count, NULL));
  CHECK_INT(count, 0);
  TEST("what is settled is forgotten, but not what somebody is at, nor what is new");
  CHECK(inbox_forget(store, 1029 * day + INBOX_DAYS_KEPT * day, false, &count, NULL));
  CHECK_INT(count, 6); /* the newest stays: its number is not given twice */
  CHECK_STR(list(store, (struct inbox_filter){.id = 0}),
            "10:duplicate 9:unreadable 8:new 2:dropped");
  struct seen seen = {.count = 0};
  CHECK_INT(inbox_delivery(store, 1, see_delivery, &seen, NULL), STORE_YES);
  CHECK_INT(inbox_delivery(store, 2, see_delivery, &seen, NULL), STORE_NO);
  TEST("without an age where room is needed");
  CHECK(inbox_drop(store, &(struct inbox_filter){.id = 9}, 5, &count, NULL));
  CHECK(inbox_forget(store, 1000 * day, true, &count, NULL));
  CHECK_INT(count, 1);
  CHECK_STR(list(store, (struct inbox_filter){.id = 0}), "10:duplicate 8:new 2:dropped");
}

int main(void) {
  if (!begin_folder("")) return 1;
  struct store *store = open_store();
  if (store) {
    test_adding(store);
    test_filters(store);
    test_dropping(store);
    test_forgetting(store);
    TEST("something can be kept");
    CHECK(inbox_try(store, journal_now(), NULL));
    store_close(store);
  }
  end_folder(0);
  return test_finish();
}
