/* Locks among the processes of a machine. One lasts until it is released or its process ends,
   however it ends: the kernel keeps them, on bytes of one file in the state folder.

   Beside its byte a lock has a line of text there: who holds it and since when, for the messages of
   those who find it taken. Only the byte decides.

   Failures: STATE_UNUSABLE, STATE_FAILED, OUT_OF_MEMORY, as in folder.h. */
#ifndef CORE_LOCKS_H
#define CORE_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

struct locks;
struct lock;

enum lock_answer { LOCK_FAILED = -1, LOCK_HELD = 0, LOCK_TAKEN = 1 };

/* Who holds a lock; zeros where that is not known. */
struct lock_holder {
  int64_t process;
  int64_t since; /* milliseconds since 1970 */
};

/* Opens the locks of `folder`, which is made where it is missing; NULL: locks in memory, which only
   their own process sees. */
bool locks_open(const char *folder, struct locks **locks, struct failure *failure);

/* All locks must have been released. Idempotent for NULL. */
void locks_close(struct locks *locks);

/* Takes the lock `name` and sets `*lock`. LOCK_HELD where another has it, in this process or in
   another one; then `*holder` says who. Never waits. */
enum lock_answer locks_take(struct locks *locks, const char *name, struct lock **lock,
                            struct lock_holder *holder, struct failure *failure);

/* Whether somebody has the lock `name`: LOCK_HELD, or LOCK_TAKEN where it could be taken now. Takes
   nothing. */
enum lock_answer locks_look(struct locks *locks, const char *name, struct failure *failure);

/* Idempotent for NULL. */
void locks_release(struct lock *lock);

#endif
