#include "quota_words.h"

enum {
  UNCONFIRMED_MS = 10 * 60 * 1000, /* a limit that nobody has named for so long may be gone */
  WITNESSES = 3,                   /* operations that name a smaller one, before it is */
  FIRST_CLOSURE_MS = 1000,
  BLUR_MS = 25,        /* of times: they are cut to milliseconds here and there, and clocks drift */
  MOST_ATTEMPTS = 1000 /* at changing a word that others change too */
};

/* What a reply says about its window. */
struct news {
  int64_t count;            /* used, as the server counts; -1: not told */
  int64_t earliest, latest; /* of the window's end */
  int64_t sent, now;
  bool is_another; /* the limit is another than it was, and so is the window */
};

enum verdict { VERDICT_LATE, VERDICT_SAME, VERDICT_NEW };

static enum verdict judge(const struct quota_bucket *bucket, struct quota_window window,
                          struct quota_told told, const struct news *news) {
  if (news->latest <= news->now + 1) return VERDICT_LATE;
  bool is_current = news->earliest > news->now; /* the server's window is not over */
  if (news->is_another) return VERDICT_NEW;
  if (!quota_is_open(window, news->now)) {
    bool is_stale = window.end > news->now + QUOTA_STALE_MS;
    return is_current || is_stale || news->sent >= window.end ? VERDICT_NEW : VERDICT_LATE;
  }
  if (told.slack < 0)
    return is_current || news->sent >= window.end - QUOTA_WINDOW_MS ? VERDICT_SAME : VERDICT_LATE;
  if (news->earliest > window.end) return VERDICT_NEW;
  if (news->latest < window.end - told.slack) return is_current ? VERDICT_NEW : VERDICT_LATE;
  struct quota_heard heard = quota_unpack_heard(atomic_load(&bucket->heard));
  bool dropped = news->count >= 0 && heard.number == window.number &&
                 news->sent > heard.at + BLUR_MS && news->count < (int64_t)heard.count;
  return dropped ? VERDICT_NEW : VERDICT_SAME;
}

static void remember_count(struct quota_bucket *bucket, uint8_t number, const struct news *news) {
  if (news->count < 0) return;
  uint64_t word = atomic_load(&bucket->heard);
  struct quota_heard heard = quota_unpack_heard(word);
  if (heard.number == number && (int64_t)heard.count > news->count) return;
  quota_swap(&bucket->heard, word,
             quota_pack_heard((struct quota_heard){quota_count(news->count), news->now, number}));
}

/* The window goes on, and more is known about it. False when others have changed it meanwhile. */
static bool refine(struct quota_bucket *bucket, uint64_t word, const struct news *news) {
  struct quota_window window = quota_unpack_window(word);
  uint64_t told_word = atomic_load(&bucket->told);
  struct quota_told told = quota_unpack_told(told_word, window.number);
  int64_t earliest = news->earliest;
  if (told.slack >= 0 && told.slack < 0xFFFE && window.end - told.slack > earliest)
    earliest = window.end - told.slack;
  if (told.slack < 0 || news->latest < window.end) window.end = news->latest;
  told.slack = window.end > earliest ? window.end - earliest : 0;
  told.replies = QUOTA_ENOUGH_REPLIES;
  if (news->count - (int64_t)window.given > (int64_t)told.elsewhere)
    told.elsewhere = quota_count(news->count - (int64_t)window.given);
  uint64_t next = quota_pack_window(window);
  if (next != word && !quota_swap(&bucket->window, word, next)) return false;
  uint64_t next_told = quota_pack_told(told);
  return next_told == told_word || quota_swap(&bucket->told, told_word, next_told);
}

static void learn_window(struct quota_bucket *bucket, const struct news *news) {
  for (int i = 0; i < MOST_ATTEMPTS; i++) {
    uint64_t word = atomic_load(&bucket->window);
    struct quota_window window = quota_unpack_window(word);
    struct quota_told told = quota_unpack_told(atomic_load(&bucket->told), window.number);
    enum verdict verdict = judge(bucket, window, told, news);
    if (verdict == VERDICT_LATE) return;
    if (verdict == VERDICT_NEW) {
      window = (struct quota_window){.end = news->latest, .number = (uint8_t)(window.number + 1)};
      told = (struct quota_told){.elsewhere = quota_count(news->count),
                                 .replies = QUOTA_ENOUGH_REPLIES,
                                 .slack = news->latest - news->earliest,
                                 .number = window.number};
      if (!quota_begin_window(bucket, word, window, told)) continue;
    } else if (!refine(bucket, word, news)) {
      continue;
    }
    remember_count(bucket, window.number, news);
    return;
  }
}

static void count_reply(struct quota_bucket *bucket) {
  if (atomic_load(&bucket->replies) < QUOTA_ENOUGH_REPLIES) atomic_fetch_add(&bucket->replies, 1);
  uint64_t word = atomic_load(&bucket->told);
  struct quota_window window = quota_unpack_window(atomic_load(&bucket->window));
  struct quota_told told = quota_unpack_told(word, window.number);
  if (told.replies >= QUOTA_ENOUGH_REPLIES) return;
  told.replies++;
  quota_swap(&bucket->told, word, quota_pack_told(told));
}

/* Whether the limit was another one before. */
static bool set_limit(struct quota_bucket *bucket, uint32_t limit, int64_t now) {
  uint32_t before = atomic_load(&bucket->limit);
  if (before != limit) atomic_store(&bucket->limit, limit);
  uint64_t confirmed = atomic_load(&bucket->confirmed);
  if (confirmed + 1000 < (uint64_t)now || confirmed > (uint64_t)now)
    atomic_store(&bucket->confirmed, (uint64_t)now);
  return before != limit && before != 0;
}

