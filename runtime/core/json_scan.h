/* What a JSON parser that reads every number as a double cannot keep apart, found before it runs.

   lua-cjson does the parsing. It turns 1 and 1.0 into the same float, 9007199254740993 into a
   neighbour, [] and {} into the same table; and it accepts texts that are not JSON. json_scan reads
   the text once, refuses what is not strict JSON (RFC 8259), and rewrites the few values that would
   be lost as infinity or as arrays that begin with NaN. Neither is JSON, so no document can imitate
   them; nor is a number let pass that would become infinity:

       []                     Infinity, for which no table has to be made and gone through
       1.0, 1e3               [NaN,1.0], [NaN,1e3]         a float, though its value is integral
       9007199254740993       [NaN,"9007199254740993"]     an integer that no double holds

   Every other number without a fraction in the result was written as an integer. */
#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"

/* The most nesting that can be asked for, and what holds when nothing is asked. */
enum { JSON_DEPTH_MAX = 1000, JSON_DEPTH_DEFAULT = 128 };

/* The most bytes of a text that can be asked for (lua-cjson counts in int and may need six bytes
   for one), and what holds when nothing is asked. */
enum { JSON_SIZE_MAX = 256 << 20, JSON_SIZE_DEFAULT = 64 << 20 };

/* The largest integer below which doubles skip none: 2^53. */
#define JSON_EXACT_DOUBLE INT64_C(9007199254740992)

/* Checks `text`, which must have a NUL after its `length` bytes. On success `out` (empty before)
   holds the rewritten text, or is still empty when nothing had to be rewritten. On failure the code
   is INVALID_JSON, INVALID_UTF8, JSON_TOO_DEEP, INTEGER_RANGE (an integer beyond 64 bits),
   FLOAT_RANGE (a number that would become infinity) or OUT_OF_MEMORY, and the message says where.

   json_scan("[1,2.50]", 8, 128, &out, &failure)    true, out.length == 0
   json_scan("[1,2.0]", 7, 128, &out, &failure)     true, out.data "[1,[NaN,2.0]]"
   json_scan("[1,2.]", 6, 128, &out, &failure)      false, INVALID_JSON */
bool json_scan(const char *text, size_t length, int max_depth, struct buffer *out,
               struct failure *failure);

/* Reads an integer as JSON writes it; false when it does not fit 64 bits. */
bool json_read_integer(const char *digits, size_t length, int64_t *value);

/* The first byte at or after `at` that a JSON string may not hold as it is: a quotation mark, a
   backslash, a control character; `end` if there is none. */
const char *json_skip_plain(const char *at, const char *end);

#endif
