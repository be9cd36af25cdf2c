/* Calls by operation and code: what several runs have counted adds up, hours go and totals stay. */
#include "core/tally.h"

#include "state_folder.h"

static const int64_t hour = 60 * 60 * 1000, now = INT64_C(1800000000000);

static bool take(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return false;
}

static int64_t ask(struct store *store, const char *sql) {
  int64_t number = -1;
  struct failure failure = {.message = ""};
  CHECK(store_query(store, sql, STORE_WITH_NOTHING, take, &number, &failure) != STORE_FAILED);
  return number;
}

static const char all[] = "SELECT COALESCE(sum(calls), 0) FROM calls WHERE hour = 0";
static const char hours[] = "SELECT COALESCE(sum(calls), 0) FROM calls WHERE hour > 0";
static const char rows[] = "SELECT count(*) FROM calls WHERE hour = 0";
static const char others[] =
    "SELECT COALESCE(sum(calls), 0) FROM calls WHERE hour = 0 AND code = 'OTHER'";

static void count(struct tally *tally, const char *operation, const char *code, int times) {
  while (times-- > 0) tally_count(tally, operation, code);
}

static void test_adding(struct store *store, struct store *second) {
  struct tally *tally = tally_new(), *another = tally_new();
  TEST("what two runs count adds up");
  CHECK(!tally_is_due(tally) && !tally_is_due(NULL));
  count(tally, "leads.list", NULL, 3);
  count(tally, "leads.list", "SERVER_ERROR", 2);
  count(another, "leads.list", NULL, 4);
  CHECK(tally_is_due(tally));
  CHECK(tally_keep(tally, store, "a", now, NULL) && tally_keep(another, second, "a", now, NULL));
  CHECK(!tally_is_due(tally));
  CHECK_INT(ask(store, all), 9);
  CHECK_INT(ask(store, "SELECT calls FROM calls WHERE hour = 0 AND code = 'OK'"), 7);
  TEST("what was kept is not kept again");
  CHECK(tally_keep(tally, store, "a", now, NULL));
  count(tally, "leads.list", NULL, 1);
  CHECK(tally_keep(tally, store, "a", now, NULL));
  CHECK_INT(ask(store, all), 10);
  TEST("another account has its own");
  count(tally, "leads.list", NULL, 1);
  CHECK(tally_keep(tally, store, "b", now, NULL));
  CHECK_INT(ask(store, "SELECT sum(calls) FROM calls WHERE hour = 0 AND account = 'a'"), 10);
  TEST("hours go, totals stay");
  count(tally, "leads.list", NULL, 5);
  CHECK(tally_keep(tally, store, "a", now + (TALLY_HOURS + 1) * hour, NULL));
  CHECK_INT(ask(store, "SELECT sum(calls) FROM calls WHERE hour > 0 AND account = 'a'"), 5);
  CHECK_INT(ask(store, "SELECT sum(calls) FROM calls WHERE hour = 0 AND account = 'a'"), 15);
  tally_free(tally);
  tally_free(another);
}

static void test_failing(struct store *store, struct store *second) {
  struct failure failure;
  struct tally *tally = tally_new();
  int64_t before = ask(store, all);
  TEST("what could not be kept stays due");
  count(tally, "leads.get", NULL, 7);
  CHECK(store_run(store, "DROP TABLE calls", STORE_WITH_NOTHING, NULL, &failure));
  CHECK(!tally_keep(tally, second, "a", now, &failure) && tally_is_due(tally));
  CHECK(before > 0);
  tally_free(tally);
}

static void test_limits(struct store *store) {
  char code[80];
  struct tally *tally = tally_new();
  int64_t before = ask(store, all);
  TEST("what is no code is none");
  static const char *const strange[] = {"",
                                        "a b",
                                        "x\"}",
                                        "line\n",
                                        "\xC3\xA4",
                                        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")};
  for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
    count(tally, "leads.get", strange[i], 1);
  CHECK(tally_keep(tally, store, "a", now, NULL));
  CHECK_INT(ask(store, others), 6);
  TEST("however many codes come, none is lost and the rows are bounded");
  for (int i = 0; i < 5000; i++) {
    snprintf(code, sizeof code, "CODE_%d", i);
    count(tally, "leads.get", code, 1);
    if (i % 100 == 0) CHECK(tally_keep(tally, store, "a", now, NULL));
  }
  CHECK(tally_keep(tally, store, "a", now, NULL));
  CHECK_INT(ask(store, all), before + 6 + 5000);
  CHECK(ask(store, rows) <= TALLY_MOST + 2);
  CHECK(ask(store, hours) > 0);
  tally_free(tally);
}

int main(void) {
  if (!begin_folder("")) return 1;
  struct store *store = open_store();
  struct store *second = open_store();
  test_adding(store, second);
  test_limits(store);
  test_failing(store, second);
  store_close(second);
  store_close(store);
  end_folder(0);
  return test_finish();
}
