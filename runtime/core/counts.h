/* How often a grant (grants.h) has been used on a day, by all runs for an account. A use is claimed
   before the call that it is for is sent, and given back where that certainly did not happen; what
   a killed run had claimed counts as used.

   Days are texts such as "2026-03-08"; whose midnight it is, the caller decides. Days of more than
   two months ago are forgotten. Failures are those of store.h; a function that fails has changed
   nothing. */
#ifndef CORE_COUNTS_H
#define CORE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

struct count {
  const char *account;
  const char *name; /* of what is counted */
  const char *day;
};

/* Claims `uses` more where there are not more than `most` with them: STORE_YES, and they are on the
   disk. STORE_NO where there would be more. However many processes ask at once, they get no more
   between them. `oldest` is the first day that is still wanted. */
enum store_answer counts_claim(struct store *store, const struct count *count, int64_t uses,
                               int64_t most, const char *oldest, struct failure *failure);

/* Gives back what was claimed and not used. */
bool counts_give_back(struct store *store, const struct count *count, int64_t uses,
                      struct failure *failure);

/* How many there are. */
bool counts_used(struct store *store, const struct count *count, int64_t *used,
                 struct failure *failure);

#endif
