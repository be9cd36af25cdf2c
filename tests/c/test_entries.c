/* Spaces and entries in the store. */
#include "core/entries.h"
#include "state_folder.h"

static bool collect(void *context, const char *key, const char *value) {
  char *text = context;
  size_t used = strlen(text);
  snprintf(text + used, 256 - used, "%s=%s ", key, value);
  return strcmp(key, "stop") != 0;
}

static const char *listed_from(struct store *store, const char *space, const char *prefix,
                               const char *after) {
  static char text[256];
  text[0] = '\0';
  CHECK(entries_list(store, space, prefix, after, collect, text, NULL));
  return text;
}

/* The entries of a space as "key=value ". */
static const char *listed(struct store *store, const char *space) {
  return listed_from(store, space, "", NULL);
}

static int64_t counted(struct store *store, const char *space) {
  int64_t count = -1;
  CHECK(entries_count(store, space, &count, NULL));
  return count;
}

static bool put(struct store *store, const char *space, const char *key, const char *value) {
  return entries_put(store, space, key, value, STORE_USUAL, NULL);
}

static void test_entries(struct store *store) {
  struct buffer value;
  buffer_init(&value, 1000);
  TEST("nothing is there at first");
  CHECK_INT(entries_get(store, "a", "k", &value, NULL), STORE_NO);
  CHECK_INT(counted(store, "a"), 0);
  CHECK_STR(listed(store, "a"), "");
  CHECK(entries_remove(store, "a", "k", STORE_USUAL, NULL));
  CHECK(entries_drop(store, "a", NULL));

  TEST("an entry is set, and set again");
  CHECK(put(store, "a", "k", "1"));
  CHECK(entries_put(store, "a", "k", "two", STORE_DURABLE, NULL));
  CHECK_INT(entries_get(store, "a", "k", &value, NULL), STORE_YES);
  CHECK_MEM(value.data, value.length, "two", 3);
  CHECK_INT(counted(store, "a"), 1);

  TEST("spaces and keys are told apart");
  CHECK(put(store, "b", "k", "b"));
  CHECK(put(store, "a", "K", ""));
  CHECK(put(store, "a", "651095960136641", "id"));
  CHECK_STR(listed(store, "a"), "651095960136641=id K= k=two ");
  CHECK_STR(listed(store, "b"), "k=b ");
  CHECK_INT(entries_get(store, "a", "65109596013664", NULL, NULL), STORE_NO);

  TEST("many at once, known ones among them");
  const struct entry entries[] = {{"3", ""}, {"k", "c"}, {"1", "x"}, {"3", "y"}};
  CHECK(entries_put_all(store, "b", entries, 4, STORE_USUAL, NULL));
  CHECK_STR(listed(store, "b"), "1=x 3=y k=c ");
  CHECK(entries_put_all(store, "b", entries, 0, STORE_USUAL, NULL));

  TEST("a value larger than the buffer for it");
  buffer_free(&value);
  buffer_init(&value, 2);
  CHECK_INT(entries_get(store, "a", "k", &value, NULL), STORE_FAILED);

  TEST("a list that is stopped");
  CHECK(put(store, "c", "a", "") && put(store, "c", "stop", "") && put(store, "c", "z", ""));
  CHECK_STR(listed(store, "c"), "a= stop= ");
  CHECK(put(store, "c", "y", "")); /* the statement was let go */

  TEST("by prefix, and behind a key, in the order of bytes");
  CHECK(put(store, "p", "a", "") && put(store, "p", "a:1", "") &&
        put(store, "p", "a:\xC3\xA9", ""));
  CHECK(put(store, "p", "a ", "") && put(store, "p", "a:z", "") && put(store, "p", "a;", "") &&
        put(store, "p", "b", ""));
  CHECK_STR(listed_from(store, "p", "a:", NULL), "a:1= a:z= a:\xC3\xA9= ");
  CHECK_STR(listed_from(store, "p", "a:", "a:1"), "a:z= a:\xC3\xA9= ");
  CHECK_STR(listed_from(store, "p", "a:", "a"), "a:1= a:z= a:\xC3\xA9= ");
  CHECK_STR(listed_from(store, "p", "", "a;"), "b= ");
  CHECK_STR(listed_from(store, "p", "a%", NULL), "");

  TEST("those whose values begin with something else are swept away");
  CHECK(put(store, "s", "1", "7 x") && put(store, "s", "2", "17 x") && put(store, "s", "3", ""));
  CHECK(entries_sweep(store, "s", "7 ", NULL));
  CHECK_STR(listed(store, "s"), "1=7 x ");

  TEST("removed, dropped");
  CHECK(entries_remove(store, "a", "k", STORE_USUAL, NULL));
  CHECK_STR(listed(store, "a"), "651095960136641=id K= ");
  CHECK(entries_drop(store, "a", NULL));
  CHECK_STR(listed(store, "a"), "");
  CHECK_STR(listed(store, "b"), "1=x 3=y k=c ");
  CHECK(put(store, "a", "new", ""));
  CHECK_STR(listed(store, "a"), "new= ");
  CHECK(entries_drop(store, "a", NULL));
  buffer_free(&value);
}

