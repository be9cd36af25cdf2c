#include "terminal.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "../core/line_editor.h"
#include "../core/line_history.h"
#include "await.h"
#include "context.h"
#include "task.h"

enum { MOST_WORDS = 2000, NO_KEY = 0 };

static const char wait_type[] = "native.terminal.wait";
static const char helpers_key; /* of the table: complete, hint */
static const char wait_key;    /* of the wait under way */
static const char *const ends[] = {"", "END", "INTERRUPTED", "TOO_LONG", "PASTED", "UNREADABLE"};

/* The wait for a line or a key, a userdata that the registry keeps while it lasts. */
struct wait {
  struct await await;
  struct context *context;
  enum line_end end;
  char *line;
  int key;
};

/* What the editor calls back with: the run's main thread, on which completion is protected. */
struct listener {
  lua_State *L;
  struct wait *wait;
};

static int wait_gc(lua_State *L) {
  struct wait *wait = luaL_checkudata(L, 1, wait_type);
  free(wait->line);
  wait->line = NULL;
  return 0;
}

static struct listener *listener_of(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &wait_key);
  struct listener *listener = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return listener;
}

static void on_line(void *context, enum line_end end, const char *line) {
  struct listener *listener = context;
  struct wait *wait = listener->wait;
  listener->wait = NULL;
  if (!wait) return;
  wait->end = end;
  wait->line = line ? strdup(line) : NULL;
  if (line && !wait->line) wait->end = LINE_TOO_LONG;
  await_done(wait->context, &wait->await);
}

static void on_key(void *context, int key) {
  struct listener *listener = context;
  struct wait *wait = listener->wait;
  listener->wait = NULL;
  if (!wait) return;
  wait->key = key;
  await_done(wait->context, &wait->await);
}

/* Calls one of the helpers on the main thread; its results are left on the stack. False, and
   nothing left, where there is none or it failed: help that fails is no help. */
static bool call_helper(lua_State *L, int which, const char *line, size_t cursor, int results) {
  int top = lua_gettop(L);
  if (!lua_checkstack(L, 8)) return false;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &helpers_key) == LUA_TTABLE &&
      lua_rawgeti(L, -1, which) == LUA_TFUNCTION) {
    lua_remove(L, -2);
    lua_pushstring(L, line);
    lua_pushinteger(L, (lua_Integer)cursor);
    if (lua_pcall(L, 2, results, 0) == LUA_OK) return true;
  }
  lua_settop(L, top);
  return false;
}

/* Stack: words. */
static char **copy_words(lua_State *L, int index) {
  lua_Integer count = lua_istable(L, index) ? (lua_Integer)lua_rawlen(L, index) : 0;
  if (count < 1 || count > MOST_WORDS) return NULL;
  char **words = calloc((size_t)count + 1, sizeof *words);
  for (lua_Integer i = 0, place = 0; words && i < count; i++) {
    if (lua_rawgeti(L, index, i + 1) == LUA_TSTRING) words[place] = strdup(lua_tostring(L, -1));
    if (words[place]) place++;
    lua_pop(L, 1);
  }
  return words;
}

static char **complete(void *context, const char *line, size_t cursor, size_t *start,
                       int *closing) {
  struct listener *listener = context;
  lua_State *L = listener->L;
  if (!call_helper(L, 1, line, cursor, 3)) return NULL;
  char **words = copy_words(L, lua_absindex(L, -3));
  lua_Integer from = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : (lua_Integer)cursor;
  *start = from >= 0 && from <= (lua_Integer)cursor ? (size_t)from : cursor;
  const char *behind = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  *closing = (unsigned char)behind[0];
  lua_pop(L, 3);
  return words;
}

static char *hint(void *context, const char *line, size_t cursor) {
  struct listener *listener = context;
  lua_State *L = listener->L;
  if (!call_helper(L, 2, line, cursor, 1)) return NULL;
  char *text = lua_type(L, -1) == LUA_TSTRING ? strdup(lua_tostring(L, -1)) : NULL;
  lua_pop(L, 1);
  return text;
}

static lua_State *main_thread(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main;
}

static int terminal_open(lua_State *L) {
  struct context *context = context_of(L);
  struct failure failure;
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  luaL_argcheck(L, !context->editor, 1, "the terminal is open already");
  if (!context->loop) return luaL_error(L, "nobody can type here");
  lua_createtable(L, 2, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &helpers_key);
  struct listener *listener = lua_newuserdatauv(L, sizeof *listener, 0);
  *listener = (struct listener){.L = main_thread(L)};
  lua_rawsetp(L, LUA_REGISTRYINDEX, &wait_key);
  const struct line_callbacks callbacks = {.context = listener,
                                           .on_line = on_line,
                                           .on_key = on_key,
                                           .complete = complete,
                                           .hint = hint};
  context->editor = line_editor_new(context->loop, &callbacks, &failure);
  return context_answer(L, context->editor != NULL, &failure);
}

static struct line_editor *opened(lua_State *L) {
  struct line_editor *editor = context_of(L)->editor;
  if (!editor) luaL_error(L, "the terminal is not open");
  if (line_editor_is_reading(editor)) luaL_error(L, "somebody is typing already");
  return editor;
}

