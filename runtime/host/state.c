#include "state.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/bind.h"
#include "../core/exit_code.h"
#include "../core/pool.h"
#include "../core/text.h"
#include "catch.h"
#include "embedded.h"
#include "interrupt.h"

enum { MOST_GLOBALS = 512, MEMORY_RESERVE = 8 * 1024 * 1024 };

static int compare_module(const void *name, const void *file) {
  return strcmp(name, ((const struct embedded_file *)file)->module);
}

/* A library may be replaced by one of another release; what is compiled is then of no use. The
   library's own name for itself is "$LuaVersion: Lua 5.4.4  Copyright ...". */
static bool is_compiled_for_this_lua(void) {
  const char *release = strstr(lua_ident, embedded_release);
  return release && release[strlen(embedded_release)] == ' ';
}

/* Stack: a module's name. Returns the source compiled in for it, or nil. */
static int source_of(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const struct embedded_file *file =
      bsearch(name, embedded_files, embedded_file_count, sizeof *embedded_files, compare_module);
  if (file)
    lua_pushlstring(L, file->text, file->length);
  else
    lua_pushnil(L);
  return 1;
}

static int open_source(lua_State *L) {
  lua_pushcfunction(L, source_of);
  return 1;
}

/* A package searcher for what is compiled in, and for native.source, which gives its text. It comes
   before the path, so that no file beside a script can take the place of "lofty". */
static int search_embedded(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const struct embedded_file *file =
      bsearch(name, embedded_files, embedded_file_count, sizeof *embedded_files, compare_module);
  if (!file && strcmp(name, "native.source") == 0) {
    lua_pushcfunction(L, open_source);
    return 1;
  }
  if (!file) {
    lua_pushfstring(L, "no embedded module '%s'", name);
    return 1;
  }
  lua_pushfstring(L, "@" EMBEDDED_PREFIX "%s", file->path);
  bool compiled = is_compiled_for_this_lua();
  if (luaL_loadbufferx(L, compiled ? file->code : file->text,
                       compiled ? file->code_length : file->length, lua_tostring(L, -1),
                       compiled ? "b" : "t") != LUA_OK)
    return lua_error(L);
  lua_pushstring(L, file->path);
  return 2;
}

void state_search_embedded(lua_State *L) {
  lua_getglobal(L, LUA_LOADLIBNAME);
  lua_getfield(L, -1, "searchers"); /* package searchers */
  for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) {
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushcfunction(L, search_embedded);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 2);
}

void state_add_module_folder(lua_State *L, const char *folder) {
  lua_getglobal(L, LUA_LOADLIBNAME);
  lua_getfield(L, -1, "path"); /* package path */
  const char *slash = strcmp(folder, ".") == 0 ? "" : "/";
  if (!*slash) folder = ""; /* messages are to say "m.lua", not "./m.lua" */
  lua_pushfstring(L, "%s%s?.lua;%s%s?/init.lua;%s", folder, slash, folder, slash,
                  lua_tostring(L, -1));
  lua_setfield(L, -3, "path");
  lua_pop(L, 2);
}

/* Raised at the script's line; where one of our own commands prints, no line of ours helps. */
static int cannot_print(lua_State *L) {
  lua_Debug caller;
  int error = errno;
  bool ours = lua_getstack(L, 1, &caller) && lua_getinfo(L, "S", &caller) &&
              strncmp(caller.source, "@" EMBEDDED_PREFIX, sizeof EMBEDDED_PREFIX) == 0;
  if (!ours) luaL_where(L, 1);
  lua_pushfstring(L, "cannot write to standard output: %s", strerror(error));
  if (!ours) lua_concat(L, 2);
  return lua_error(L);
}

/* print that does not lose output silently: a full disk or a closed pipe raises. */
static int checked_print(lua_State *L) {
  int count = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    size_t length;
    const char *text = luaL_tolstring(L, i, &length);
    if (i > 1) putchar('\t');
    fwrite(text, 1, length, stdout);
    lua_pop(L, 1);
  }
  putchar('\n');
  if (ferror(stdout)) return cannot_print(L);
  return 0;
}

/* os.exit by way of the run's own end, which closes what is open and writes what is pending.
   Without a code of the script's own, failed items count. */
