/* Memory of a fixed size that all processes of this user on this machine share: a file that is
   mapped. It begins as zeros. Nothing in it is locked; who uses it changes it by atomic operations.
 */
#ifndef CORE_SHARED_H
#define CORE_SHARED_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

struct shared;

/* Opens the memory called `name` (letters, digits and dashes) of `size` bytes in `folder`, which is
   made if need be; both for this user alone. `version` is that of its layout: memory of another
   one is another file, and so is one of another size. A file that is damaged is replaced. When one
   is made, those of the folder that nobody has used for a week are removed. False with
   STATE_UNUSABLE: it cannot be made, is not ours, or others can read it. */
bool shared_open(const char *folder, const char *name, unsigned version, size_t size,
                 struct shared **shared, struct failure *failure);

/* The same for this process alone. NULL when memory ran out. */
struct shared *shared_private(size_t size);

/* The memory, aligned for anything. */
void *shared_memory(const struct shared *shared);

/* Idempotent for NULL. The file stays. */
void shared_close(struct shared *shared);

#endif
