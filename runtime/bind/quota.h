/* native.quota: permits for calls, for stdlib/lofty/permits.lua, and what replies teach. */
#ifndef BIND_QUOTA_H
#define BIND_QUOTA_H

#include <lua.h>
#include <stdint.h>

#include "../core/http.h"
#include "context.h"

/* A call is over: its reply, or NULL, `elapsed` milliseconds after it began. */
void quota_heard(struct context *context, uint32_t operation, const struct http_response *response,
                 int64_t elapsed);

/* Lua: take(operation) -> 0; or milliseconds and "learning", "pace", "limit" or "closed". Takes
          nothing where a call would be refused: the task is cancelled, its deadline or the run's
          maximum of requests reached.
        class(operation) -> 0, or the number of the bucket that it has for itself.
        refused(operation, elapsed): a reply said in another way than 429 that calls were too many,
          so many milliseconds after its call began.
        waits() -> whether a limit is waited for.
        rate([operation]) -> calls a minute of its class, or of the common one; or nil.
        status() -> { limit=, used=, remaining=, reset= } of it; seconds; limit and remaining may
          be absent.
        read(headers, now) -> { limit=, remaining=, reset= } or nil, seconds to wait or nil: what a
          reply's header says; names in lower case; `now` in epoch milliseconds. */
int luaopen_native_quota(lua_State *L);

#endif
