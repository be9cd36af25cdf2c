/* What a JSON parser that reads every number as a double cannot keep apart, found before it runs.

   lua-cjson does the parsing. It turns 1 and 1.0 into the same float, 9007199254740993 into a
   neighbour, [] and {} into the same table; and it accepts texts that are not JSON. json_scan reads
   the text once and refuses what is not strict JSON (RFC 8259). It writes a marker in the place of
   each integer and each empty array, and lists what belongs there, and what else lua-cjson does not
   do: nulls leave their objects, arrays are to be known as such.

       {"id":651095960136641,"tags":[],"name":"Nora"}   {"id":-0,"tags":-0,"name":"Nora"}

   No other number reads as the marker: floats that do are told by another one, infinity, which no
   number of JSON becomes. So where a name stands twice in an object, and lua-cjson has kept the
   last of the values, it is seen whether that is the one that a repair is for. */
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

/* What is to be done to one value that lua-cjson has decoded. Where a text has been replaced there
   is the marker, or what belongs there does not count: its name stands in the object once more. */
enum json_repair_kind {
  JSON_SET_INTEGER,     /* replaces the marker */
  JSON_SET_EMPTY_ARRAY, /* likewise */
  JSON_DROP_NULL,       /* out of an object */
  JSON_MARK_ARRAY,      /* one in which nothing else is to be done */
  JSON_ENTER_ARRAY,  /* the repairs before it, down to JSON_LEAVE, are inside; it is marked too */
  JSON_ENTER_OBJECT, /* likewise */
  JSON_LEAVE
};

/* A repair, and where the value is, as seen from the array or object around it. */
struct json_repair {
  int64_t integer;
  uint32_t at;          /* where its name begins in the text; in an array its position, from 1 */
  uint32_t length : 28; /* of the name; it begins with its quotation mark where it has escapes */
  uint32_t kind : 3;
  uint32_t is_element : 1; /* at 0: the value of the whole text */
};

/* What a scan has found. Whoever calls sets the buffers' maxima, and frees them. */
struct json_scanned {
  struct buffer text;    /* for lua-cjson; empty when the text itself will do */
  struct buffer repairs; /* struct json_repair; to be made from the last to the first */
  double marker;
};

/* Checks `text`, of at most JSON_SIZE_MAX bytes, behind which there must be a NUL. `scanned` has
   empty buffers; where `keep_null`, nulls stay in their objects. On failure the code is
   INVALID_JSON, INVALID_UTF8, JSON_TOO_DEEP, INTEGER_RANGE (an integer beyond 64 bits), FLOAT_RANGE
   (a number that would become infinity) or OUT_OF_MEMORY, and the message says where.

   json_scan("[true,2.50]", 11, 128, false, &scanned, &failure)    true, text.length == 0
   json_scan("[1,2.0]", 7, 128, false, &scanned, &failure)         true, text.data "[-0,2.0]"
   json_scan("[1,2.]", 6, 128, false, &scanned, &failure)          false, INVALID_JSON */
bool json_scan(const char *text, size_t length, int max_depth, bool keep_null,
               struct json_scanned *scanned, struct failure *failure);

#endif
