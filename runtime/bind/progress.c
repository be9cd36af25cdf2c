#include "progress.h"

#include <lauxlib.h>

#include "../core/progress.h"
#include "context.h"

/* columns() -> how wide the line may be; nil: there is none. */
static int columns(lua_State *L) {
  int count = context_of(L)->progress ? progress_columns() : 0;
  if (count == 0) return 0;
  lua_pushinteger(L, count);
  return 1;
}

/* set(text or nil) */
static int set(lua_State *L) {
  struct progress *progress = context_of(L)->progress;
  const char *text = luaL_optstring(L, 1, NULL);
  if (progress) progress_set(progress, text);
  return 0;
}

static const luaL_Reg functions[] = {{"columns", columns}, {"set", set}, {NULL, NULL}};

int luaopen_native_progress(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
