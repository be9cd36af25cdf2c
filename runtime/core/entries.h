/* Named spaces of entries (key -> value), both text, in the store. Keys are in the order of their
   bytes. Failures are those of store.h; a function that fails has changed nothing. */
#ifndef CORE_ENTRIES_H
#define CORE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"
#include "store.h"

struct entry {
  const char *key;
  const char *value;
};

/* Called with each entry; false stops. */
typedef bool entries_visit(void *context, const char *key, const char *value);

/* Sets one entry. */
bool entries_put(struct store *store, const char *space, const char *key, const char *value,
                 enum store_durability durability, struct failure *failure);

/* Sets entries: all of them or none. */
bool entries_put_all(struct store *store, const char *space, const struct entry *entries,
                     size_t count, enum store_durability durability, struct failure *failure);

/* Whether there is that entry; appends its value to `value`, which may be NULL. */
enum store_answer entries_get(struct store *store, const char *space, const char *key,
                              struct buffer *value, struct failure *failure);

/* Sets `*integer` to what an entry holds, 0 where there is none or it holds no integer. */
bool entries_integer(struct store *store, const char *space, const char *key, int64_t *integer,
                     struct failure *failure);

/* Adds `by` to an entry that holds an integer as JSON writes it, 0 where there is none, and sets
   `*result` to the sum, at once for all processes. False with NOT_AN_INTEGER where it holds
   anything else, and OUT_OF_RANGE where the sum has more than 64 bits. */
bool entries_increment(struct store *store, const char *space, const char *key, int64_t by,
                       enum store_durability durability, int64_t *result, struct failure *failure);

/* Removes one entry. None there is fine. */
bool entries_remove(struct store *store, const char *space, const char *key,
                    enum store_durability durability, struct failure *failure);

/* Removes the space with all that is in it. */
bool entries_drop(struct store *store, const char *space, struct failure *failure);

/* Removes all entries of a space whose values do not begin with `prefix`. */
bool entries_sweep(struct store *store, const char *space, const char *prefix,
                   struct failure *failure);

bool entries_count(struct store *store, const char *space, int64_t *count, struct failure *failure);

/* Visits the entries of a space whose keys begin with `prefix`, in order, from the first key behind
   `after` (NULL: from the beginning). */
bool entries_list(struct store *store, const char *space, const char *prefix, const char *after,
                  entries_visit *visit, void *context, struct failure *failure);

#endif
