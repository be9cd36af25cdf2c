#include "process.h"

#include <lauxlib.h>

#include "../core/process.h"
#include "await.h"
#include "tables.h"

enum {
  MOST_ARGUMENTS = 16,
  OUTPUT_MAXIMUM = 1024 * 1024,
  REPORT_MAXIMUM = 256 * 1024 * 1024,
  LONGEST_S = 86400
};

static const char type_name[] = "native.process";

/* Nothing answers at that port, so that no test reaches anybody's account. */
static const char *const environment[] = {"LOFTY_BASE_URL=http://127.0.0.1:1", "LOFTY_API_KEY=test",
                                          NULL};

struct child {
  struct process process;
  struct await await;
  struct context *context;
};

static int child_gc(lua_State *L) {
  struct child *child = luaL_checkudata(L, 1, type_name);
  process_close(&child->process);
  return 0;
}

static void on_end(void *context) {
  struct child *child = context;
  await_done(child->context, &child->await);
}

static void set_text(lua_State *L, const char *name, const struct buffer *text) {
  lua_pushlstring(L, text->data ? text->data : "", text->length);
  lua_setfield(L, -2, name);
}

static int finish(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct child *child = lua_touserdata(L, (int)k);
  const char *cut = child->await.cut;
  if (!cut) {
    const struct process *process = &child->process;
    lua_createtable(L, 0, 5);
    tables_set_integer(L, "exit_code", process_exit_code(process->status));
    tables_set_boolean(L, "late", process->late);
    tables_set_boolean(L, "cut", process->output.overflows || process->report.overflows);
    set_text(L, "output", &process->output.text);
    set_text(L, "report", &process->report.text);
  }
  process_close(&child->process);
  return cut ? await_push_cut(L, cut) : 1;
}

static int run(lua_State *L) {
  const char *arguments[MOST_ARGUMENTS + 1];
  struct failure failure;
  struct context *context = context_of(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Number seconds = luaL_checknumber(L, 2);
  luaL_argcheck(L, seconds > 0 && seconds <= LONGEST_S, 2, "must be from 0 to 86400 seconds");
  lua_settop(L, 2);
  lua_Integer count = luaL_len(L, 1);
  luaL_argcheck(L, count > 0 && count <= MOST_ARGUMENTS, 1, "too many arguments");
  luaL_checkstack(L, MOST_ARGUMENTS + 8, "arguments");
  for (lua_Integer i = 0; i < count; i++) {
    lua_rawgeti(L, 1, i + 1);
    arguments[i] = luaL_checkstring(L, -1);
  }
  arguments[count] = NULL;
  if (!context->loop) return luaL_error(L, "a process cannot be started here");
  const char *refusal = await_refusal(L);
  if (refusal) return await_refuse(L, refusal, await_finish_refused);
  struct child *child = lua_newuserdatauv(L, sizeof *child, 0);
  *child = (struct child){.context = context};
  luaL_setmetatable(L, type_name);
  struct process_options options = {.arguments = arguments,
                                    .environment = environment,
                                    .hidden = "LOFTY",
                                    .quiet_ms = (int)(seconds * 1000) + 1,
                                    .output_maximum = OUTPUT_MAXIMUM,
                                    .report_maximum = REPORT_MAXIMUM};
  if (!process_start(&child->process, context->loop, &options, on_end, child, &failure))
    return context_fail(L, &failure);
  return await(L, &child->await, lua_gettop(L), finish);
}

static const luaL_Reg functions[] = {{"run", run}, {NULL, NULL}};

int luaopen_native_process(lua_State *L) {
  context_new_type(L, type_name, NULL, child_gc);
  luaL_newlib(L, functions);
  return 1;
}
