#include "task.h"

#include <lauxlib.h>

#include "await.h"
#include "coroutine.h"
#include "deadline.h"

static const char task_type[] = TASK_TYPE;
static const char signal_type[] = "native.task.signal";
static const char live_key;   /* of the table: coroutine -> task, until it has ended */
static const char unseen_key; /* of the table of errors that nobody has seen */
static const char scope_key;

struct signal {
  struct await await;
};

static void push_table(lua_State *L, const void *key) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

static int task_gc(lua_State *L) {
  struct task *task = luaL_checkudata(L, 1, task_type);
  struct context *context = context_of(L);
  if (context->loop) loop_timer_clear(context->loop, &task->deadline);
  return 0;
}

/* What the innermost coroutine works for that has said so, or else the task. */
static int64_t scope_in_force(lua_State *L) {
  const struct context *context = context_of(L);
  for (const struct activation *active = context->active; active; active = active->below) {
    int64_t scope = coroutine_integer(L, active->L, &scope_key);
    if (scope) return scope;
  }
  return context->task ? context->task->scope : 0;
}

static int task_start(lua_State *L) {
  struct context *context = context_of(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  if (!context->task) return luaL_error(L, "a task cannot be started here");
  push_table(L, &live_key); /* 2 */
  struct task *task = lua_newuserdatauv(L, sizeof *task, 1);
  *task = (struct task){.due = deadline_in_force(L), .scope = scope_in_force(L)};
  luaL_setmetatable(L, task_type);
  task->co = lua_newthread(L); /* 4 */
  lua_pushvalue(L, 1);
  lua_xmove(L, task->co, 1);
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, 3, 1);
  lua_pushvalue(L, 3);
  lua_rawset(L, 2);
  context->start(context, task);
  return 1;
}

void task_release(lua_State *L, struct task *task) {
  lua_State *co = task->co;
  lua_settop(co, 0);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key) == LUA_TTABLE) {
    lua_pushthread(co);
    lua_xmove(co, L, 1);
    lua_pushnil(L);
    lua_rawset(L, -3);
  }
  lua_pop(L, 1);
}

bool task_is_coroutine(lua_State *L, lua_State *co) {
  const struct context *context = context_of(L);
  if (context->is_script && context->is_script(context, co)) return true;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushthread(co);
  if (co != L) lua_xmove(co, L, 1);
  bool is = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return is;
}

void task_cancel(struct context *context, struct task *task, bool firmly) {
  if (task->ended) return;
  task->cancelled = true;
  struct await *await = task->await;
  if (!await || await->shielded) return;
  if (!firmly && await->is_firm && await->is_firm(await)) return;
  await_cut(context, await, "CANCELLED");
}

static int cancel(lua_State *L) {
  struct task *task = luaL_checkudata(L, 1, task_type);
  task_cancel(context_of(L), task, lua_isnoneornil(L, 2) || lua_toboolean(L, 2));
  return 0;
}

static int is_cancelled(lua_State *L) {
  const struct task *task = luaL_checkudata(L, 1, task_type);
  lua_pushboolean(L, task->cancelled);
  return 1;
}

static int is_ending(lua_State *L) {
  const struct task *task = luaL_checkudata(L, 1, task_type);
  lua_pushboolean(L, task->ending);
  return 1;
}

bool task_is_ending(lua_State *L) {
  const struct context *context = context_of(L);
  /* Who was told once that there are no more requests, and asks again, has not understood. */
  return context->requests_refused > 1 || (context->task && context->task->ending);
}

/* Stack: handler, true, and the results or the error. */
static int finish_catch(lua_State *L, int status, lua_KContext k) {
  (void)k;
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
  lua_pushboolean(L, false);
  lua_insert(L, -2);
  return 2;
}

static int catch_all(lua_State *L) {
  luaL_checkany(L, 2);
  lua_pushboolean(L, true);
  lua_insert(L, 2); /* handler true f ... */
  int handler = lua_isnil(L, 1) ? 0 : 1;
  int status = lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, handler, 0, finish_catch);
  return finish_catch(L, status, 0);
}

static int scope(lua_State *L) {
  lua_pushinteger(L, scope_in_force(L));
  return 1;
}

static int enter_scope(lua_State *L) {
  lua_Integer scope = luaL_checkinteger(L, 1);
  lua_pushinteger(L, coroutine_integer(L, L, &scope_key));
  coroutine_set_integer(L, &scope_key, scope);
  return 1;
}

static int leave_scope(lua_State *L) {
  coroutine_set_integer(L, &scope_key, luaL_checkinteger(L, 1));
  return 0;
}

static int current(lua_State *L) {
  const struct task *task = context_of(L)->task;
  if (!task) return 0;
  push_table(L, &live_key);
  if (!lua_checkstack(task->co, 1)) return luaL_error(L, "out of memory");
  lua_pushthread(task->co);
  if (task->co != L) lua_xmove(task->co, L, 1);
  lua_rawget(L, -2);
  return 1;
}

static int new_signal(lua_State *L) {
  struct signal *signal = lua_newuserdatauv(L, sizeof *signal, 0);
  *signal = (struct signal){.await = {.done = false}};
  luaL_setmetatable(L, signal_type);
  return 1;
}

static int fire(lua_State *L) {
  struct signal *signal = luaL_checkudata(L, 1, signal_type);
  await_done(context_of(L), &signal->await);
  return 0;
}

static int finish_wait(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct signal *signal = lua_touserdata(L, (int)k);
  const char *cut = signal->await.cut;
  signal->await = (struct await){.done = false};
  if (cut) return await_push_cut(L, cut);
  lua_pushboolean(L, true);
  return 1;
}

static int wait(lua_State *L) {
  struct signal *signal = luaL_checkudata(L, 1, signal_type);
  bool shielded = lua_toboolean(L, 2);
  lua_settop(L, 1);
  luaL_argcheck(L, !signal->await.task, 1, "another task waits for it");
  const char *refusal = shielded || signal->await.done ? NULL : await_refusal(L);
  if (refusal) return await_refuse(L, refusal, await_finish_refused);
  signal->await.shielded = shielded;
  return await(L, &signal->await, 1, finish_wait);
}

static int unseen(lua_State *L) {
  push_table(L, &unseen_key);
  return 1;
}

bool task_push_unseen(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &unseen_key) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  return false;
}

static const luaL_Reg functions[] = {{"start", task_start},
                                     {"cancel", cancel},
                                     {"is_cancelled", is_cancelled},
                                     {"is_ending", is_ending},
                                     {"catch", catch_all},
                                     {"current", current},
                                     {"scope", scope},
                                     {"enter_scope", enter_scope},
                                     {"leave_scope", leave_scope},
                                     {"signal", new_signal},
                                     {"fire", fire},
                                     {"wait", wait},
                                     {"enter", deadline_enter},
                                     {"leave", deadline_leave},
                                     {"unseen", unseen},
                                     {NULL, NULL}};

int luaopen_native_task(lua_State *L) {
  context_new_type(L, task_type, NULL, task_gc);
  luaL_newmetatable(L, signal_type);
  luaL_newlib(L, functions);
  return 1;
}
