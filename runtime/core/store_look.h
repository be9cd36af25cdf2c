/* A store as it is, for those who only look at it: it is neither made nor brought to a newer
   schema, and nothing in it can be changed. */
#ifndef CORE_STORE_LOOK_H
#define CORE_STORE_LOOK_H

#include "store.h"

/* Opens the store in `folder`; also on a disk that cannot be written, where it is read as it lies
   there. False with STATE_UNUSABLE or STATE_FAILED. */
bool store_open_look(const char *folder, struct store **store, struct failure *failure);

/* The version of its schema, and the one that this program writes. False with STATE_UNUSABLE where
   another program wrote it, or a newer loftyrun. */
bool store_schema(struct store *store, int64_t *version, int64_t *current, struct failure *failure);

/* From now on statements have so many milliseconds together; then they fail with STATE_FAILED. For
   a store that was opened to look at. */
void store_hurry(struct store *store, int64_t milliseconds);

/* Looks it through for at most so many milliseconds: `*whole` is set to whether it came to the end.
   False with STATE_UNUSABLE where it is damaged. */
bool store_check_within(struct store *store, int64_t milliseconds, bool *whole,
                        struct failure *failure);

#endif
