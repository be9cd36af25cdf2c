#include <string.h>

#include "quota_words.h"

enum {
  SLOW_START = 16,
  LEARNING_MS = 5,
  LAST_SECONDS_MS = 5 * 1000, /* the end of a window, where bulk takes what is left */
  PROBE_MS = 1000,
  MOST_ATTEMPTS = 1000 /* at changing a word that others change too */
};

static const char *const priority_names[] = {"interactive", "scheduled", "bulk"};

const char *quota_priority_name(enum quota_priority priority) { return priority_names[priority]; }

bool quota_priority_parse(const char *name, enum quota_priority *priority) {
  for (unsigned i = 0; i < sizeof priority_names / sizeof *priority_names; i++) {
    if (strcmp(priority_names[i], name) != 0) continue;
    *priority = (enum quota_priority)i;
    return true;
  }
  return false;
}

uint32_t quota_operation(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 16777619u;
  return hash ? hash : 1;
}

unsigned quota_class(const struct quota *quota, uint32_t operation) {
  const struct quota_entry *entry = quota_find_entry(quota->memory, operation, false);
  if (!entry || atomic_load(&entry->apart) != 1) return 0;
  return (unsigned)(entry - quota->memory->entries) + 1;
}

static uint32_t limit_of(const struct quota *quota, const struct quota_bucket *bucket,
                         unsigned shrink) {
  uint32_t limit = quota_named_limit(bucket);
  if (!limit) limit = quota->start;
  if (!limit) return 0;
  limit -= limit * shrink / 8;
  return limit ? limit : 1;
}

/* A minute begins of which no reply has spoken yet. */
static void roll_over(struct quota_bucket *bucket, uint64_t word, int64_t now) {
  struct quota_window over = quota_unpack_window(word);
  struct quota_told told = quota_unpack_told(atomic_load(&bucket->told), over.number);
  struct quota_window next = {.end = now + QUOTA_WINDOW_MS, .number = (uint8_t)(over.number + 1)};
  int64_t gap = now - over.end;
  int64_t touching = 0; /* rounded up */
  if (gap >= 0 && gap < QUOTA_WINDOW_MS)
    touching =
        ((int64_t)(over.given + told.elsewhere) * (QUOTA_WINDOW_MS - gap) + QUOTA_WINDOW_MS - 1) /
        QUOTA_WINDOW_MS;
  struct quota_told blank = {.previous = quota_count(touching), .slack = -1, .number = next.number};
  if (!quota_begin_window(bucket, word, next, blank)) return;
  uint64_t closed_word = atomic_load(&bucket->closed);
  struct quota_closed closed = quota_unpack_closed(closed_word, now);
  if (closed.streak > 0 || closed.shrink == 0) return;
  closed.shrink--;
  quota_swap(&bucket->closed, closed_word, quota_pack_closed(closed));
}

/* A wait, and why. */
struct wait {
  int64_t ms;
  enum quota_reason reason;
};

static struct wait longer(struct wait a, int64_t ms, enum quota_reason reason) {
  return ms > a.ms ? (struct wait){ms, reason} : a;
}

/* For room under a limit of which `used` are used, in a window with that much left of it. */
static struct wait wait_for_room(uint32_t used, uint32_t limit, enum quota_priority priority,
                                 int64_t left) {
  struct wait wait = {0, QUOTA_GIVEN};
  if (!limit) return wait;
  if (used >= limit) return longer(wait, left + QUOTA_MARGIN_MS, QUOTA_LIMIT);
  if (priority == QUOTA_INTERACTIVE) return wait;
  uint32_t reserve = limit / 50 ? limit / 50 : 1;
  if (priority == QUOTA_BULK && used + reserve >= limit)
    wait = longer(wait, left - LAST_SECONDS_MS, QUOTA_PACE);
  /* The line reaches used + 1 when that much of the minute has passed. */
  int64_t head_start = priority == QUOTA_BULK ? QUOTA_WINDOW_MS / 4 : QUOTA_WINDOW_MS / 2;
  int64_t due =
      ((int64_t)(used + 1) * QUOTA_WINDOW_MS + (int64_t)limit - 1) / (int64_t)limit - head_start;
  return longer(wait, due - (QUOTA_WINDOW_MS - left), QUOTA_PACE);
}

/* Where no reply speaks of limits: the minute before counts by the part that is less than a minute
   ago. */
static struct wait wait_for_minute(uint32_t given, uint32_t previous, uint32_t limit,
                                   int64_t left) {
  struct wait wait = {0, QUOTA_GIVEN};
  if (!limit || !previous || given >= limit) return wait;
  int64_t may_touch = (int64_t)(limit - given - 1) * QUOTA_WINDOW_MS / (int64_t)previous;
  return longer(wait, left - may_touch, QUOTA_LIMIT);
}

