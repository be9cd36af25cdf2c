#include "log.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

enum { MOST_FIELDS = 32 };

static int by_name(const void *left, const void *right) {
  return strcmp(((const struct log_field *)left)->name, ((const struct log_field *)right)->name);
}

/* Fills `fields` from the table at index 3. Names and texts stay on the stack, which keeps them
   alive whatever a value's __tostring does to the table. */
static size_t collect_fields(lua_State *L, struct log_field *fields) {
  size_t count = 0;
  luaL_checkstack(L, 2 * MOST_FIELDS + 4, "too many log fields");
  lua_pushnil(L);
  while (lua_next(L, 3)) {
    luaL_argcheck(L, count < MOST_FIELDS, 3, "too many fields");
    luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 3, "field names must be strings");
    fields[count].name = lua_tostring(L, -2);
    fields[count].bare = lua_isboolean(L, -1) || lua_isinteger(L, -1);
    fields[count].value = luaL_tolstring(L, -1, NULL); /* ... name value text */
    lua_replace(L, -2);                                /* ... name text */
    lua_pushvalue(L, -2);                              /* ... name text name */
    count++;
  }
  qsort(fields, count, sizeof *fields, by_name);
  return count;
}

static int log_line(lua_State *L) {
  static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
  struct context *context = context_of(L);
  enum log_level level = (enum log_level)luaL_checkoption(L, 1, NULL, levels);
  const char *message = luaL_checkstring(L, 2);
  struct log_field fields[MOST_FIELDS];
  size_t count = 0;
  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) {
    luaL_checktype(L, 3, LUA_TTABLE);
    count = collect_fields(L, fields);
  }
  log_write(context->log, level, message, fields, count);
  return 0;
}

static const luaL_Reg functions[] = {{"write", log_line}, {NULL, NULL}};

int luaopen_native_log(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
