#include "once.h"

static const char get_key[] =
    "SELECT state, run, first, began, until, result FROM once_keys WHERE account = $1 AND"
    " once_key = $2 AND (until IS NULL OR until > $3)";
static const char put_key[] =
    "INSERT INTO once_keys (account, once_key, state, run, first, began, until, result)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account, once_key) DO UPDATE SET"
    " state = excluded.state, run = excluded.run, first = excluded.first, began = excluded.began,"
    " until = excluded.until, result = excluded.result";
static const char remove_key[] = "DELETE FROM once_keys WHERE account = $1 AND once_key = $2";
static const char forget_some[] =
    "DELETE FROM once_keys WHERE (account, once_key) IN"
    " (SELECT account, once_key FROM once_keys WHERE until < $1 LIMIT 4)";

struct visit {
  once_visit *visit;
  void *context;
};

static bool visit_key(void *context, const struct store_value *columns, int count) {
  const struct visit *visit = context;
  (void)count;
  struct once_key key = {.state = columns[0].data,
                         .run = columns[1].integer,
                         .first = columns[2].integer,
                         .began = columns[3].integer,
                         .until = columns[4].integer,
                         .result = columns[5].kind == STORE_TEXT ? columns[5].data : NULL};
  return visit->visit(visit->context, &key);
}

enum store_answer once_get(struct store *store, const char *account, const char *name, int64_t now,
                           once_visit *visit, void *context, struct failure *failure) {
  struct visit one = {visit, context};
  return store_query(store, get_key,
                     STORE_WITH(store_text(account), store_text(name), store_integer(now)),
                     visit_key, &one, failure);
}

bool once_put(struct store *store, const char *account, const char *name,
              const struct once_key *key, int64_t now, enum store_durability durability,
              struct failure *failure) {
  struct store_value never = {.kind = STORE_NULL};
  if (!store_begin(store, durability, failure)) return false;
  bool fine =
      store_run(
          store, put_key,
          STORE_WITH(store_text(account), store_text(name), store_text(key->state),
                     store_integer(key->run), store_integer(key->first), store_integer(key->began),
                     key->until ? store_integer(key->until) : never, store_text(key->result)),
          NULL, failure) &&
      (!key->until || store_run(store, forget_some, STORE_WITH(store_integer(now)), NULL, failure));
  return store_end(store, fine, failure);
}

bool once_remove(struct store *store, const char *account, const char *name,
                 struct failure *failure) {
  return store_run(store, remove_key, STORE_WITH(store_text(account), store_text(name)), NULL,
                   failure);
}