static struct wait *new_wait(lua_State *L) {
  struct wait *wait = lua_newuserdatauv(L, sizeof *wait, 0);
  *wait = (struct wait){.context = context_of(L), .key = NO_KEY};
  luaL_setmetatable(L, wait_type);
  return wait;
}

/* Cancelled, or out of time: the line is given up, and what was typed with it. */
static bool is_cut(lua_State *L, struct wait *wait) {
  if (!wait->await.cut) return false;
  struct listener *listener = listener_of(L);
  listener->wait = NULL;
  line_editor_interrupt(wait->context->editor);
  return true;
}

static int finish_read(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct wait *wait = lua_touserdata(L, (int)k);
  if (is_cut(L, wait)) return await_push_cut(L, wait->await.cut);
  lua_pushstring(L, wait->line); /* nil where there is none */
  free(wait->line);
  wait->line = NULL;
  lua_pushstring(L, wait->end == LINE_READ ? NULL : ends[wait->end]);
  return 2;
}

static int terminal_read(lua_State *L) {
  struct line_editor *editor = opened(L);
  const char *prompt = luaL_checkstring(L, 1);
  const char *text = luaL_optstring(L, 2, NULL);
  const char *refusal = await_refusal(L);
  if (refusal) return await_refuse(L, refusal, await_finish_refused);
  struct wait *wait = new_wait(L);
  listener_of(L)->wait = wait;
  if (!line_editor_read(editor, prompt, text)) return luaL_error(L, "too many open descriptors");
  return await(L, &wait->await, lua_gettop(L), finish_read);
}

static int finish_key(lua_State *L, int status, lua_KContext k) {
  (void)status;
  struct wait *wait = lua_touserdata(L, (int)k);
  if (is_cut(L, wait)) return await_push_cut(L, wait->await.cut);
  if (wait->key == NO_KEY) return 0;
  char key = (char)wait->key;
  lua_pushlstring(L, &key, 1);
  return 1;
}

static int terminal_key(lua_State *L) {
  struct line_editor *editor = opened(L);
  const char *refusal = await_refusal(L);
  if (refusal) return await_refuse(L, refusal, await_finish_refused);
  struct wait *wait = new_wait(L);
  listener_of(L)->wait = wait;
  if (!line_editor_read_key(editor)) {
    listener_of(L)->wait = NULL;
    return 0;
  }
  return await(L, &wait->await, lua_gettop(L), finish_key);
}

static int terminal_remember(lua_State *L) {
  struct line_editor *editor = context_of(L)->editor;
  const char *entry = luaL_checkstring(L, 1);
  if (editor) line_editor_remember(editor, entry);
  return 0;
}

static int terminal_close(lua_State *L) {
  struct context *context = context_of(L);
  line_editor_free(context->editor);
  context->editor = NULL;
  return 0;
}

static int terminal_interactive(lua_State *L) {
  lua_pushboolean(L, line_editor_is_interactive());
  return 1;
}

static int terminal_size(lua_State *L) {
  int columns, rows;
  if (!line_editor_size(&columns, &rows)) return 0;
  lua_pushinteger(L, columns);
  lua_pushinteger(L, rows);
  return 2;
}

static int terminal_input(lua_State *L) {
  struct context *context = context_of(L);
  context->input = lua_isnoneornil(L, 1) ? NULL : luaL_checkudata(L, 1, TASK_TYPE);
  context->breaks = 0;
  return 0;
}

/* Stack: path, entries. */
static bool push_entry(void *context, const char *entry, size_t length) {
  lua_State *L = context;
  lua_pushlstring(L, entry, length);
  lua_rawseti(L, 2, (lua_Integer)lua_rawlen(L, 2) + 1);
  return true;
}

static int read_entries(lua_State *L) {
  struct buffer *text = lua_touserdata(L, 1);
  lua_newtable(L);
  line_history_each(text, push_entry, L);
  return 1;
}

static int terminal_history(lua_State *L) {
  struct failure failure;
  struct buffer text;
  const char *path = luaL_checkstring(L, 1);
  if (!line_history_read(path, &text, &failure)) return context_fail(L, &failure);
  lua_pushcfunction(L, read_entries);
  lua_pushlightuserdata(L, &text);
  int status = lua_pcall(L, 1, 1, 0);
  buffer_free(&text);
  return status == LUA_OK ? 1 : lua_error(L);
}

static int terminal_append(lua_State *L) {
  struct failure failure;
  size_t length;
  const char *path = luaL_checkstring(L, 1);
  const char *entry = luaL_checklstring(L, 2, &length);
  return context_answer(L, line_history_append(path, entry, length, &failure), &failure);
}

static const luaL_Reg functions[] = {{"open", terminal_open},
                                     {"close", terminal_close},
                                     {"interactive", terminal_interactive},
                                     {"size", terminal_size},
                                     {"read", terminal_read},
                                     {"key", terminal_key},
                                     {"remember", terminal_remember},
                                     {"input", terminal_input},
                                     {"history", terminal_history},
                                     {"append", terminal_append},
                                     {NULL, NULL}};

int luaopen_native_terminal(lua_State *L) {
  context_new_type(L, wait_type, NULL, wait_gc);
  luaL_newlib(L, functions);
  return 1;
}