static struct wait wait_for_replies(struct quota_window window, struct quota_told told,
                                    int64_t left) {
  struct wait wait = {0, QUOTA_GIVEN};
  if (told.slack >= 0 || told.replies >= QUOTA_ENOUGH_REPLIES) return wait;
  int64_t passed = (QUOTA_WINDOW_MS - left) / 1000;
  if (window.given < SLOW_START * (1 + passed) + 2 * told.replies) return wait;
  return longer(wait, LEARNING_MS, QUOTA_LEARNING);
}

static struct wait wait_in_window(const struct quota *quota, const struct quota_bucket *bucket,
                                  struct quota_window window, struct quota_closed closed,
                                  enum quota_priority priority, int64_t now) {
  struct quota_told told = quota_unpack_told(atomic_load(&bucket->told), window.number);
  uint32_t limit = limit_of(quota, bucket, closed.shrink);
  uint32_t used = window.given + told.elsewhere;
  int64_t left = window.end - now;
  struct wait wait = wait_for_room(used, limit, priority, left);
  struct wait other = wait_for_room(window.given, quota->ceiling, priority, left);
  wait = longer(wait, other.ms, other.reason);
  if (quota_named_limit(bucket) == 0) {
    uint32_t least = quota->ceiling && (!limit || quota->ceiling < limit) ? quota->ceiling : limit;
    other = wait_for_minute(window.given, told.previous, least, left);
    wait = longer(wait, other.ms, other.reason);
  }
  /* Nothing is to be learned where replies never speak of limits. */
  if (limit || atomic_load(&bucket->replies) < QUOTA_ENOUGH_REPLIES) {
    other = wait_for_replies(window, told, left);
    wait = longer(wait, other.ms, other.reason);
  }
  return wait;
}

/* Whether the bucket is closed. After that, while nothing has succeeded, one may go each second. */
static struct wait wait_for_opening(struct quota_bucket *bucket, uint64_t word,
                                    struct quota_closed closed, int64_t now) {
  struct wait wait = {0, QUOTA_GIVEN};
  int64_t left = closed.since + closed.length - now;
  if (left > 0) return longer(wait, left, QUOTA_CLOSED);
  if (closed.streak == 0) return wait;
  closed.length = now - closed.since + PROBE_MS;
  if (closed.length > QUOTA_LONGEST_CLOSURE_MS) {
    closed.since = now;
    closed.length = PROBE_MS;
  }
  if (quota_swap(&bucket->closed, word, quota_pack_closed(closed))) return wait;
  return longer(wait, LEARNING_MS, QUOTA_CLOSED);
}

int64_t quota_take(const struct quota *quota, uint32_t operation, enum quota_priority priority,
                   int64_t now, enum quota_reason *reason) {
  struct quota_bucket *bucket = quota_bucket_of(quota, quota_class(quota, operation));
  for (int i = 0; i < MOST_ATTEMPTS; i++) {
    uint64_t word = atomic_load(&bucket->window);
    struct quota_window window = quota_unpack_window(word);
    if (!quota_is_open(window, now)) {
      roll_over(bucket, word, now);
      continue;
    }
    uint64_t closed_word = atomic_load(&bucket->closed);
    struct quota_closed closed = quota_unpack_closed(closed_word, now);
    struct wait wait = wait_in_window(quota, bucket, window, closed, priority, now);
    if (wait.ms <= 0) wait = wait_for_opening(bucket, closed_word, closed, now);
    *reason = wait.reason;
    if (wait.ms > 0) return wait.ms;
    if (window.given == QUOTA_COUNT_MASK) return 0;
    window.given++;
    if (quota_swap(&bucket->window, word, quota_pack_window(window))) return 0;
  }
  *reason = QUOTA_LEARNING;
  return 1;
}

static uint32_t lower(uint32_t limit, uint32_t ceiling) {
  return ceiling && (!limit || ceiling < limit) ? ceiling : limit;
}

uint32_t quota_rate(const struct quota *quota, unsigned class) {
  return lower(limit_of(quota, quota_bucket_of(quota, class), 0), quota->ceiling);
}

void quota_look(const struct quota *quota, unsigned class, int64_t now,
                struct quota_status *status) {
  const struct quota_bucket *bucket = quota_bucket_of(quota, class);
  struct quota_window window = quota_unpack_window(atomic_load(&bucket->window));
  struct quota_told told = quota_unpack_told(atomic_load(&bucket->told), window.number);
  bool open = quota_is_open(window, now);
  *status = (struct quota_status){.limit = quota_rate(quota, class)};
  if (open) {
    status->used = window.given + told.elsewhere;
    status->reset = window.end > now ? window.end - now : 0;
  }
  if (status->limit > status->used) status->remaining = status->limit - status->used;
}
