#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <string.h>
#include <sys/stat.h>

#include "context.h"

static const char type_name[] = "native.files.folder";

struct folder {
  DIR *stream;
};

static int folder_gc(lua_State *L) {
  struct folder *folder = luaL_checkudata(L, 1, type_name);
  if (folder->stream) closedir(folder->stream);
  folder->stream = NULL;
  return 0;
}

static int fail(lua_State *L, int error) {
  lua_pushnil(L);
  lua_pushstring(L, strerror(error));
  return 2;
}

static int list(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct folder *folder = lua_newuserdatauv(L, sizeof *folder, 0);
  folder->stream = NULL;
  luaL_setmetatable(L, type_name);
  folder->stream = opendir(path);
  if (!folder->stream) return fail(L, errno);
  lua_newtable(L);
  const struct dirent *entry;
  lua_Integer count = 0;
  errno = 0;
  while ((entry = readdir(folder->stream)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    lua_pushstring(L, entry->d_name);
    lua_rawseti(L, -2, ++count);
    errno = 0;
  }
  if (errno != 0) return fail(L, errno);
  lua_getglobal(L, "table");
  lua_getfield(L, -1, "sort");
  lua_pushvalue(L, -3);
  lua_call(L, 1, 0);
  lua_pop(L, 1);
  return 1;
}

static int kind(lua_State *L) {
  struct stat found, itself;
  const char *path = luaL_checkstring(L, 1);
  if (stat(path, &found) != 0 || lstat(path, &itself) != 0) return fail(L, errno);
  lua_pushstring(L, S_ISREG(found.st_mode) ? "file" : S_ISDIR(found.st_mode) ? "folder" : "other");
  lua_pushboolean(L, S_ISLNK(itself.st_mode));
  return 2;
}

static int stamp(lua_State *L) {
  struct stat found;
  if (stat(luaL_checkstring(L, 1), &found) != 0) return 0;
  lua_pushfstring(L, "%I %I %I %I", (LUAI_UACINT)found.st_mtim.tv_sec,
                  (LUAI_UACINT)found.st_mtim.tv_nsec, (LUAI_UACINT)found.st_size,
                  (LUAI_UACINT)found.st_ino);
  return 1;
}

static const luaL_Reg functions[] = {
    {"list", list}, {"kind", kind}, {"stamp", stamp}, {NULL, NULL}};

int luaopen_native_files(lua_State *L) {
  context_new_type(L, type_name, NULL, folder_gc);
  luaL_newlib(L, functions);
  return 1;
}
