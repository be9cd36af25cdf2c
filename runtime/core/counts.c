#include "counts.h"

static const char claim[] =
    "INSERT INTO counts (account, name, day, used) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (account, name, day) DO UPDATE SET used = counts.used + excluded.used"
    " WHERE counts.used + excluded.used <= $5";
static const char give_back[] =
    "UPDATE counts SET used = used - $4 WHERE account = $1 AND name = $2 AND day = $3 AND"
    " used >= $4";
static const char get_used[] =
    "SELECT used FROM counts WHERE account = $1 AND name = $2 AND day = $3";
static const char forget[] = "DELETE FROM counts WHERE day < $1";

enum store_answer counts_claim(struct store *store, const struct count *count, int64_t uses,
                               int64_t most, const char *oldest, struct failure *failure) {
  int64_t changed = 0;
  if (uses > most) return STORE_NO;
  if (!store_begin(store, STORE_DURABLE, failure)) return STORE_FAILED;
  bool fine =
      store_run(store, claim,
                STORE_WITH(store_text(count->account), store_text(count->name),
                           store_text(count->day), store_integer(uses), store_integer(most)),
                &changed, failure) &&
      store_run(store, forget, STORE_WITH(store_text(oldest)), NULL, failure);
  if (!store_end(store, fine, failure)) return STORE_FAILED;
  return changed > 0 ? STORE_YES : STORE_NO;
}

/* Not durable: what is not given back is one less that may be sent. */
bool counts_give_back(struct store *store, const struct count *count, int64_t uses,
                      struct failure *failure) {
  return store_run(store, give_back,
                   STORE_WITH(store_text(count->account), store_text(count->name),
                              store_text(count->day), store_integer(uses)),
                   NULL, failure);
}

static bool take_used(void *context, const struct store_value *columns, int count) {
  int64_t *used = context;
  (void)count;
  *used = columns[0].integer;
  return false;
}

bool counts_used(struct store *store, const struct count *count, int64_t *used,
                 struct failure *failure) {
  *used = 0;
  return store_query(store, get_used,
                     STORE_WITH(store_text(count->account), store_text(count->name),
                                store_text(count->day)),
                     take_used, used, failure) != STORE_FAILED;
}
