#include "../core/locks.h"

#include <lauxlib.h>

#include "context.h"
#include "locks.h"

static const char locks_type[] = "native.locks";
static const char lock_type[] = "native.locks.lock";

/* Both are created closed, NULL. A lock keeps its locks alive by its user value. */
struct locks_handle {
  struct locks *locks;
};
struct lock_handle {
  struct lock *lock;
};

/* native.locks.open() -> locks */
static int open_locks(lua_State *L) {
  struct failure failure;
  char path[FOLDER_PATH_LENGTH];
  const char *folder;
  if (!context_folder(context_of(L), path, &folder, &failure)) return context_fail(L, &failure);
  struct locks_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
  handle->locks = NULL;
  luaL_setmetatable(L, locks_type);
  return locks_open(folder, &handle->locks, &failure) ? 1 : context_fail(L, &failure);
}

static int locks_gc(lua_State *L) {
  struct locks_handle *handle = luaL_checkudata(L, 1, locks_type);
  locks_close(handle->locks);
  handle->locks = NULL;
  return 0;
}

/* locks:take(name) -> lock; or nil, ALREADY_RUNNING, message, and what is known of who has it: the
   process and since when, in milliseconds since 1970. */
static int take(lua_State *L) {
  struct failure failure;
  struct lock_holder holder;
  struct locks_handle *from = luaL_checkudata(L, 1, locks_type);
  const char *name = luaL_checkstring(L, 2);
  if (!from->locks) return luaL_error(L, "the locks are closed");
  struct lock_handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
  handle->lock = NULL;
  luaL_setmetatable(L, lock_type);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  enum lock_answer answer = locks_take(from->locks, name, &handle->lock, &holder, &failure);
  if (answer == LOCK_TAKEN) return 1;
  if (answer == LOCK_FAILED) return context_fail(L, &failure);
  failure_set(&failure, "ALREADY_RUNNING", "another run holds it");
  context_fail(L, &failure);
  if (holder.process == 0) return 3;
  lua_pushinteger(L, holder.process);
  lua_pushinteger(L, holder.since);
  return 5;
}

static int lock_close(lua_State *L) {
  struct lock_handle *handle = luaL_checkudata(L, 1, lock_type);
  locks_release(handle->lock);
  handle->lock = NULL;
  return 0;
}

static const luaL_Reg locks_methods[] = {{"take", take}, {NULL, NULL}};
static const luaL_Reg lock_methods[] = {{"close", lock_close}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"open", open_locks}, {NULL, NULL}};

int luaopen_native_locks(lua_State *L) {
  context_new_type(L, locks_type, locks_methods, locks_gc);
  context_new_type(L, lock_type, lock_methods, lock_close);
  luaL_newlib(L, functions);
  return 1;
}