static int exit_run(lua_State *L) {
  struct context *context = context_of(L);
  int success = context->items_failed > 0 ? EXIT_ITEMS_FAILED : EXIT_DONE;
  lua_Integer code = !lua_isnoneornil(L, 1) && !lua_isboolean(L, 1) ? luaL_checkinteger(L, 1)
                     : lua_isboolean(L, 1) && !lua_toboolean(L, 1)  ? EXIT_SCRIPT
                                                                    : success;
  luaL_argcheck(L, code >= 0 && code <= 255, 1, "an exit code is between 0 and 255");
  context->exit_code = (int)code;
  context->answered.task = NULL; /* the script itself has gone on to its end */
  return interrupt_exit(L);
}

/* system() takes no notice of SIGINT while a command runs. A command that it ended ends the script
   too, as in a shell; otherwise a loop of commands could not be stopped. */
static int checked_execute(lua_State *L) {
  int count = lua_gettop(L);
  luaL_optstring(L, 1, NULL);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, count, LUA_MULTRET);
  if (lua_gettop(L) == 3 && lua_type(L, 2) == LUA_TSTRING &&
      strcmp(lua_tostring(L, 2), "signal") == 0 && lua_tointeger(L, 3) == SIGINT)
    raise(SIGINT);
  return lua_gettop(L);
}

/* The script itself is a coroutine of the host's, which is not for it to know: a yield from its top
   level would wait for something that never comes. */
static int checked_yield(lua_State *L) {
  struct context *context = context_of(L);
  if (context->owns && context->owns(context, L))
    return luaL_error(L, "attempt to yield from outside a coroutine");
  return lua_yield(L, lua_gettop(L));
}

static void replace_functions(lua_State *L) {
  lua_pushcfunction(L, checked_print);
  lua_setglobal(L, "print");
  lua_getglobal(L, LUA_OSLIBNAME);
  lua_pushcfunction(L, exit_run);
  lua_setfield(L, -2, "exit");
  lua_getfield(L, -1, "execute");
  lua_pushcclosure(L, checked_execute, 1);
  lua_setfield(L, -2, "execute");
  lua_getglobal(L, LUA_COLIBNAME);
  lua_pushcfunction(L, checked_yield);
  lua_setfield(L, -2, "yield");
  lua_pop(L, 2);
}

static int open_all(lua_State *L) {
  luaL_openlibs(L);
  bind_preload(L);
  state_search_embedded(L);
  replace_functions(L);
  catch_replace(L);
  interrupt_track_coroutines(L);
  return 0;
}

/* What an allocator is asked for. */
struct request {
  const void *block;
  size_t old_size, size;
};

/* What a state's memory comes from, and how far its warn() is. */
struct heap {
  struct pool *pool;
  size_t used, limit;     /* bytes; limit 0: none */
  struct request refused; /* just now; size 0: none was */
  bool over;              /* it was not enough, and the run ends */
  bool raises;            /* it is not the run's end */
  bool warns;             /* the script said warn("@on") */
  bool in_middle;         /* of a warning that comes in parts */
};

static void end_run(struct heap *heap) {
  heap->over = true;
  interrupt_memory();
  heap->limit += MEMORY_RESERVE;
}

/* Whether a block can become so large. One that cannot is refused once: Lua collects garbage, which
   takes no memory, and asks for the same again. Where that is not granted either, or something else
   is asked for because nobody tries again, the run is over, and a reserve is opened for its end. */
static bool has_room(struct heap *heap, const struct request *request) {
  size_t more = request->size - request->old_size;
  if (!heap->limit) return true;
  if (heap->raises) return heap->used <= heap->limit && more <= heap->limit - heap->used;
  bool fits = more <= heap->limit - heap->used;
  bool again = memcmp(request, &heap->refused, sizeof *request) == 0;
  bool given_up = heap->refused.size > 0 && !(again && fits);
  heap->refused = (struct request){.size = 0};
  if (!heap->over && (given_up || (!fits && more > heap->limit))) {
    end_run(heap);
    fits = more <= heap->limit - heap->used;
  } else if (!fits && !heap->over) {
    heap->refused = *request;
  }
  return fits;
}

static void *resize(void *context, void *block, size_t old_size, size_t size) {
  struct heap *heap = context;
  struct request request = {block, block ? old_size : 0, size}; /* or it says what it will be */
  if (size > request.old_size && !has_room(heap, &request)) return NULL;
  void *resized = pool_resize(heap->pool, block, old_size, size);
  if (resized || size == 0) heap->used = heap->used - request.old_size + size;
  return resized;
}

