#include "await.h"

#include <lauxlib.h>

int await(lua_State *L, struct await *await, lua_KContext k, lua_KFunction finish) {
  struct context *context = context_of(L);
  if (!await->done && context->owns(context, L) && lua_isyieldable(L)) {
    await->waiter = L;
    return lua_yieldk(L, 0, k, finish);
  }
  while (!await->done) {
    if (!loop_step(context->loop, -1)) return luaL_error(L, "the event loop failed");
    if (!await->done && context->interrupted && context->interrupted(context))
      return luaL_error(L, "interrupted");
  }
  return finish(L, LUA_OK, k);
}

void await_done(struct context *context, struct await *await) {
  lua_State *waiter = await->waiter;
  await->done = true;
  await->waiter = NULL;
  if (waiter) context->resume(context, waiter);
}
