/* Events that are dead (inbox_work.h), and whether somebody was told of them: who that is, and how,
   is not known here. Each is told of once after it has died, however many daemons there are, unless
   a telling was cut short or the clock was put back: then rather twice than never. A quarter of an
   hour at least is between two tellings.

   Times are in milliseconds since 1970. Failures are those of store.h; a function that fails has
   changed nothing. */
#ifndef CORE_DEAD_LETTERS_H
#define CORE_DEAD_LETTERS_H

#include "store.h"

struct dead_letters {
  int64_t count; /* events that nobody was told of; 0 as well while it is too early to tell */
  int64_t until; /* those that died until then */
};

/* Whether it is time to tell of events of the account's handlers. They are not counted, so that who
   has many of them does not wait. */
bool dead_letters_look(struct store *store, const char *account, int64_t now, bool *any,
                       struct failure *failure);

/* The same; it counts them. Where there are some nobody else gets them for a quarter of an hour. */
bool dead_letters_claim(struct store *store, const char *account, int64_t now,
                        struct dead_letters *letters, struct failure *failure);

/* Somebody was told of those. */
bool dead_letters_told(struct store *store, const char *account, const struct dead_letters *letters,
                       struct failure *failure);

#endif