/* As lua's own: "@on" and "@off" by themselves are for us. */
static void warn(void *context, const char *message, int more) {
  struct heap *heap = context;
  if (!heap->in_middle && !more && message[0] == '@') {
    if (strcmp(message, "@on") == 0) heap->warns = true;
    if (strcmp(message, "@off") == 0) heap->warns = false;
    return;
  }
  if (heap->warns)
    fprintf(stderr, "%s%s%s", heap->in_middle ? "" : "Lua warning: ", message, more ? "" : "\n");
  heap->in_middle = more;
}

static int panic(lua_State *L) {
  const char *message = lua_tostring(L, -1);
  fprintf(stderr, "loftyrun: an error that nobody catches: %s\n", message ? message : "?");
  return 0; /* and Lua aborts */
}

void state_limit_memory(lua_State *L, size_t bytes) {
  void *heap;
  lua_getallocf(L, &heap);
  struct heap *limited = heap;
  limited->limit = bytes > 0 && bytes < limited->used ? limited->used : bytes;
}

void state_memory_raises(lua_State *L) {
  void *heap;
  lua_getallocf(L, &heap);
  ((struct heap *)heap)->raises = true;
}

bool state_was_refused(lua_State *L) {
  void *context;
  lua_getallocf(L, &context);
  struct heap *heap = context;
  if (heap->refused.size == 0) return false;
  heap->refused = (struct request){.size = 0};
  if (!heap->over) end_run(heap);
  return true;
}

static void free_heap(struct heap *heap) {
  if (heap) pool_free(heap->pool);
  free(heap);
}

static lua_State *new_state(void) {
  struct heap *heap = calloc(1, sizeof *heap);
  if (heap) heap->pool = pool_new();
  lua_State *L = heap && heap->pool ? lua_newstate(resize, heap) : NULL;
  if (!L) {
    free_heap(heap);
    return NULL;
  }
  lua_atpanic(L, panic);
  lua_setwarnf(L, warn, heap);
  return L;
}

void state_close(lua_State *L) {
  if (!L) return;
  void *heap;
  lua_getallocf(L, &heap);
  lua_close(L);
  free_heap(heap);
}

lua_State *state_new(struct context *context) {
  lua_State *L = new_state();
  if (!L) return NULL;
  context_attach(L, context);
  lua_pushcfunction(L, open_all);
  if (lua_pcall(L, 0, 0, 0) == LUA_OK) return L;
  state_close(L);
  return NULL;
}

int state_call(lua_CFunction function, void *argument) {
  struct log log = {.stream = stderr, .level = LOG_LEVEL_WARN};
  struct context context = {.log = &log};
  int exit_code = EXIT_SCRIPT;
  lua_State *L = state_new(&context);
  if (!L) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, argument);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
    exit_code = (int)lua_tointeger(L, -1);
  } else {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "loftyrun: %s\n", message ? message : "failed, without a message");
  }
  state_close(L);
  return exit_code;
}

/* The defined global, or keyword of another language, that was probably meant; NULL if none. */
static const char *suggest_global(lua_State *L, const char *name) {
  const char *names[MOST_GLOBALS] = {"nil", "true", "false"};
  size_t count = 3;
  lua_pushglobaltable(L);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING && count < MOST_GLOBALS)
      names[count++] = lua_tostring(L, -1);
  }
  lua_pop(L, 1);
  int nearest = text_nearest(name, names, count);
  return nearest >= 0 ? names[nearest] : NULL;
}

static int undefined_global(lua_State *L) {
  const char *name = luaL_tolstring(L, 2, NULL);
  if (strcmp(name, "lofty") == 0)
    return luaL_error(L,
                      "undefined global \"lofty\"; begin the script with "
                      "local lofty = require \"lofty\"");
  const char *meant = suggest_global(L, name);
  if (meant) return luaL_error(L, "undefined global \"%s\"; did you mean \"%s\"?", name, meant);
  return luaL_error(L, "undefined global \"%s\"", name);
}

static int new_global(lua_State *L) {
  lua_Debug debug;
  if (lua_getstack(L, 1, &debug) && lua_getinfo(L, "S", &debug) && strcmp(debug.what, "Lua") == 0)
    return luaL_error(L,
                      "assignment to the undefined global \"%s\" in a function; write local, or "
                      "give it a value at the top of the script first",
                      luaL_tolstring(L, 2, NULL));
  lua_rawset(L, 1);
  return 0;
}

void state_strict_globals(lua_State *L) {
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, undefined_global);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, new_global);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}
