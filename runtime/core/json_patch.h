/* What a JSON printer that writes every number with 14 digits gets wrong, put right afterwards.

   lua-cjson does the printing. Numbers and empty containers come out in the order in which its
   caller met them when walking the same value the same way, so the k-th of them in the text is the
   k-th of the walk. The walk notes those that may come out wrong; json_patch writes them anew. */
#ifndef CORE_JSON_PATCH_H
#define CORE_JSON_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"

/* Integers of fewer digits than this one come out right as they are. */
#define JSON_SHORT_INTEGER INT64_C(100000000000000)

/* What the number or empty container at one place must look like. */
struct json_slot {
  size_t ordinal; /* its place among all numbers and empty containers, from 0 */
  enum { JSON_INTEGER, JSON_FLOAT, JSON_EMPTY_ARRAY } kind;
  union {
    int64_t integer;
    double number;
  } value;
};

/* Whether json_patch has something to do although there are no slots: lua-cjson writes / as \/. */
bool json_has_escaped_slash(const char *text, size_t length);

/* Appends to `out` the text that lua-cjson printed (a NUL after its `length` bytes), with the
   `count` slots, in order of ordinal, written exactly: integers digit for digit, floats so that
   they read back as the same bits and still as floats, [] for empty arrays. \/ becomes a plain
   slash. `total` is the number of all numbers and empty containers; a text that holds another
   number of them does not belong to this walk, and fails with NOT_ENCODABLE. The code is
   OUT_OF_MEMORY or JSON_TOO_LARGE when `out` cannot grow. The thread's locale must be "C".

   json_patch("[1,6.5109596013664e+14,{}]", 26,
              (struct json_slot[]){{1, JSON_INTEGER, {.integer = 651095960136641}},
                                   {2, JSON_EMPTY_ARRAY, {0}}}, 2, 3, &out, &failure)
   appends "[1,651095960136641,[]]". */
bool json_patch(const char *text, size_t length, const struct json_slot *slots, size_t count,
                size_t total, struct buffer *out, struct failure *failure);

#endif
