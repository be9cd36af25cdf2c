#include "dead_letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "entries.h"

/* LATE_MS: a worker notes when an event dies and may then wait so long until it can write that. */
enum { PAUSE_MS = 15 * 60 * 1000, LATE_MS = 30 * 1000, SPACE_SIZE = 512 };

static const char began_key[] = "began", told_key[] = "told";
#define UNTOLD                                              \
  " FROM inbox_handlers JOIN inbox_work ON handler = id"    \
  " WHERE account = $1 AND state = 'dead' AND settled > $2" \
  " AND settled <= $3"
static const char any_untold[] = "SELECT EXISTS (SELECT 1" UNTOLD ")";
static const char count_untold[] = "SELECT count(DISTINCT event)" UNTOLD;

static void space_of(char space[SPACE_SIZE], const char *account) {
  snprintf(space, SPACE_SIZE, "dead letters %.480s", account);
}

static bool put(struct store *store, const char *account, const char *key, int64_t time,
                struct failure *failure) {
  char space[SPACE_SIZE], text[24];
  space_of(space, account);
  snprintf(text, sizeof text, "%" PRId64, time);
  return entries_put(store, space, key, text, STORE_DURABLE, failure);
}

static bool take_count(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return false;
}

static bool look(struct store *store, const char *account, int64_t now, const char *sql,
                 struct dead_letters *letters, struct failure *failure) {
  char space[SPACE_SIZE];
  int64_t began, told;
  space_of(space, account);
  *letters = (struct dead_letters){.until = now - LATE_MS};
  if (!entries_integer(store, space, began_key, &began, failure) ||
      !entries_integer(store, space, told_key, &told, failure))
    return false;
  if (llabs(now - began) < PAUSE_MS) return true;
  if (told > now) told = 0; /* the clock was put back: what died since then cannot be told apart */
  return store_query(
             store, sql,
             STORE_WITH(store_text(account), store_integer(told), store_integer(letters->until)),
             take_count, &letters->count, failure) != STORE_FAILED;
}

bool dead_letters_look(struct store *store, const char *account, int64_t now, bool *any,
                       struct failure *failure) {
  struct dead_letters letters;
  bool fine = look(store, account, now, any_untold, &letters, failure);
  *any = letters.count > 0;
  return fine;
}

bool dead_letters_claim(struct store *store, const char *account, int64_t now,
                        struct dead_letters *letters, struct failure *failure) {
  if (!store_begin(store, STORE_DURABLE, failure)) return false;
  bool fine = look(store, account, now, count_untold, letters, failure) &&
              (letters->count == 0 || put(store, account, began_key, now, failure));
  return store_end(store, fine, failure);
}

bool dead_letters_told(struct store *store, const char *account, const struct dead_letters *letters,
                       struct failure *failure) {
  return put(store, account, told_key, letters->until, failure);
}
