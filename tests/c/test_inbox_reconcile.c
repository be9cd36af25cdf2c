/* What counts as delivered when the account is compared with the inbox, and what as come late. */
#include "core/inbox_reconcile.h"

#include <inttypes.h>

#include "core/inbox_work.h"
#include "state_folder.h"

static const int64_t second = 1000, now = 1763880000000;

static const struct inbox_integer none = {false, 0};

static struct inbox_integer at(int64_t value) { return (struct inbox_integer){true, value}; }

/* With a key as lofty.inbox.read makes it, and none where no time is told. */
static struct inbox_event event_of(const char *name, const char *thing,
                                   struct inbox_integer happened) {
  static char keys[16][96];
  static unsigned next;
  char *key = keys[next++ % 16];
  int list = strncmp(name, "task", 4) == 0 ? 10 : 2;
  snprintf(key, sizeof keys[0], "%d 77 array.%s %s %" PRId64, list, name, thing, happened.value);
  return (struct inbox_event){.name = name,
                              .position = 1,
                              .array_name = "array",
                              .thing = thing,
                              .lead = at(7),
                              .happened = happened,
                              .key = happened.known ? key : NULL,
                              .raw = "{\"leadId\":7}"};
}

static struct inbox_delivery delivery_of(const char *account, int64_t list,
                                         struct inbox_event *events, size_t count) {
  return (struct inbox_delivery){.account = account,
                                 .received = now,
                                 .origin = "test",
                                 .list_id = at(list),
                                 .team_id = at(77),
                                 .body = "",
                                 .events = events,
                                 .count = count};
}

/* How many of them were duplicates; -1: it failed. */
static int64_t deliver(struct store *store, int64_t list, struct inbox_event event) {
  struct inbox_added added = {.events = -1};
  struct inbox_delivery delivery = delivery_of("me", list, &event, 1);
  return inbox_add(store, &delivery, 1, &added, NULL) ? added.duplicates : -1;
}

static bool makes(struct store *store, const char *account, int64_t list,
                  struct inbox_event event) {
  bool made = false;
  struct inbox_delivery delivery = delivery_of(account, list, &event, 1);
  struct failure failure = {.code = ""};
  if (!inbox_reconcile(store, &delivery, &made, &failure)) TEST_NOTE("%s", failure.message);
  return made;
}

static void test_delivered(struct store *store) {
  TEST("an event of that name less than a second before, or later");
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "1", at(now))), 0);
  CHECK(!makes(store, "me", 2, event_of("lead.updated", "1", at(now + second - 1))));
  CHECK(!makes(store, "me", 2, event_of("lead.updated", "1", at(now - 9 * second))));
  TEST("not where it happened a second before, to another thing, list or account");
  CHECK(makes(store, "me", 2, event_of("lead.updated", "1", at(now + second))));
  CHECK(makes(store, "me", 2, event_of("lead.updated", "11", at(now))));
  CHECK(makes(store, "me", 10, event_of("task.updated", "1", at(now))));
  CHECK(makes(store, "you", 2, event_of("lead.updated", "1", at(now))));
  TEST("an event of another name that happened then or later, but not one before");
  CHECK_INT(deliver(store, 2, event_of("lead.created", "2", at(now))), 0);
  CHECK(!makes(store, "me", 2, event_of("lead.updated", "2", at(now))));
  CHECK(makes(store, "me", 2, event_of("lead.updated", "2", at(now + 1))));
  TEST("what was created is created, whenever that was, and nothing else tells of it");
  CHECK(!makes(store, "me", 2, event_of("lead.created", "2", at(now + 99 * second))));
  CHECK(makes(store, "me", 2, event_of("lead.created", "1", at(now))));
  TEST("what tells no time counts from when it was received, also without a key");
  CHECK_INT(deliver(store, 10, event_of("task.updated", "3", none)), 0);
  CHECK(!makes(store, "me", 10, event_of("task.updated", "3", at(now))));
  CHECK(makes(store, "me", 10, event_of("task.updated", "3", at(now + 5 * second))));
  TEST("what was made here counts as well");
  CHECK(!makes(store, "me", 10, event_of("task.updated", "3", at(now + 5 * second))));
}

static void test_late(struct store *store) {
  CHECK(makes(store, "me", 2, event_of("lead.updated", "20", at(now))));
  CHECK(makes(store, "me", 2, event_of("lead.created", "20", at(now - 50 * second))));
  TEST("what comes late is a duplicate where its time is that of the list");
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "20", at(now + 999))), 1);
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "20", at(now - 999))), 1);
  CHECK_INT(deliver(store, 2, event_of("lead.created", "20", at(now - 40 * second))), 1);
  TEST("another change is none, nor another thing or one that tells no time");
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "20", at(now + 2 * second))), 0);
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "20", at(now - second))), 0);
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "21", at(now))), 0);
  CHECK_INT(deliver(store, 2, event_of("lead.updated", "20", none)), 0);
  CHECK_INT(deliver(store, 2, event_of("lead.deleted", "20", at(now))), 0);
}

static void test_many(struct store *store) {
  TEST("of several those are kept that are new, each once");
  struct inbox_event events[] = {
      event_of("lead.created", "30", at(now)), event_of("lead.updated", "30", at(now)),
      event_of("lead.updated", "1", at(now)), event_of("lead.updated", "31", at(now))};
  bool made[4];
  struct inbox_delivery delivery = delivery_of("me", 2, events, 4);
  CHECK(inbox_reconcile(store, &delivery, made, NULL));
  CHECK(made[0] && !made[1] && !made[2] && made[3]);
  TEST("nothing is kept where none is");
  int64_t before, after;
  CHECK(inbox_last_event(store, &before, NULL));
  CHECK(inbox_reconcile(store, &delivery, made, NULL));
  CHECK(inbox_last_event(store, &after, NULL));
  CHECK_INT(after, before);
  CHECK_INT(delivery.id, 0);
}

int main(void) {
  if (!begin_folder("")) return 1;
  struct store *store = open_store();
  if (store) {
    test_delivered(store);
    test_late(store);
    test_many(store);
    store_close(store);
  }
  end_folder(0);
  return test_finish();
}
