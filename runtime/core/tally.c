#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The row of an hour has its number since 1970, that of all time 0. */
static const char add_calls[] =
    "INSERT INTO calls (account, hour, operation, code, calls) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (account, hour, operation, code) DO UPDATE SET"
    " calls = calls.calls + excluded.calls";
static const char is_known[] =
    "SELECT 1 FROM calls WHERE account = $1 AND hour = 0 AND operation = $2 AND code = $3";
static const char count_known[] = "SELECT count(*) FROM calls WHERE account = $1 AND hour = 0";
static const char forget_hours[] =
    "DELETE FROM calls WHERE account = $1 AND hour > 0 AND hour < $2";

static const char other[] = "OTHER";
static const int64_t hour_ms = 60 * 60 * 1000;

enum { NAME_SIZE = 64, SLOTS = 256 };

struct slot {
  char operation[NAME_SIZE], code[NAME_SIZE];
  int64_t calls;
};

struct tally {
  size_t count, last; /* slots in use; the one that was found last */
  bool due;
  struct slot slots[SLOTS];
};

struct tally *tally_new(void) {
  return calloc(1, sizeof(struct tally));
}

void tally_free(struct tally *tally) { free(tally); }

/* Codes are Lofty's, and one that nobody has documented may be anything. */
static const char *name_of(const char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  size_t length = strspn(text, letters);
  return length > 0 && length < NAME_SIZE && text[length] == '\0' ? text : other;
}

static bool is_slot(const struct slot *slot, const char *operation, const char *code) {
  return strcmp(slot->operation, operation) == 0 && strcmp(slot->code, code) == 0;
}

static bool has_slot(struct tally *tally, const char *operation, const char *code) {
  if (tally->count > 0 && is_slot(&tally->slots[tally->last], operation, code)) return true;
  for (size_t i = 0; i < tally->count; i++) {
    if (!is_slot(&tally->slots[i], operation, code)) continue;
    tally->last = i;
    return true;
  }
  return false;
}

/* The last slot of all takes what finds no other. */
static void take_slot(struct tally *tally, const char *operation, const char *code) {
  if (has_slot(tally, operation, code)) return;
  bool is_last = tally->count >= SLOTS - 1;
  tally->last = is_last ? SLOTS - 1 : tally->count;
  struct slot *slot = &tally->slots[tally->last];
  snprintf(slot->operation, NAME_SIZE, "%s", is_last ? other : operation);
  snprintf(slot->code, NAME_SIZE, "%s", is_last ? other : code);
  tally->count = tally->last + 1;
}

/* What is in a slot is a name: mostly the same is counted again, and need not be looked at. */
void tally_count(struct tally *tally, const char *operation, const char *code) {
  if (!tally) return;
  if (!code) code = "OK";
  if (!has_slot(tally, operation, code)) take_slot(tally, name_of(operation), name_of(code));
  tally->slots[tally->last].calls++;
  tally->due = true;
}

bool tally_is_due(const struct tally *tally) { return tally && tally->due; }

static bool take_integer(void *context, const struct store_value *columns, int count) {
  (void)count;
  *(int64_t *)context = columns[0].integer;
  return false;
}

/* Whether the store tells this operation and code apart from others, or has room to. */
static enum store_answer has_room(struct store *store, const char *account, const struct slot *slot,
                                  struct failure *failure) {
  int64_t known = 0;
  enum store_answer answer = store_query(
      store, is_known,
      STORE_WITH(store_text(account), store_text(slot->operation), store_text(slot->code)), NULL,
      NULL, failure);
  if (answer != STORE_NO) return answer;
  if (store_query(store, count_known, STORE_WITH(store_text(account)), take_integer, &known,
                  failure) == STORE_FAILED)
    return STORE_FAILED;
  return known < TALLY_MOST - 1 ? STORE_YES : STORE_NO;
}

static bool keep_slot(struct store *store, const char *account, const struct slot *slot,
                      int64_t hour, struct failure *failure) {
  enum store_answer room = has_room(store, account, slot, failure);
  if (room == STORE_FAILED) return false;
  struct store_value operation = store_text(room == STORE_YES ? slot->operation : other);
  struct store_value code = store_text(room == STORE_YES ? slot->code : other);
  struct store_value owner = store_text(account), calls = store_integer(slot->calls);
  return store_run(store, add_calls, STORE_WITH(owner, store_integer(0), operation, code, calls),
                   NULL, failure) &&
         store_run(store, add_calls, STORE_WITH(owner, store_integer(hour), operation, code, calls),
                   NULL, failure);
}

bool tally_keep(struct tally *tally, struct store *store, const char *account, int64_t now,
                struct failure *failure) {
  int64_t hour = now / hour_ms;
  if (!tally_is_due(tally)) return true;
  if (!store_begin(store, STORE_USUAL, failure)) return false;
  bool fine =
      store_run(store, forget_hours,
                STORE_WITH(store_text(account), store_integer(hour - TALLY_HOURS)), NULL, failure);
  for (size_t i = 0; fine && i < tally->count; i++)
    if (tally->slots[i].calls > 0)
      fine = keep_slot(store, account, &tally->slots[i], hour, failure);
  if (!store_end(store, fine, failure)) return false;
  for (size_t i = 0; i < tally->count; i++) tally->slots[i].calls = 0;
  tally->due = false;
  return true;
}
