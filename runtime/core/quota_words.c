#include "quota_words.h"

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "words must be changed without locks");

#define TIME_BITS 38
#define TIME_MASK ((INT64_C(1) << TIME_BITS) - 1)
#define COUNT_BITS 18

enum { MOST_PROBES = 16, TOLERANCE_MS = 1000 };

uint64_t quota_pack_window(struct quota_window window) {
  return (uint64_t)(window.given & QUOTA_COUNT_MASK) |
         (uint64_t)(window.end & TIME_MASK) << COUNT_BITS |
         (uint64_t)window.number << (COUNT_BITS + TIME_BITS);
}

struct quota_window quota_unpack_window(uint64_t word) {
  return (struct quota_window){.given = (uint32_t)word & QUOTA_COUNT_MASK,
                               .end = (int64_t)(word >> COUNT_BITS) & TIME_MASK,
                               .number = (uint8_t)(word >> (COUNT_BITS + TIME_BITS))};
}

uint32_t quota_count(int64_t value) {
  return value < 0 ? 0 : value > (int64_t)QUOTA_COUNT_MASK ? QUOTA_COUNT_MASK : (uint32_t)value;
}

/* A slack is kept in full or not at all: a smaller one would be a promise. */
uint64_t quota_pack_told(struct quota_told told) {
  uint64_t slack = told.slack < 0 ? 0 : told.slack >= 0xFFFE ? 0xFFFF : (uint64_t)told.slack + 1;
  return (uint64_t)(told.elsewhere & QUOTA_COUNT_MASK) |
         (uint64_t)(told.previous & QUOTA_COUNT_MASK) << COUNT_BITS |
         (uint64_t)(told.replies & 15) << (2 * COUNT_BITS) | slack << (2 * COUNT_BITS + 4) |
         (uint64_t)told.number << (2 * COUNT_BITS + 20);
}

struct quota_told quota_unpack_told(uint64_t word, uint8_t number) {
  if ((uint8_t)(word >> (2 * COUNT_BITS + 20)) != number)
    return (struct quota_told){.slack = -1, .number = number};
  return (struct quota_told){.elsewhere = (uint32_t)word & QUOTA_COUNT_MASK,
                             .previous = (uint32_t)(word >> COUNT_BITS) & QUOTA_COUNT_MASK,
                             .replies = (unsigned)(word >> (2 * COUNT_BITS)) & 15,
                             .slack = (int64_t)((word >> (2 * COUNT_BITS + 4)) & 0xFFFF) - 1,
                             .number = number};
}

uint64_t quota_pack_heard(struct quota_heard heard) {
  return quota_pack_window((struct quota_window){heard.count, heard.at, heard.number});
}

struct quota_heard quota_unpack_heard(uint64_t word) {
  struct quota_window window = quota_unpack_window(word);
  return (struct quota_heard){window.given, window.end, window.number};
}

uint64_t quota_pack_closed(struct quota_closed closed) {
  return (uint64_t)(closed.since & TIME_MASK) |
         (uint64_t)((closed.length + 99) / 100 & 0xFFFF) << TIME_BITS |
         (uint64_t)(closed.streak & 15) << (TIME_BITS + 16) |
         (uint64_t)(closed.shrink & 15) << (TIME_BITS + 20);
}

struct quota_closed quota_unpack_closed(uint64_t word, int64_t now) {
  struct quota_closed closed = {.since = (int64_t)word & TIME_MASK,
                                .length = (int64_t)(word >> TIME_BITS & 0xFFFF) * 100,
                                .streak = (unsigned)(word >> (TIME_BITS + 16)) & 15,
                                .shrink = (unsigned)(word >> (TIME_BITS + 20)) & 15};
  bool sane = closed.since <= now + TOLERANCE_MS && closed.length <= QUOTA_LONGEST_CLOSURE_MS &&
              closed.streak <= QUOTA_LONGEST_STREAK && closed.shrink <= QUOTA_MOST_SHRINK;
  return sane ? closed : (struct quota_closed){.since = 0};
}

bool quota_swap(_Atomic uint64_t *word, uint64_t before, uint64_t after) {
  return atomic_compare_exchange_strong(word, &before, after);
}

struct quota_entry *quota_find_entry(struct quota_memory *memory, uint32_t operation, bool claim) {
  for (unsigned i = 0; i < MOST_PROBES; i++) {
    struct quota_entry *entry = &memory->entries[(operation + i) % QUOTA_ENTRIES];
    uint32_t there = atomic_load(&entry->operation);
    if (there == 0 && !claim) return NULL;
    if (there == 0 && atomic_compare_exchange_strong(&entry->operation, &there, operation))
      return entry;
    if (there == operation) return entry;
  }
  return NULL;
}

struct quota_bucket *quota_bucket_of(const struct quota *quota, unsigned class) {
  return class ? &quota->memory->entries[class - 1].bucket : &quota->memory->common;
}

uint32_t quota_named_limit(const struct quota_bucket *bucket) {
  uint32_t limit = atomic_load(&bucket->limit);
  return limit <= QUOTA_MOST_LIMIT ? limit : 0;
}

bool quota_is_open(struct quota_window window, int64_t now) {
  return now < window.end + QUOTA_MARGIN_MS && window.end <= now + QUOTA_STALE_MS;
}

bool quota_begin_window(struct quota_bucket *bucket, uint64_t word, struct quota_window next,
                        struct quota_told told) {
  uint64_t told_word = atomic_load(&bucket->told);
  if (!quota_swap(&bucket->window, word, quota_pack_window(next))) return false;
  quota_swap(&bucket->told, told_word, quota_pack_told(told));
  return true;
}
