#include "../core/store.h"

#include <lauxlib.h>
#include <string.h>

#include "context.h"
#include "store.h"

enum { PATH_LENGTH = 1024, VALUE_MAXIMUM = 16 * 1024 * 1024 };

static const char store_type[] = "native.store";
static const char lock_type[] = "native.store.lock";

/* Both are created closed, NULL. A lock keeps its store alive by its user value. */
struct store_handle {
  struct store *store;
};
struct lock_handle {
  struct store_lock *lock;
};

static struct store *check_store(lua_State *L) {
  struct store_handle *handle = luaL_checkudata(L, 1, store_type);
  if (!handle->store) luaL_error(L, "the store is closed");
  return handle->store;
}

/* true, or nil, code, message. */
static int answer(lua_State *L, bool fine, const struct failure *failure) {
  if (!fine) return context_fail(L, failure);
  lua_pushboolean(L, true);
  return 1;
}

/* native.store.open() -> store. In memory for a run with a sandbox of its own, unless a folder was
   named: its leads are gone afterwards too. A replay remembers no progress, for it makes none. */
static int store_open_handle(lua_State *L) {
  const struct context *context = context_of(L);
  struct failure failure;
  char path[PATH_LENGTH];
  const char *folder = context->state;
  bool replay = context->traffic && context->traffic->replay_path;
  if (!folder && !context->sandbox && !replay) {
    if (!store_default_folder(path, sizeof path, &failure)) return context_fail(L, &failure);
    folder = path;
  }
  struct store_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
  handle->store = NULL;
  luaL_setmetatable(L, store_type);
  return store_open(folder, &handle->store, &failure) ? 1 : context_fail(L, &failure);
}

static int store_gc(lua_State *L) {
  struct store_handle *handle = luaL_checkudata(L, 1, store_type);
  store_close(handle->store);
  handle->store = NULL;
  return 0;
}

/* store:put(space, key, value) */
static int put(lua_State *L) {
  struct failure failure;
  bool fine = store_put(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
                        luaL_checkstring(L, 4), &failure);
  return answer(L, fine, &failure);
}

/* store:add(space, { key, ... }): all of them or none. */
static int add(lua_State *L) {
  struct failure failure;
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 3);
  if (count == 0) return answer(L, true, NULL);
  luaL_argcheck(L, count > 0 && count <= 100000, 3, "too many keys");
  const char **keys = lua_newuserdatauv(L, (size_t)count * sizeof *keys, 0);
  lua_createtable(L, (int)count, 0); /* keeps the strings, for a number becomes a new one */
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, 3, i);
    keys[i - 1] = luaL_checkstring(L, -1);
    lua_rawseti(L, -2, i);
  }
  return answer(L, store_add(store, space, keys, (size_t)count, &failure), &failure);
}

/* store:get(space, key) -> value, or nil where there is none. */
static int get(lua_State *L) {
  struct failure failure;
  struct buffer value;
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  const char *key = luaL_checkstring(L, 3);
  buffer_init(&value, VALUE_MAXIMUM);
  enum store_answer found = store_get(store, space, key, &value, &failure);
  if (found == STORE_YES)
    lua_pushlstring(L, value.data ? value.data : "", value.length);
  else
    lua_pushnil(L);
  buffer_free(&value);
  return found == STORE_FAILED ? context_fail(L, &failure) : 1;
}

/* store:has(space, key) -> boolean */
static int has(lua_State *L) {
  struct failure failure;
  enum store_answer found =
      store_get(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3), NULL, &failure);
  if (found == STORE_FAILED) return context_fail(L, &failure);
  lua_pushboolean(L, found == STORE_YES);
  return 1;
}

static int remove_entry(lua_State *L) {
  struct failure failure;
  bool fine =
      store_remove(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3), &failure);
  return answer(L, fine, &failure);
}

static int drop(lua_State *L) {
  struct failure failure;
  bool fine = store_drop(check_store(L), luaL_checkstring(L, 2), &failure);
  return answer(L, fine, &failure);
}

static int count_entries(lua_State *L) {
  struct failure failure;
  int64_t count;
  if (!store_count(check_store(L), luaL_checkstring(L, 2), &count, &failure))
    return context_fail(L, &failure);
  lua_pushinteger(L, count);
  return 1;
}

/* Collects entries as "key\0value\0": Lua may raise while a statement is open, a buffer may not. */
static bool collect(void *context, const char *key, const char *value) {
  struct buffer *out = context;
  return buffer_append(out, key, strlen(key) + 1) && buffer_append(out, value, strlen(value) + 1);
}

/* Stack: the buffer as light userdata. Returns { [key] = value }. */
static int push_entries(lua_State *L) {
  const struct buffer *entries = lua_touserdata(L, 1);
  lua_newtable(L);
  for (size_t at = 0; at < entries->length;) {
    const char *key = entries->data + at;
    const char *value = key + strlen(key) + 1;
    at = (size_t)(value - entries->data) + strlen(value) + 1;
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
  }
  return 1;
}

/* store:list(space) -> { [key] = value } */
static int list(lua_State *L) {
  struct failure failure;
  struct buffer entries;
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  buffer_init(&entries, VALUE_MAXIMUM);
  bool fine = store_list(store, space, collect, &entries, &failure);
  lua_pushcfunction(L, push_entries);
  lua_pushlightuserdata(L, &entries);
  int status = fine ? lua_pcall(L, 1, 1, 0) : LUA_OK;
  buffer_free(&entries);
  if (!fine) return context_fail(L, &failure);
  return status == LUA_OK ? 1 : lua_error(L);
}

/* store:lock(name) -> lock, or nil and ALREADY_RUNNING. */
static int lock(lua_State *L) {
  struct failure failure;
  struct store *store = check_store(L);
  const char *name = luaL_checkstring(L, 2);
  struct lock_handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
  handle->lock = NULL;
  luaL_setmetatable(L, lock_type);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  enum store_answer taken = store_lock(store, name, &handle->lock, &failure);
  if (taken == STORE_YES) return 1;
  if (taken == STORE_NO) failure_set(&failure, "ALREADY_RUNNING", "another run holds it");
  return context_fail(L, &failure);
}

static int lock_close(lua_State *L) {
  struct lock_handle *handle = luaL_checkudata(L, 1, lock_type);
  store_unlock(handle->lock);
  handle->lock = NULL;
  return 0;
}

static const luaL_Reg store_methods[] = {{"put", put},
                                         {"add", add},
                                         {"get", get},
                                         {"has", has},
                                         {"remove", remove_entry},
                                         {"drop", drop},
                                         {"count", count_entries},
                                         {"list", list},
                                         {"lock", lock},
                                         {NULL, NULL}};
static const luaL_Reg lock_methods[] = {{"close", lock_close}, {NULL, NULL}};

static void create_type(lua_State *L, const char *name, const luaL_Reg *methods,
                        lua_CFunction close) {
  luaL_newmetatable(L, name);
  lua_pushcfunction(L, close);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

static const luaL_Reg functions[] = {{"open", store_open_handle}, {NULL, NULL}};

int luaopen_native_store(lua_State *L) {
  create_type(L, store_type, store_methods, store_gc);
  create_type(L, lock_type, lock_methods, lock_close);
  luaL_newlib(L, functions);
  return 1;
}
