#include "clock.h"

#include <lauxlib.h>
#include <string.h>
#include <time.h>

#include "../core/http.h"
#include "await.h"

enum { LONGEST_SLEEP_DAYS = 366, SOON_MS = 5000 };

static const char type_name[] = "native.clock.sleep";

struct sleep {
  struct loop_timer timer;
  struct await await;
  struct context *context;
};

static int sleep_gc(lua_State *L) {
  struct sleep *sleep = luaL_checkudata(L, 1, type_name);
  loop_timer_clear(sleep->context->loop, &sleep->timer);
  return 0;
}

static void on_time(void *context) {
  struct sleep *sleep = context;
  await_done(sleep->context, &sleep->await);
}

static int finish_sleep(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct sleep *sleep = lua_touserdata(L, (int)k);
  loop_timer_clear(sleep->context->loop, &sleep->timer);
  if (sleep->await.cut) return await_push_cut(L, sleep->await.cut);
  lua_pushboolean(L, true);
  return 1;
}

static int clock_sleep(lua_State *L) {
  struct context *context = context_of(L);
  lua_Integer milliseconds = luaL_checkinteger(L, 1);
  luaL_argcheck(L, milliseconds >= 0, 1, "must not be negative");
  luaL_argcheck(L, milliseconds / 86400000 < LONGEST_SLEEP_DAYS, 1, "must be less than a year");
  if (!context->loop) return luaL_error(L, "sleeping is not possible here");
  const char *refusal = await_refusal(L);
  if (refusal) return await_refuse(L, refusal, await_finish_refused);
  struct sleep *sleep = lua_newuserdatauv(L, sizeof *sleep, 0);
  *sleep = (struct sleep){.context = context};
  luaL_setmetatable(L, type_name);
  loop_timer_set(context->loop, &sleep->timer, milliseconds, on_time, sleep);
  return await(L, &sleep->await, lua_gettop(L), finish_sleep);
}

static int clock_now(lua_State *L) {
  lua_pushinteger(L, context_now(L));
  return 1;
}

int64_t clock_unput(void) {
#ifdef CLOCK_BOOTTIME
  const clockid_t clock = CLOCK_BOOTTIME;
#else
  const clockid_t clock = CLOCK_MONOTONIC;
#endif
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_hear(struct context *context, const char *date, int64_t elapsed) {
  size_t length = strlen(date);
  if (elapsed > SOON_MS || length == 0 || length >= sizeof context->date) return;
  memcpy(context->date, date, length + 1);
  context->dated = clock_unput();
}

int64_t clock_there(const struct context *context) {
  int64_t seconds = *context->date && !context->clock ? http_date(context->date) : -1;
  return seconds < 0 ? 0 : seconds * 1000 + clock_unput() - context->dated;
}

static int clock_monotonic(lua_State *L) {
  lua_pushinteger(L, clock_unput());
  return 1;
}

static const luaL_Reg functions[] = {
    {"now", clock_now}, {"monotonic", clock_monotonic}, {"sleep", clock_sleep}, {NULL, NULL}};

int luaopen_native_clock(lua_State *L) {
  context_new_type(L, type_name, NULL, sleep_gc);
  luaL_newlib(L, functions);
  return 1;
}
