/* native.retry: what core/retry.h decides, for stdlib/lofty/retry.lua. */
#ifndef BIND_RETRY_H
#define BIND_RETRY_H

#include <lua.h>

#include "../core/buffer.h"
#include "context.h"

/* A write that is being repeated: an earlier attempt may have done it. Newest first. */
struct retry_doubt {
  struct context *context; /* NULL: over */
  struct retry_doubt *next;
  const struct task *task; /* that repeats it; not to be followed */
  char line[272];          /* "PUT /v1.0/leads/7" */
};

/* Whether the task's write of that line is among them: its repetition is no write of its own. */
bool retry_doubts_have(const struct context *context, const struct task *task, const char *line);

/* Appends a line for each of them to `out`, all but the first one indented, as long as there is
   room; `*unnamed` counts the others. Returns how many there are. */
int retry_doubts(const struct context *context, struct buffer *out, int *unnamed);

int luaopen_native_retry(lua_State *L);

#endif
