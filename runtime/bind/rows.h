/* Rows of the store as a list of Lua's: they become values one by one, each under protection, since
   an error must not leave a statement open. */
#ifndef BIND_ROWS_H
#define BIND_ROWS_H

#include <lua.h>
#include <stdbool.h>

#include "../core/failure.h"

/* Pushes a row as a value. May raise. */
typedef void rows_push(lua_State *L, const void *row);

struct rows {
  lua_State *L;
  int list; /* where it is on the stack */
  rows_push *push;
  lua_Integer count, most;
  bool failed; /* the error is on top */
};

/* Pushes an empty list for at most `most` rows, below 0: for any number. May raise. */
struct rows rows_new(lua_State *L, rows_push *push, lua_Integer most);

/* Puts a row into the list. False where there are enough, or it has raised. */
bool rows_take(struct rows *rows, const void *row);

/* Once the statement is closed: leaves the list on top and returns 1; raises what `push` has; or
   fails as native functions do where not `fine`, and returns 3. */
int rows_finish(const struct rows *rows, bool fine, const struct failure *failure);

/* The same for a list of one: leaves its row, or false where there is none. */
int rows_finish_single(const struct rows *rows, bool fine, const struct failure *failure);

#endif
