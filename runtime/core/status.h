/* Numbers about the store that a status page shows: what each question asks for is in status.c,
   beside its statement. They are ids, counts, times, names of jobs and handlers, and codes; nothing
   of what webhooks or calls have said about people but the problem of a handler, which whoever
   shows it must reduce to its code.

   Each is answered out of an index or out of few rows, also where the store is large. */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include <stdint.h>

#include "failure.h"
#include "store.h"

/* Asks a question of that name; its rows are visited. STORE_NO: there is none. STORE_FAILED with
   the failures of store.h, or with NO_SUCH_QUESTION. */
enum store_answer status_ask(struct store *store, const char *question,
                             struct store_arguments arguments, store_visit_row *visit,
                             void *context, struct failure *failure);

/* The disk that the store is on: bytes of its files, bytes that are left there to this user. False
   where that cannot be told; so it is in memory. */
struct status_disk {
  int64_t size, left;
};
bool status_look_at_disk(const struct store *store, struct status_disk *disk);

#endif
