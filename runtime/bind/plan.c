#include "plan.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../core/plan_file.h"
#include "../core/url.h"
#include "context.h"
#include "tables.h"

enum { DAYS_KEPT = 90 };

static const char plan_type[] = "native.plan";

/* Created closed, NULL. */
struct plan_handle {
  struct plan_file *file;
};

static struct plan_file *check_file(lua_State *L) {
  struct plan_handle *handle = luaL_checkudata(L, 1, plan_type);
  if (!handle->file) luaL_error(L, "the plan is closed");
  return handle->file;
}

static int settings(lua_State *L) {
  const struct dry *dry = &context_of(L)->dry;
  lua_createtable(L, 0, 3);
  tables_set_text(L, "file", dry->plan);
  tables_set_text(L, "script", dry->script);
  tables_set_boolean(L, "colour", dry->colour);
  return 1;
}

static int plans_folder(lua_State *L) {
  struct failure failure;
  char path[FOLDER_PATH_LENGTH], plans[FOLDER_PATH_LENGTH];
  const char *folder;
  if (!context_folder(context_of(L), path, &folder, &failure)) return context_fail(L, &failure);
  if (!folder) {
    lua_pushboolean(L, false);
    return 1;
  }
  if (!folder_make(folder, &failure) || !folder_path(plans, folder, "plans", &failure) ||
      !folder_make(plans, &failure))
    return context_fail(L, &failure);
  plan_file_forget(plans, DAYS_KEPT);
  lua_pushstring(L, plans);
  return 1;
}

static int state_folder(lua_State *L) {
  struct failure failure;
  char path[FOLDER_PATH_LENGTH], real[PATH_MAX];
  const char *folder;
  if (!context_folder(context_of(L), path, &folder, &failure)) return context_fail(L, &failure);
  if (!folder) {
    lua_pushboolean(L, false);
    return 1;
  }
  if (!folder_make(folder, &failure)) return context_fail(L, &failure);
  lua_pushstring(L, realpath(folder, real) ? real : folder);
  return 1;
}

static int account(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  luaL_Buffer copy;
  char *text = luaL_buffinitsize(L, &copy, length + 1);
  memcpy(text, name, length + 1);
  url_normalise_account(text);
  luaL_pushresultsize(&copy, strlen(text));
  return 1;
}

static int create(lua_State *L) {
  struct failure failure;
  const char *path = luaL_checkstring(L, 1);
  struct plan_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
  handle->file = NULL;
  luaL_setmetatable(L, plan_type);
  return plan_file_create(path, &handle->file, &failure) ? 1 : context_fail(L, &failure);
}

static int write_text(lua_State *L) {
  struct failure failure;
  size_t length;
  struct plan_file *file = check_file(L);
  const char *text = luaL_checklstring(L, 2, &length);
  return context_answer(L, plan_file_write(file, text, length, &failure), &failure);
}

static int commit(lua_State *L) {
  struct failure failure;
  return context_answer(L, plan_file_commit(check_file(L), &failure), &failure);
}

static int plan_gc(lua_State *L) {
  struct plan_handle *handle = luaL_checkudata(L, 1, plan_type);
  plan_file_close(handle->file);
  handle->file = NULL;
  return 0;
}

static const luaL_Reg methods[] = {{"write", write_text}, {"commit", commit}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"settings", settings},  {"folder", plans_folder},
                                     {"state", state_folder}, {"account", account},
                                     {"create", create},      {NULL, NULL}};

int luaopen_native_plan(lua_State *L) {
  context_new_type(L, plan_type, methods, plan_gc);
  luaL_newlib(L, functions);
  return 1;
}
