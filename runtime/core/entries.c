#include "entries.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUE_MAXIMUM = 16 * 1024 * 1024 };

#define IN_SPACE " space = (SELECT id FROM spaces WHERE name = $1)"

static const char add_space[] = "INSERT INTO spaces (name) VALUES ($1) ON CONFLICT DO NOTHING";
static const char put_entry[] =
    "INSERT INTO entries (space, key, value) SELECT id, $2, $3 FROM spaces WHERE name = $1"
    " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value";
static const char get_entry[] = "SELECT value FROM entries WHERE" IN_SPACE " AND key = $2";
static const char remove_entry[] = "DELETE FROM entries WHERE" IN_SPACE " AND key = $2";
static const char drop_entries[] = "DELETE FROM entries WHERE" IN_SPACE;
static const char drop_space[] = "DELETE FROM spaces WHERE name = $1";
static const char sweep_entries[] =
    "DELETE FROM entries WHERE" IN_SPACE " AND substr(value, 1, length($2)) <> $2";
static const char count_entries[] = "SELECT count(*) FROM entries WHERE" IN_SPACE;
static const char list_from[] =
    "SELECT key, value FROM entries WHERE" IN_SPACE " AND key >= $2 ORDER BY key";
static const char list_behind[] =
    "SELECT key, value FROM entries WHERE" IN_SPACE " AND key > $2 ORDER BY key";

/* An entry needs its space. The first one makes it, in the same transaction: another run might drop
   the space between the two. */
static bool put(struct store *store, const char *space, const char *key, const char *value,
                struct failure *failure) {
  int64_t changed;
  struct store_arguments entry = STORE_WITH(store_text(space), store_text(key), store_text(value));
  if (!store_run(store, put_entry, entry, &changed, failure)) return false;
  if (changed > 0) return true;
  return store_run(store, add_space, STORE_WITH(store_text(space)), NULL, failure) &&
         store_run(store, put_entry, entry, NULL, failure);
}

bool entries_put_all(struct store *store, const char *space, const struct entry *entries,
                     size_t count, enum store_durability durability, struct failure *failure) {
  if (!store_begin(store, durability, failure)) return false;
  bool fine = true;
  for (size_t i = 0; fine && i < count; i++)
    fine = put(store, space, entries[i].key, entries[i].value, failure);
  return store_end(store, fine, failure);
}

bool entries_put(struct store *store, const char *space, const char *key, const char *value,
                 enum store_durability durability, struct failure *failure) {
  struct entry entry = {.key = key, .value = value};
  return entries_put_all(store, space, &entry, 1, durability, failure);
}

/* The value that a query is to give, and whether it could be kept. */
struct found {
  struct buffer *value;
  bool kept;
};

static bool take_value(void *context, const struct store_value *columns, int count) {
  struct found *found = context;
  (void)count;
  if (found->value) found->kept = buffer_append(found->value, columns[0].data, columns[0].length);
  return false;
}

enum store_answer entries_get(struct store *store, const char *space, const char *key,
                              struct buffer *value, struct failure *failure) {
  struct found found = {.value = value, .kept = true};
  enum store_answer answer =
      store_query(store, get_entry, STORE_WITH(store_text(space), store_text(key)), take_value,
                  &found, failure);
  if (found.kept) return answer;
  failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  return STORE_FAILED;
}

/* The integer that an entry holds, as JSON writes one: nothing before it, nothing behind it. */
static bool read_integer(const struct buffer *text, int64_t *integer) {
  char *end;
  const char *first = text->data && text->data[0] == '-' ? text->data + 1 : text->data;
  if (!first || first[0] < '0' || first[0] > '9') return false;
  errno = 0;
  *integer = strtoll(text->data, &end, 10);
  return errno == 0 && end == text->data + text->length;
}

bool entries_integer(struct store *store, const char *space, const char *key, int64_t *integer,
                     struct failure *failure) {
  struct buffer text;
  buffer_init(&text, VALUE_MAXIMUM);
  enum store_answer answer = entries_get(store, space, key, &text, failure);
  if (answer != STORE_YES || !read_integer(&text, integer)) *integer = 0;
  buffer_free(&text);
  return answer != STORE_FAILED;
}

static bool add_to(struct store *store, const char *space, const char *key, int64_t by,
                   struct buffer *value, int64_t *result, struct failure *failure) {
  char text[32];
  int64_t before = 0;
  enum store_answer found = entries_get(store, space, key, value, failure);
  if (found == STORE_FAILED) return false;
  if (found == STORE_YES && !read_integer(value, &before))
    return failure_set(failure, "NOT_AN_INTEGER", "it holds something else than an integer");
  if (__builtin_add_overflow(before, by, result))
    return failure_set(failure, "OUT_OF_RANGE",
                       "it holds %" PRId64 ", and %" PRId64 " more is no integer of 64 bits",
                       before, by);
  snprintf(text, sizeof text, "%" PRId64, *result);
  return put(store, space, key, text, failure);
}

bool entries_increment(struct store *store, const char *space, const char *key, int64_t by,
                       enum store_durability durability, int64_t *result, struct failure *failure) {
  struct buffer value;
  if (!store_begin(store, durability, failure)) return false;
  buffer_init(&value, VALUE_MAXIMUM);
  bool fine = add_to(store, space, key, by, &value, result, failure);
  buffer_free(&value);
  return store_end(store, fine, failure);
}

bool entries_remove(struct store *store, const char *space, const char *key,
                    enum store_durability durability, struct failure *failure) {
  if (!store_begin(store, durability, failure)) return false;
  bool fine =
      store_run(store, remove_entry, STORE_WITH(store_text(space), store_text(key)), NULL, failure);
  return store_end(store, fine, failure);
}

bool entries_drop(struct store *store, const char *space, struct failure *failure) {
  struct store_arguments name = STORE_WITH(store_text(space));
  if (!store_begin(store, STORE_USUAL, failure)) return false;
  bool fine = store_run(store, drop_entries, name, NULL, failure) &&
              store_run(store, drop_space, name, NULL, failure);
  return store_end(store, fine, failure);
}

bool entries_sweep(struct store *store, const char *space, const char *prefix,
                   struct failure *failure) {
  return store_run(store, sweep_entries, STORE_WITH(store_text(space), store_text(prefix)), NULL,
                   failure);
}

static bool take_count(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return false;
}

bool entries_count(struct store *store, const char *space, int64_t *count,
                   struct failure *failure) {
  return store_query(store, count_entries, STORE_WITH(store_text(space)), take_count, count,
                     failure) == STORE_YES;
}

struct listing {
  const char *prefix;
  size_t length;
  entries_visit *visit;
  void *context;
};

static bool visit_entry(void *context, const struct store_value *columns, int count) {
  const struct listing *listing = context;
  (void)count;
  return columns[0].length >= listing->length &&
         memcmp(columns[0].data, listing->prefix, listing->length) == 0 &&
         listing->visit(listing->context, columns[0].data, columns[1].data);
}

bool entries_list(struct store *store, const char *space, const char *prefix, const char *after,
                  entries_visit *visit, void *context, struct failure *failure) {
  struct listing listing = {prefix, strlen(prefix), visit, context};
  bool behind = after && strcmp(after, prefix) >= 0;
  return store_query(store, behind ? list_behind : list_from,
                     STORE_WITH(store_text(space), store_text(behind ? after : prefix)),
                     visit_entry, &listing, failure) != STORE_FAILED;
}
