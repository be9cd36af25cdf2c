/* How many calls were made, by operation and by how each attempt ended: "OK", or the code of its
   error. A run counts them in memory and adds them to the store now and then, so that a run which
   is killed loses what it has counted since.

   In the store they are counted for each account by the hour, for TALLY_HOURS, and in all: the
   latter only ever grow. At most TALLY_MOST operations and codes are told apart; what is more, and
   a code that does not look like one, is counted under "OTHER".

   Failures are those of store.h. */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

enum { TALLY_HOURS = 48, TALLY_MOST = 2000 };

struct tally;

/* NULL where memory ran out. */
struct tally *tally_new(void);

/* Idempotent for NULL. */
void tally_free(struct tally *tally);

/* Counts one attempt; `code` NULL: it succeeded. Nothing is counted for NULL. */
void tally_count(struct tally *tally, const char *operation, const char *code);

/* Whether something is counted that is not in the store. */
bool tally_is_due(const struct tally *tally);

/* Adds to the store what was counted, at the time of day `now` (milliseconds since 1970), and
   forgets the hours that are old. Where it fails all of it stays due. */
bool tally_keep(struct tally *tally, struct store *store, const char *account, int64_t now,
                struct failure *failure);

#endif