/* Whether a reply has named the common limit lately. */
static bool is_sure(const struct quota_bucket *common, int64_t now) {
  uint64_t confirmed = atomic_load(&common->confirmed);
  return quota_named_limit(common) && confirmed <= (uint64_t)now &&
         (uint64_t)now - confirmed <= UNCONFIRMED_MS;
}

/* How many operations have that limit, the one in question included. */
static unsigned witnesses(struct quota_memory *memory, uint32_t operation, uint32_t limit) {
  unsigned count = 1;
  for (unsigned i = 0; i < QUOTA_ENTRIES; i++) {
    struct quota_entry *entry = &memory->entries[i];
    if (atomic_load(&entry->apart) == 1 && atomic_load(&entry->operation) != operation &&
        atomic_load(&entry->bucket.limit) == limit)
      count++;
  }
  return count;
}

/* The bucket that a reply with that limit speaks of; NULL: there is no room for it. `another` is
   set where the bucket had another limit. */
static struct quota_bucket *learn_class(const struct quota *quota, uint32_t operation,
                                        int64_t limit, int64_t now, bool *another) {
  struct quota_bucket *common = &quota->memory->common;
  *another = false;
  if (limit <= 0 || limit > QUOTA_MOST_LIMIT)
    return quota_bucket_of(quota, quota_class(quota, operation));
  uint32_t known = quota_named_limit(common) ? quota_named_limit(common) : quota->start;
  struct quota_entry *entry = quota_find_entry(quota->memory, operation, false);
  if (limit >= known || (!is_sure(common, now) &&
                         witnesses(quota->memory, operation, (uint32_t)limit) >= WITNESSES)) {
    *another = set_limit(common, (uint32_t)limit, now);
    if (entry && atomic_load(&entry->apart)) atomic_store(&entry->apart, 0);
    return common;
  }
  if (!entry) entry = quota_find_entry(quota->memory, operation, true);
  if (!entry) return NULL;
  *another = set_limit(&entry->bucket, (uint32_t)limit, now);
  if (atomic_load(&entry->apart) != 1) atomic_store(&entry->apart, 1);
  return &entry->bucket;
}

static int64_t closure(unsigned streak) { return (int64_t)FIRST_CLOSURE_MS << (streak - 1); }

/* Nothing is sent for so long. What is closed for longer stays so. */
static void close_for(struct quota_bucket *bucket, int64_t length, int64_t now) {
  uint64_t word = atomic_load(&bucket->closed);
  struct quota_closed closed = quota_unpack_closed(word, now);
  if (length > QUOTA_LONGEST_CLOSURE_MS) length = QUOTA_LONGEST_CLOSURE_MS;
  if (closed.since + closed.length >= now + length) return;
  closed.since = now;
  closed.length = length;
  quota_swap(&bucket->closed, word, quota_pack_closed(closed));
}

/* A 429 that does not say for how long. Those that were under way together count once. */
static void back_off(struct quota_bucket *bucket, int64_t sent, int64_t now) {
  uint64_t word = atomic_load(&bucket->closed);
  struct quota_closed closed = quota_unpack_closed(word, now);
  if (closed.length > 0 && sent < closed.since) return;
  if (closed.streak < QUOTA_LONGEST_STREAK) closed.streak++;
  closed.shrink = closed.shrink + 2 < QUOTA_MOST_SHRINK ? closed.shrink + 2 : QUOTA_MOST_SHRINK;
  closed.since = now;
  closed.length = closure(closed.streak);
  quota_swap(&bucket->closed, word, quota_pack_closed(closed));
}

static void open_again(struct quota_bucket *bucket, int64_t sent, int64_t now) {
  uint64_t word = atomic_load(&bucket->closed);
  struct quota_closed closed = quota_unpack_closed(word, now);
  if (closed.streak == 0 || sent < closed.since) return;
  closed.streak = 0;
  closed.length = 0;
  quota_swap(&bucket->closed, word, quota_pack_closed(closed));
}

static void learn_refusal(struct quota_bucket *bucket, const struct rate_limit *limit, int64_t sent,
                          int64_t now) {
  bool used_up = limit && limit->remaining <= 0;
  if (limit && limit->retry_after >= 0)
    close_for(bucket, limit->retry_after + QUOTA_MARGIN_MS, now);
  else if (used_up && limit->most >= 0 && limit->limit <= 0)
    close_for(bucket, limit->most + QUOTA_MARGIN_MS, now);
  else if (!used_up || limit->limit <= 0)
    back_off(bucket, sent, now);
}

void quota_learn(const struct quota *quota, uint32_t operation, int status,
                 const struct rate_limit *limit, int64_t sent, int64_t now) {
  bool another;
  struct quota_bucket *bucket =
      learn_class(quota, operation, limit ? limit->limit : -1, now, &another);
  if (!bucket) return;
  struct news news = {.count = -1,
                      .earliest = sent,
                      .latest = now + QUOTA_WINDOW_MS,
                      .sent = sent,
                      .now = now,
                      .is_another = another};
  bool has_limit = limit && limit->limit > 0 && limit->limit <= QUOTA_MOST_LIMIT;
  if (has_limit && limit->remaining >= 0 && limit->remaining <= limit->limit)
    news.count = limit->limit - limit->remaining;
  bool has_end = limit && limit->most >= 0 && (has_limit || limit->remaining >= 0);
  if (has_end) {
    news.earliest = sent + limit->least - BLUR_MS;
    news.latest = now + limit->most + 1;
  }
  if (has_end || news.count >= 0)
    learn_window(bucket, &news);
  else if (status > 0)
    count_reply(bucket);
  if (status == 429)
    learn_refusal(bucket, limit, sent, now);
  else if (status > 0 && status <= 500) /* those above are often a gateway's */
    open_again(bucket, sent, now);
}
