/* The keys of lofty.once: what is done at most once, across runs and crashes. A key belongs to an
   account. Its writes are those of the journal (journal.h) under this key, of its run, from its
   first number on.

   The state of a key:
     begun      its function runs, or ran when its run was killed
     unknown    its function failed, and what became of a write in it is unknown
     partway    its function failed after writes that were done
     done       its function has returned; `result` is what it gave

   Whoever changes a key holds its lock. Failures are those of store.h. */
#ifndef CORE_ONCE_H
#define CORE_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

struct once_key {
  const char *state;
  int64_t run;
  int64_t first;      /* number of its first write */
  int64_t began;      /* milliseconds since 1970 */
  int64_t until;      /* when it is forgotten; 0: never */
  const char *result; /* JSON, or why it failed; or NULL */
};

typedef bool once_visit(void *context, const struct once_key *key);

/* Visits the key, if there is one whose time is not over: STORE_YES. `now` in milliseconds since
   1970. */
enum store_answer once_get(struct store *store, const char *account, const char *name, int64_t now,
                           once_visit *visit, void *context, struct failure *failure);

/* Sets a key. Forgets some of those whose time is over by `now`, milliseconds since 1970. */
bool once_put(struct store *store, const char *account, const char *name,
              const struct once_key *key, int64_t now, enum store_durability durability,
              struct failure *failure);

/* Removes a key; none there is fine. */
bool once_remove(struct store *store, const char *account, const char *name,
                 struct failure *failure);

#endif
