/* The walk over what lua-cjson is about to encode. */
#ifndef BIND_JSON_SURVEY_H
#define BIND_JSON_SURVEY_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "../core/buffer.h"
#include "../core/failure.h"

struct json_survey {
  lua_State *L;
  int array_mt; /* the stack index of the metatable that marks arrays */
  int max_depth;
  size_t max_size;
  bool check_utf8;      /* look at every string: only to find the one known to be malformed */
  struct buffer *slots; /* out: struct json_slot, those to be written anew */
  size_t total;         /* out: the number of all numbers and empty tables */
  size_t size;          /* out: at least this many bytes of text will come */
  struct failure *failure;
};

/* Walks the value on top of the stack in the order in which lua-cjson will. Allocates nothing in
   Lua, so that nothing can change between this walk and lua-cjson's. False with NOT_ENCODABLE,
   INVALID_UTF8, JSON_TOO_DEEP, JSON_TOO_LARGE or OUT_OF_MEMORY, and the path to the value meant.
   May raise where the Lua stack cannot grow. */
bool json_survey(struct json_survey *survey);

#endif
