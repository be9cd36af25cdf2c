/* How often something was done on a day: claims, several stores at once, and what is given back. */
#include "core/counts.h"

#include "state_folder.h"

static const struct count today = {"me@there", "send_sms", "2026-06-05"};
static const char oldest[] = "2026-04-04";

static int64_t used(struct store *store, const struct count *count) {
  int64_t number = -1;
  CHECK(counts_used(store, count, &number, NULL));
  return number;
}

static int claim(struct store *store, const struct count *count, int64_t uses, int64_t most) {
  return (int)counts_claim(store, count, uses, most, oldest, NULL);
}

static void test_claims(struct store *store, struct store *other) {
  TEST("as many as may be, and no more");
  CHECK_INT(claim(store, &today, 1, 3), STORE_YES);
  CHECK_INT(claim(other, &today, 2, 3), STORE_YES);
  CHECK_INT(claim(store, &today, 1, 3), STORE_NO);
  CHECK_INT(used(other, &today), 3);
  TEST("all of them or none");
  CHECK_INT(claim(store, &today, 4, 6), STORE_NO);
  CHECK_INT(used(store, &today), 3);
  CHECK_INT(claim(store, &today, 3, 6), STORE_YES);
  TEST("more than may be at all, with nothing used yet");
  struct count fresh = {"me@there", "send_email", "2026-06-05"};
  CHECK_INT(claim(store, &fresh, 2, 1), STORE_NO);
  CHECK_INT(used(store, &fresh), 0);
  TEST("a smaller cap than what is used");
  CHECK_INT(claim(store, &today, 1, 2), STORE_NO);
}

static void test_give_back(struct store *store, struct store *other) {
  TEST("what is given back can be claimed again");
  CHECK(counts_give_back(other, &today, 2, NULL));
  CHECK_INT(used(store, &today), 4);
  CHECK_INT(claim(store, &today, 2, 6), STORE_YES);
  TEST("never below none");
  CHECK(counts_give_back(store, &today, 7, NULL));
  CHECK_INT(used(store, &today), 6);
}

static void test_apart(struct store *store) {
  struct count elsewhere = {"you@there", "send_sms", "2026-06-05"};
  struct count tomorrow = {"me@there", "send_sms", "2026-06-06"};
  TEST("accounts and days are apart");
  CHECK_INT(used(store, &elsewhere), 0);
  CHECK_INT(claim(store, &elsewhere, 1, 1), STORE_YES);
  CHECK_INT(claim(store, &tomorrow, 1, 1), STORE_YES);
  CHECK_INT(used(store, &today), 6);
  TEST("days before the oldest are forgotten");
  CHECK_INT((int)counts_claim(store, &tomorrow, 1, 2, "2026-06-06", NULL), STORE_YES);
  CHECK_INT(used(store, &today), 0);
  CHECK_INT(used(store, &tomorrow), 2);
}

int main(void) {
  if (!begin_folder("")) return 1;
  struct store *store = open_store();
  struct store *other = open_store();
  test_claims(store, other);
  test_give_back(store, other);
  test_apart(store);
  store_close(other);
  store_close(store);
  end_folder(0);
  return test_finish();
}
