#include "../core/store.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/entries.h"
#include "context.h"
#include "store.h"

enum {
  VALUE_MAXIMUM = 16 * 1024 * 1024,
  PAGE_ENTRIES = 256,      /* of one page of a space, at most */
  PAGE_BYTES = 256 * 1024, /* a page that holds as much is full */
  MOST_AT_ONCE = 1000 * 1000
};

static const char store_type[] = "native.store";

/* Created closed, NULL. */
struct store_handle {
  struct store *store;
};

static struct store *check_store(lua_State *L) {
  struct store_handle *handle = luaL_checkudata(L, 1, store_type);
  if (!handle->store) luaL_error(L, "the store is closed");
  return handle->store;
}

/* Whether the argument, the last one of a method, is true: then the change survives a power cut. */
static enum store_durability durability(lua_State *L, int index) {
  return lua_toboolean(L, index) ? STORE_DURABLE : STORE_USUAL;
}

/* native.store.open() -> store */
static int store_open_handle(lua_State *L) {
  struct failure failure;
  char path[FOLDER_PATH_LENGTH];
  const char *folder;
  if (!context_folder(context_of(L), path, &folder, &failure)) return context_fail(L, &failure);
  struct store_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
  handle->store = NULL;
  luaL_setmetatable(L, store_type);
  bool fine = context_of(L)->dry.on ? store_open_copy(folder, &handle->store, &failure)
                                    : store_open(folder, &handle->store, &failure);
  return fine ? 1 : context_fail(L, &failure);
}

static int store_gc(lua_State *L) {
  struct store_handle *handle = luaL_checkudata(L, 1, store_type);
  store_close(handle->store);
  handle->store = NULL;
  return 0;
}

/* store:put(space, key, value, durable) */
static int put(lua_State *L) {
  struct failure failure;
  bool fine = entries_put(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
                          luaL_checkstring(L, 4), durability(L, 5), &failure);
  return context_answer(L, fine, &failure);
}

/* store:put_all(space, { key, value, key, value, ... }, durable): all of them or none. */
static int put_all(lua_State *L) {
  struct failure failure;
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 3) / 2;
  if (count == 0) return context_answer(L, true, NULL);
  luaL_argcheck(L, count <= MOST_AT_ONCE, 3, "too many entries");
  /* The list keeps the strings, and is a userdata, so that an error on the way leaves nothing. */
  struct entry *entries = lua_newuserdatauv(L, (size_t)count * sizeof *entries, 0);
  for (lua_Integer i = 0; i < count; i++) {
    bool strings =
        lua_geti(L, 3, 2 * i + 1) == LUA_TSTRING && lua_geti(L, 3, 2 * i + 2) == LUA_TSTRING;
    luaL_argcheck(L, strings, 3, "strings expected");
    entries[i] = (struct entry){lua_tostring(L, -2), lua_tostring(L, -1)};
    lua_pop(L, 2);
  }
  bool fine = entries_put_all(store, space, entries, (size_t)count, durability(L, 4), &failure);
  return context_answer(L, fine, &failure);
}

/* store:get(space, key) -> value, or nil where there is none. */
static int get(lua_State *L) {
  struct failure failure;
  struct buffer value;
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  const char *key = luaL_checkstring(L, 3);
  buffer_init(&value, VALUE_MAXIMUM);
  enum store_answer found = entries_get(store, space, key, &value, &failure);
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
      entries_get(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3), NULL, &failure);
  if (found == STORE_FAILED) return context_fail(L, &failure);
  lua_pushboolean(L, found == STORE_YES);
  return 1;
}

/* store:increment(space, key, by, durable) -> integer */
static int increment(lua_State *L) {
  struct failure failure;
  int64_t result;
  if (!entries_increment(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
                         luaL_checkinteger(L, 4), durability(L, 5), &result, &failure))
    return context_fail(L, &failure);
  lua_pushinteger(L, result);
  return 1;
}

