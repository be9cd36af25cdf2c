/* Reads the bodies of webhooks in a Lua state of its own, which holds no more than a fixed amount
   of memory (stdlib/lofty/inbox/read.lua). */
#ifndef HOST_WEBHOOK_READER_H
#define HOST_WEBHOOK_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/failure.h"
#include "../core/inbox.h"

struct webhook_reader;

/* NULL with OUT_OF_MEMORY. */
struct webhook_reader *webhook_reader_new(struct failure *failure);

/* Sets the events of a delivery that has its body, its list and its team; or its problem, where the
   body is of a shape that nobody knows or takes too much memory to read. False where memory ran out
   here, and nothing was set. What was set is freed by webhook_reader_forget. */
bool webhook_reader_read(struct webhook_reader *reader, struct inbox_delivery *delivery);

/* Frees what was set. Idempotent. */
void webhook_reader_forget(struct inbox_delivery *delivery);

/* NULL is fine. */
void webhook_reader_free(struct webhook_reader *reader);

#endif
