#include "repl.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bind/tables.h"
#include "../bind/task.h"
#include "../core/folder.h"
#include "../core/line_editor.h"
#include "../core/reader.h"
#include "interrupt.h"
#include "profile.h"
#include "report.h"
#include "running.h"
#include "state.h"

/* The first Ctrl-C lets a write end that has left already, the second does not. */
static void on_break(void *data, bool ran) {
  struct context *context = data;
  if (line_editor_is_reading(context->editor)) {
    if (!ran) line_editor_interrupt(context->editor);
  } else if (context->input) {
    task_cancel(context, context->input, context->breaks++ > 0);
  }
}

void repl_begin(struct context *context, lua_State *L, const struct run_options *options) {
  if (!options->repl) return;
  interrupt_soften(on_break, context);
  state_memory_raises(L);
}

void repl_end(struct context *context) {
  line_editor_free(context->editor);
  context->editor = NULL;
}

static void copy_name(lua_State *L, int index, const char *name, char *to) {
  lua_getfield(L, index, name);
  snprintf(to, REPL_NAME_LENGTH, "%s", luaL_optstring(L, -1, ""));
  lua_pop(L, 1);
}

/* again{ profile =, seed =, dry_run = } -> true: the session that begins when this one has ended;
   or nil, message where there cannot be such a one, and this one had better go on. */
static int again(lua_State *L) {
  struct repl *repl = lua_touserdata(L, lua_upvalueindex(1));
  luaL_checktype(L, 1, LUA_TTABLE);
  char wanted[REPL_NAME_LENGTH];
  copy_name(L, 1, "profile", wanted);
  struct profile *profile = NULL;
  struct failure failure;
  if (!profile_open(*wanted ? wanted : NULL, &profile, &failure)) {
    lua_pushnil(L);
    lua_pushstring(L, failure.message);
    return 2;
  }
  profile_close(profile);
  snprintf(repl->profile, sizeof repl->profile, "%s", wanted);
  copy_name(L, 1, "seed", repl->seed);
  lua_getfield(L, 1, "dry_run");
  repl->dry_run = lua_toboolean(L, -1);
  repl->again = true;
  lua_pushboolean(L, true);
  return 1;
}

/* fail(exit_code): what the run ends with, once all tasks have ended. */
static int fail(lua_State *L) {
  struct run *run = (struct run *)context_of(L);
  lua_Integer exit_code = luaL_checkinteger(L, 1);
  luaL_argcheck(L, exit_code > 0 && exit_code <= 255, 1, "an exit code is between 1 and 255");
  if (!run->failure) run->failure = (int)exit_code;
  return 0;
}

/* exit_code(err) -> the one that a run ends with which does not catch it. */
static int exit_code(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushinteger(L, report_exit_code_at(L, 1));
  return 1;
}

/* unread() -> whether standard output has failed because nobody reads it any more. */
static int unread(lua_State *L) {
  lua_pushboolean(L, ferror(stdout) && reader_is_gone(STDOUT_FILENO));
  return 1;
}

/* The file of what was typed earlier; none where there is no home. */
static void push_history(lua_State *L, const struct context *context) {
  char folder[FOLDER_PATH_LENGTH], path[FOLDER_PATH_LENGTH];
  struct failure failure;
  bool found = context->state ? snprintf(folder, sizeof folder, "%s", context->state) > 0
                              : folder_default(folder, sizeof folder, &failure);
  if (!found || !folder_make(folder, &failure) ||
      !folder_path(path, folder, "repl_history", &failure))
    return;
  tables_set_text(L, "history", path);
}

/* What lofty/prompt is called with. */
static void push_settings(lua_State *L, const struct run_options *options,
                          const struct script *script) {
  lua_newtable(L);
  tables_set_boolean(L, "colour", options->colour);
  tables_set_boolean(L, "trace", options->trace);
  tables_set_boolean(L, "asks", options->repl ? options->repl->asks : !options->no_confirm);
  tables_set_boolean(L, "dry_run", options->dry_run);
  tables_set_text(L, "seed", options->sandbox_seed);
  tables_set_text(L, "chunk_name", script->chunk_name);
  lua_pushcfunction(L, exit_code);
  lua_setfield(L, -2, "exit_code");
  lua_pushcfunction(L, unread);
  lua_setfield(L, -2, "unread");
  if (line_editor_is_interactive()) push_history(L, context_of(L));
}

static void push_prompt(lua_State *L, const char *function) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.prompt");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, function);
  lua_remove(L, -2);
}

/* Where the prompt may be opened, later, in the scope of an error. */
static void watch_errors(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.prompt.frames");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "watch");
  lua_call(L, 0, 0);
  lua_pop(L, 1);
}

void repl_give_body(lua_State *L, lua_State *co, const struct run_options *options,
                    const struct script *script) {
  struct repl *repl = options->repl;
  if (repl || (options->repl_on_error && line_editor_is_interactive())) watch_errors(L);
  if (!repl) return;
  repl->began = true;
  lua_pop(co, 1);
  push_prompt(L, "run");
  push_settings(L, options, script);
  tables_set_boolean(L, "greeted", repl->greeted);
  repl->greeted = true;
  lua_pushlightuserdata(L, repl);
  lua_pushcclosure(L, again, 1);
  lua_setfield(L, -2, "again");
  lua_pushcfunction(L, fail);
  lua_setfield(L, -2, "fail");
  if (repl->loads) {
    lua_pushlstring(L, script->text.data ? script->text.data : "", script->text.length);
    lua_setfield(L, -2, "text");
  }
  luaL_checkstack(co, 2, "the prompt");
  lua_xmove(L, co, 2);
}

/* Stack: the coroutine, its error, options, script. */
static int run_on_error(lua_State *L) {
  const struct run_options *options = lua_touserdata(L, 3);
  const struct script *script = lua_touserdata(L, 4);
  push_prompt(L, "on_error");
  push_settings(L, options, script);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 3, 0);
  return 0;
}

void repl_on_error(struct context *context, lua_State *L, lua_State *co,
                   const struct run_options *options, const struct script *script) {
  if (!options->repl_on_error || !line_editor_is_interactive() || context->editor) return;
  if (!lua_checkstack(L, 8) || !lua_checkstack(co, 2)) return;
  interrupt_soften(on_break, context);
  lua_pushcfunction(L, run_on_error);
  lua_pushthread(co);
  lua_pushvalue(co, -2);
  lua_xmove(co, L, 2);
  lua_pushlightuserdata(L, (void *)options);
  lua_pushlightuserdata(L, (void *)script);
  if (lua_pcall(L, 4, 0, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "loftyrun: the prompt failed: %s\n", message ? message : "no message");
    lua_pop(L, 1);
  }
  repl_end(context);
  interrupt_soften(NULL, NULL);
}
