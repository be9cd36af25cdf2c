#include "deadline.h"

#include <lauxlib.h>

#include "coroutine.h"
#include "task.h"

static const char deadline_key;

static int64_t earlier(int64_t a, int64_t b) { return !a || (b && b < a) ? b : a; }

int64_t deadline_in_force(lua_State *L) {
  const struct context *context = context_of(L);
  int64_t due = context->task ? context->task->due : 0;
  for (const struct activation *active = context->active; active; active = active->below)
    due = earlier(due, coroutine_integer(L, active->L, &deadline_key));
  return due;
}

int deadline_enter(lua_State *L) {
  lua_Integer milliseconds = luaL_checkinteger(L, 1);
  luaL_argcheck(L, milliseconds >= 0, 1, "must not be negative");
  int64_t before = coroutine_integer(L, L, &deadline_key);
  coroutine_set_integer(L, &deadline_key, earlier(loop_now() + milliseconds, before));
  lua_pushinteger(L, before);
  return 1;
}

int deadline_leave(lua_State *L) {
  coroutine_set_integer(L, &deadline_key, luaL_checkinteger(L, 1));
  return 0;
}
