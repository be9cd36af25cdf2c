/* native.http: calls to the configured Lofty, for stdlib/lofty/client.lua. */
#ifndef BIND_HTTP_H
#define BIND_HTTP_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "context.h"

/* Lua: call{ method=, target=, body=, timeout= } -> { status=, headers=, body=, elapsed= }
        or nil, code, message, { sent=, elapsed=, begun= }: `begun` is false where no exchange was
          started, because the task was cancelled, say; nil otherwise.
   `target` is what follows the base URL; `timeout` is in milliseconds. The credential is added here
   and never becomes a Lua value. Codes: those of core/http.h, NO_CREDENTIALS, TOO_MANY_CALLS. */
int luaopen_native_http(lua_State *L);

/* Appends a line per write that is under way, or was when the task that runs went on, and whose
   outcome nobody will know if the process ends now: "POST /v1.0/notes", all but the first one
   indented. Those for which `out` has no room are counted in a last line, for which it gets room.
   Returns how many there are. */
int http_calls_in_flight(const struct context *context, struct buffer *out);

#endif
