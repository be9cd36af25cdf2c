#include "await.h"

#include <lauxlib.h>
#include <string.h>

#include "deadline.h"
#include "task.h"

enum { MOST_REFUSALS = 1000 }; /* of a cancelled task, before it is ended */

static const char cancelled[] = "CANCELLED";
static const char exceeded[] = "DEADLINE_EXCEEDED";
static const char pause_type[] = "native.await.pause";

/* The wait for the others' turn, a userdata on the stack of whoever waits. */
struct pause {
  struct loop_timer timer;
  struct await await;
  struct context *context;
};

const char *await_refusal(lua_State *L) {
  const struct task *task = context_of(L)->task;
  if (!task) return NULL;
  if (task->cancelled) return cancelled;
  int64_t due = deadline_in_force(L);
  return due && due <= loop_now() ? exceeded : NULL;
}

const char *await_reason(const char *code) {
  return strcmp(code, cancelled) == 0 ? "the task was cancelled"
                                      : "the time that lofty.deadline gave was over";
}

int await_push_cut(lua_State *L, const char *code) {
  lua_pushnil(L);
  lua_pushstring(L, code);
  lua_pushstring(L, await_reason(code));
  return 3;
}

static void on_deadline(void *context) {
  struct task *task = context;
  if (task->await) await_cut(context_of(task->co), task->await, exceeded);
}

static void arm(lua_State *L, struct task *task, struct await *await) {
  await->task = task;
  task->await = await;
  int64_t due = await->shielded ? 0 : deadline_in_force(L);
  if (due)
    loop_timer_set(context_of(L)->loop, &task->deadline, due - loop_now(), on_deadline, task);
}

static void disarm(struct context *context, struct await *await) {
  struct task *task = await->task;
  await->task = NULL;
  task->await = NULL;
  loop_timer_clear(context->loop, &task->deadline);
}

/* Where no task runs: while the state is prepared, or closed. */
static int run_loop(lua_State *L, const struct await *await) {
  struct context *context = context_of(L);
  while (!await->done) {
    if (!loop_step(context->loop, -1)) return luaL_error(L, "the event loop failed");
    if (!await->done && context->interrupted && context->interrupted(context))
      return luaL_error(L, "interrupted");
  }
  return 0;
}

int await(lua_State *L, struct await *await, lua_KContext k, lua_KFunction finish) {
  struct context *context = context_of(L);
  if (await->done) return finish(L, LUA_OK, k);
  if (!context->task) {
    run_loop(L, await);
    return finish(L, LUA_OK, k);
  }
  arm(L, context->task, await);
  context->answered.task = NULL;
  if (context->owns(context, L) && lua_isyieldable(L)) return lua_yieldk(L, 0, k, finish);
  const char *problem = context->block(context);
  if (!problem) return finish(L, LUA_OK, k);
  if (await->task) disarm(context, await);
  return luaL_error(L, "%s", problem);
}

static int pause_gc(lua_State *L) {
  struct pause *pause = lua_touserdata(L, 1);
  loop_timer_clear(pause->context->loop, &pause->timer);
  return 0;
}

static void on_turn(void *context) {
  struct pause *pause = context;
  await_done(pause->context, &pause->await);
}

int await_refuse(lua_State *L, const char *code, lua_KFunction finish) {
  struct context *context = context_of(L);
  struct task *task = context->task;
  if (task->cancelled && ++task->refusals >= MOST_REFUSALS) task->ending = true;
  struct pause *pause = lua_newuserdatauv(L, sizeof *pause, 0);
  *pause = (struct pause){.context = context, .await = {.shielded = true}};
  if (luaL_newmetatable(L, pause_type)) {
    lua_pushcfunction(L, pause_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  loop_timer_set(context->loop, &pause->timer, 0, on_turn, pause);
  return await(L, &pause->await, (lua_KContext)code, finish);
}

int await_finish_refused(lua_State *L, int status, lua_KContext code) {
  (void)status;
  return await_push_cut(L, (const char *)code);
}

void await_done(struct context *context, struct await *await) {
  struct task *task = await->task;
  if (await->done) return;
  await->done = true;
  if (!task) return;
  disarm(context, await);
  context->wake(context, task);
}

void await_cut(struct context *context, struct await *await, const char *code) {
  if (await->done) return;
  await->cut = code;
  await_done(context, await);
}
