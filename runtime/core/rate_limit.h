/* What a reply's header says about the server's limit of calls: X-RateLimit-Limit, -Remaining and
   -Reset, Retry-After. No clock and no Lua in here.

   The reset is documented as epoch seconds, and its documented example (21000) can only be
   milliseconds that are left; so its size decides:
     1e12 and more    epoch milliseconds
     1e9 and more     epoch seconds
     anything less    milliseconds that are left
   Windows last a minute: no reset is further away. */
#ifndef CORE_RATE_LIMIT_H
#define CORE_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* The values of the fields; "" where there is none, or one that is too long to mean anything. */
struct rate_limit_fields {
  char limit[24];
  char remaining[24];
  char reset[24];
  char retry_after[40];
  char date[40];
};

/* Times in milliseconds. */
struct rate_limit {
  int64_t limit;       /* calls in a window; -1: not told */
  int64_t remaining;   /* of them; -1: not told */
  int64_t reset;       /* until the window ends, by the best guess: 0..60000; -1: not told */
  int64_t least, most; /* it ends certainly not before and not after; -1: not told, or not to be
                          believed, because it is no time within a minute */
  int64_t retry_after; /* of Retry-After; -1: not told */
};

/* Takes a field, whatever it is; its name in any case. */
void rate_limit_take(struct rate_limit_fields *fields, const char *name, size_t name_length,
                     const char *value, size_t value_length);

/* Takes all fields of a header: lines "name: value\r\n". */
void rate_limit_scan(struct rate_limit_fields *fields, const struct buffer *headers);

/* Reads them. `clock` is this machine's, in epoch milliseconds; the reply's own Date is preferred
   to it: clocks differ. Where the Date is needed and there, the bounds of the reset hold whatever
   the clocks are, and whichever way the server rounds to seconds. False when nothing was told. */
bool rate_limit_read(const struct rate_limit_fields *fields, int64_t clock,
                     struct rate_limit *limit);

#endif