static void test_increment(struct store *store) {
  static const struct {
    const char *before; /* NULL: nothing */
    int64_t by, after;
    const char *code; /* NULL: it is done */
  } rows[] = {{NULL, 1, 1, NULL},
              {"41", 1, 42, NULL},
              {"-3", 2, -1, NULL},
              {"651095960136641", -1, 651095960136640, NULL},
              {"9223372036854775807", 1, 0, "OUT_OF_RANGE"},
              {"9223372036854775808", 1, 0, "NOT_AN_INTEGER"},
              {"-9223372036854775808", -1, 0, "OUT_OF_RANGE"},
              {"1.0", 1, 0, "NOT_AN_INTEGER"},
              {"1e3", 1, 0, "NOT_AN_INTEGER"},
              {"\"1\"", 1, 0, "NOT_AN_INTEGER"},
              {" 1", 1, 0, "NOT_AN_INTEGER"},
              {"-", 1, 0, "NOT_AN_INTEGER"},
              {"", 1, 0, "NOT_AN_INTEGER"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    TEST("%s and %lld more", rows[i].before ? rows[i].before : "nothing", (long long)rows[i].by);
    struct failure failure = {.code = ""};
    int64_t result = 0;
    CHECK(entries_drop(store, "n", NULL));
    if (rows[i].before) CHECK(put(store, "n", "k", rows[i].before));
    bool done = entries_increment(store, "n", "k", rows[i].by, STORE_DURABLE, &result, &failure);
    CHECK_INT(done, rows[i].code == NULL);
    CHECK_STR(failure.code, rows[i].code ? rows[i].code : "");
    if (done) CHECK_INT(result, rows[i].after);
    char text[64];
    snprintf(text, sizeof text, "k=%lld ", (long long)rows[i].after);
    if (!done) snprintf(text, sizeof text, "k=%s ", rows[i].before);
    CHECK_STR(listed(store, "n"), text);
  }
}

int main(void) {
  struct store *store = NULL;
  if (!begin_folder("")) return 1;
  TEST("in memory");
  CHECK(store_open(NULL, &store, NULL));
  test_entries(store);
  test_increment(store);
  store_close(store);

  TEST("in a file");
  store = open_store();
  if (!store) return test_finish();
  test_entries(store);
  test_increment(store);
  struct store *other = open_store();
  TEST("what one has set the other sees");
  CHECK(put(store, "seen", "k", "v"));
  CHECK_STR(listed(other, "seen"), "k=v ");
  store_close(other);
  store_close(store);
  TEST("what was set is there when it is opened again");
  store = open_store();
  CHECK_STR(listed(store, "seen"), "k=v ");
  store_close(store);
  end_folder(0);
  return test_finish();
}
