/* The words that a quota's memory is made of, for quota.c and quota_learn.c alone: each is read and
   changed as a whole. Members stand in them as the comments say, from the lowest bit, with their
   widths. Times are cut off at 38 bits: eight years after a start. */
#ifndef CORE_QUOTA_WORDS_H
#define CORE_QUOTA_WORDS_H

#include "quota.h"

enum {
  /* No window ends later: the machine was started anew, or it is damage. More than a minute, for
     who asks may have been stopped after it read the clock. */
  QUOTA_STALE_MS = 90 * 1000,
  QUOTA_MARGIN_MS = 50, /* between the end of a window and the next: clocks drift */
  QUOTA_ENOUGH_REPLIES = 15,
  QUOTA_LONGEST_CLOSURE_MS = 60 * 60 * 1000,
  QUOTA_LONGEST_STREAK = 6, /* 32 s */
  QUOTA_MOST_SHRINK = 6,    /* eighths */
  QUOTA_COUNT_MASK = (1 << 18) - 1
};

/* The window that permits are counted in: given 18, end 38, number 8. */
struct quota_window {
  uint32_t given;
  int64_t end;
  uint8_t number;
};

/* What replies said about the window of that number: elsewhere 18, previous 18, replies 4,
   slack 16, number 8. */
struct quota_told {
  uint32_t elsewhere; /* calls that were counted and not given here */
  uint32_t previous;  /* used in the minute before, as far as that touches this one */
  unsigned replies;   /* at most QUOTA_ENOUGH_REPLIES */
  int64_t slack;      /* its end is not further than that before `end`; -1: no reply has said so */
  uint8_t number;
};

/* The most that a reply said was used: count 18, when it came 38, number of the window 8. */
struct quota_heard {
  uint32_t count;
  int64_t at;
  uint8_t number;
};

/* Whether calls were refused: since 38, length 16 in tenths of a second, streak 4, shrink 4. */
struct quota_closed {
  int64_t since;
  int64_t length; /* milliseconds */
  unsigned streak;
  unsigned shrink; /* eighths of the limit that are not used */
};

uint64_t quota_pack_window(struct quota_window window);
struct quota_window quota_unpack_window(uint64_t word);
uint64_t quota_pack_told(struct quota_told told);
uint64_t quota_pack_heard(struct quota_heard heard);
struct quota_heard quota_unpack_heard(uint64_t word);
uint64_t quota_pack_closed(struct quota_closed closed);

/* A word about another window than `number` says nothing about this one. */
struct quota_told quota_unpack_told(uint64_t word, uint8_t number);

/* A word that cannot be true at `now` is taken for "not closed". */
struct quota_closed quota_unpack_closed(uint64_t word, int64_t now);

/* A number as the words hold it: from 0 to QUOTA_COUNT_MASK. */
uint32_t quota_count(int64_t value);

/* Changes a word that is still what it was. */
bool quota_swap(_Atomic uint64_t *word, uint64_t before, uint64_t after);

/* The operation's entry; with `claim` one is made where there is none. NULL: none, or no room. */
struct quota_entry *quota_find_entry(struct quota_memory *memory, uint32_t operation, bool claim);

/* The bucket of a class (quota_class). */
struct quota_bucket *quota_bucket_of(const struct quota *quota, unsigned class);

/* The limit that replies name; 0 where they do not, or where it is no limit. */
uint32_t quota_named_limit(const struct quota_bucket *bucket);

/* Whether permits are still counted in this window. */
bool quota_is_open(struct quota_window window, int64_t now);

/* Puts the next window in the place of one that is over; false where somebody else was faster. */
bool quota_begin_window(struct quota_bucket *bucket, uint64_t word, struct quota_window next,
                        struct quota_told told);

#endif
