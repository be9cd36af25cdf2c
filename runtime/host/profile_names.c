#include "profile_names.h"

#include <lauxlib.h>
#include <sys/stat.h>

#include "../core/text.h"
#include "profile.h"

enum { PATH_LENGTH = 1024 };

static bool is_plain(const char *name) {
  for (; *name; name++)
    if (text_control_length(name) > 0) return false;
  return true;
}

/* Stack: the path and the buffer, as light userdata. */
static int collect(lua_State *L) {
  struct buffer *names = lua_touserdata(L, 2);
  if (luaL_loadfilex(L, lua_touserdata(L, 1), "t") != LUA_OK) return lua_error(L);
  lua_call(L, 0, 1);
  if (!lua_istable(L, -1) || lua_getfield(L, -1, "profiles") != LUA_TTABLE) return 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (name && is_plain(name) && !buffer_printf(names, "%s\n", name)) break;
  }
  return 0;
}

bool profile_names(struct buffer *names) {
  char path[PATH_LENGTH];
  struct stat status;
  struct failure failure;
  if (!profile_path(path, sizeof path, &failure) || stat(path, &status) != 0 ||
      !S_ISREG(status.st_mode))
    return false;
  lua_State *L = luaL_newstate();
  if (!L) return false;
  lua_pushcfunction(L, collect);
  lua_pushlightuserdata(L, path);
  lua_pushlightuserdata(L, names);
  bool fine = lua_pcall(L, 2, 0, 0) == LUA_OK;
  lua_close(L);
  return fine;
}