/* store:remove(space, key, durable) */
static int remove_entry(lua_State *L) {
  struct failure failure;
  bool fine = entries_remove(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
                             durability(L, 4), &failure);
  return context_answer(L, fine, &failure);
}

static int drop(lua_State *L) {
  struct failure failure;
  bool fine = entries_drop(check_store(L), luaL_checkstring(L, 2), &failure);
  return context_answer(L, fine, &failure);
}

/* store:sweep(space, prefix): only entries whose values begin with it stay. */
static int sweep(lua_State *L) {
  struct failure failure;
  bool fine =
      entries_sweep(check_store(L), luaL_checkstring(L, 2), luaL_checkstring(L, 3), &failure);
  return context_answer(L, fine, &failure);
}

static int count_entries(lua_State *L) {
  struct failure failure;
  int64_t count;
  if (!entries_count(check_store(L), luaL_checkstring(L, 2), &count, &failure))
    return context_fail(L, &failure);
  lua_pushinteger(L, count);
  return 1;
}

/* Entries as "key\0value\0": Lua may raise while a statement is open, a buffer may not. */
struct page {
  struct buffer text;
  int count;
  bool full, failed;
};

static bool collect(void *context, const char *key, const char *value) {
  struct page *page = context;
  page->full = page->count == PAGE_ENTRIES || page->text.length >= PAGE_BYTES;
  if (page->full) return false;
  page->failed = !buffer_append(&page->text, key, strlen(key) + 1) ||
                 !buffer_append(&page->text, value, strlen(value) + 1);
  page->count++;
  return !page->failed;
}

/* Stack: the page as light userdata. Returns { key, value, key, value, ... } */
static int push_page(lua_State *L) {
  const struct page *page = lua_touserdata(L, 1);
  lua_createtable(L, page->count * 2, 0);
  lua_Integer place = 0;
  for (size_t at = 0; at < page->text.length;) {
    const char *text = page->text.data + at;
    at += strlen(text) + 1;
    lua_pushstring(L, text);
    lua_rawseti(L, -2, ++place);
  }
  return 1;
}

/* store:page(space, prefix, after) -> { key, value, ... }, more: the next entries whose keys begin
   with `prefix`, behind the key `after` (nil: from the first), and whether others follow. */
static int page_entries(lua_State *L) {
  struct failure failure;
  struct page page = {.count = 0};
  struct store *store = check_store(L);
  const char *space = luaL_checkstring(L, 2);
  const char *prefix = luaL_checkstring(L, 3);
  const char *after = luaL_optstring(L, 4, NULL);
  buffer_init(&page.text, VALUE_MAXIMUM + PAGE_BYTES);
  bool fine = entries_list(store, space, prefix, after, collect, &page, &failure);
  if (fine && page.failed) fine = failure_set(&failure, "OUT_OF_MEMORY", "out of memory");
  lua_pushcfunction(L, push_page);
  lua_pushlightuserdata(L, &page);
  int status = fine ? lua_pcall(L, 1, 1, 0) : LUA_OK;
  buffer_free(&page.text);
  if (!fine) return context_fail(L, &failure);
  if (status != LUA_OK) return lua_error(L);
  lua_pushboolean(L, page.full);
  return 2;
}

static const luaL_Reg methods[] = {{"put", put},
                                   {"put_all", put_all},
                                   {"get", get},
                                   {"has", has},
                                   {"drop", drop},
                                   {"increment", increment},
                                   {"page", page_entries},
                                   {"remove", remove_entry},
                                   {"sweep", sweep},
                                   {"count", count_entries},
                                   {NULL, NULL}};

static const luaL_Reg functions[] = {{"open", store_open_handle}, {NULL, NULL}};

int luaopen_native_store(lua_State *L) {
  context_new_type(L, store_type, methods, store_gc);
  luaL_newlib(L, functions);
  return 1;
}
