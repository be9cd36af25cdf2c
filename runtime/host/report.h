/* How a run's end is told: the one place that prints a script's error. */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "script.h"

struct report_style {
  bool colour;
  bool unread; /* standard output has failed, because nobody reads it any more */
  bool wrote;  /* the run had written to the account */
};

/* Appends the report of the error on top of `co`, a coroutine that ended with it (its stack is
   still there) or a state whose load failed: one sentence, the source line with a caret, the
   script's frames, the hint. Where the error only is that nobody reads any more, it is no more than
   a sentence, and none where the run had not written. `L` is the main thread. Returns the exit code
   of such an error. */
int report_error(lua_State *L, lua_State *co, const struct script *script,
                 const struct report_style *style, struct buffer *out);

/* The exit code of such an error; `index` is its place on the stack. Runs protected. */
int report_exit_code_at(lua_State *L, int index);

/* Appends a report of each error of a task that nobody has seen. Returns the exit code of the
   first, EXIT_DONE when there is none. */
int report_unseen_errors(lua_State *L, const struct script *script,
                         const struct report_style *style, struct buffer *out);

/* Which exit code a Lofty error ends with: by its code where that says more than its category. */
int report_exit_code(const char *code, const char *category);

/* Appends where the script was when it was interrupted: "  at demo.lua:12". */
void report_place(lua_State *co, struct buffer *out);

#endif
