#include "new_editor.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../core/exit_code.h"
#include "../host/state.h"

enum { PATH_MAXIMUM = 4096 };

static const char settings_name[] = ".luarc.json";

static void push_editor_function(lua_State *L, const char *name) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.manual.editor");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, name);
}

/* Returns the table of files by path. */
static int editor_files(lua_State *L) {
  push_editor_function(L, "files");
  lua_getglobal(L, "require");
  lua_pushliteral(L, "native.source");
  lua_call(L, 1, 1);
  lua_call(L, 1, 1);
  return 1;
}

/* Stack: the text of the user's settings. Returns whether they name the definitions. */
static int is_set_up(lua_State *L) {
  push_editor_function(L, "is_set_up");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

static int cannot(const char *what, const char *path) {
  fprintf(stderr, "loftyrun: cannot %s %s: %s\n", what, path, strerror(errno));
  return EXIT_CONFIG;
}

/* Makes the folders that `path` lies in. */
static bool make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool there = mkdir(path, 0777) == 0 || errno == EEXIST;
    *slash = '/';
    if (!there) return false;
  }
  return true;
}

/* Writes beside the file and renames, so that an editor never reads half of it. */
static int write_file(char *path, const char *text, size_t length) {
  char beside[PATH_MAXIMUM + 8];
  snprintf(beside, sizeof beside, "%s.new", path);
  if (!make_folders(path)) return cannot("make the folder of", path);
  FILE *file = fopen(beside, "w");
  if (!file) return cannot("write", beside);
  bool written = fwrite(text, 1, length, file) == length;
  written = fclose(file) == 0 && written;
  if (!written || rename(beside, path) != 0) {
    int exit_code = cannot("write", path);
    remove(beside);
    return exit_code;
  }
  return EXIT_DONE;
}

/* The user's settings are left as they are; what is missing in them is said. */
static int keep_settings(lua_State *L, FILE *file, const char *path) {
  luaL_Buffer buffer;
  lua_pushcfunction(L, is_set_up);
  luaL_buffinit(L, &buffer);
  char part[4096];
  for (size_t count; (count = fread(part, 1, sizeof part, file)) > 0;)
    luaL_addlstring(&buffer, part, count);
  luaL_pushresult(&buffer);
  if (ferror(file)) return cannot("read", path);
  bool set_up = lua_pcall(L, 1, 1, 0) == LUA_OK && lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (!set_up) printf("kept %s: add \".loftyrun/editor\" to its \"workspace.library\"\n", path);
  return EXIT_DONE;
}

/* Stack: the path below the folder, the text. */
static int write_one(lua_State *L, const char *folder) {
  char path[PATH_MAXIMUM];
  size_t length;
  const char *name = lua_tostring(L, -2);
  const char *text = lua_tolstring(L, -1, &length);
  int size = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (size < 0 || (size_t)size >= sizeof path) {
    errno = ENAMETOOLONG;
    return cannot("write below", folder);
  }
  if (strcmp(name, settings_name) != 0) return write_file(path, text, length);
  FILE *file = fopen(path, "r");
  if (!file && errno != ENOENT) return cannot("read", path);
  if (!file) return write_file(path, text, length);
  int exit_code = keep_settings(L, file, path);
  fclose(file);
  return exit_code;
}

/* Stack: the table of files. Writes the settings alone, or all but them. */
static int write_some(lua_State *L, const char *folder, bool settings) {
  int exit_code = EXIT_DONE;
  for (lua_pushnil(L); exit_code == EXIT_DONE && lua_next(L, 1) != 0; lua_settop(L, 2)) {
    if ((strcmp(lua_tostring(L, 2), settings_name) == 0) == settings)
      exit_code = write_one(L, folder);
  }
  lua_settop(L, 1);
  return exit_code;
}

/* The protected part: everything that may run out of memory in Lua. */
static int write_all(lua_State *L) {
  const char *folder = lua_touserdata(L, 1);
  lua_settop(L, 0);
  lua_pushcfunction(L, editor_files);
  lua_call(L, 0, 1);
  /* Settings that name the folder come when it is all there. */
  int exit_code = write_some(L, folder, false);
  if (exit_code == EXIT_DONE) exit_code = write_some(L, folder, true);
  lua_pushinteger(L, exit_code);
  return 1;
}

int new_editor(const char *folder) {
  int exit_code = state_call(write_all, (void *)folder);
  if (exit_code == EXIT_DONE)
    printf("%s/.loftyrun/editor: definitions of everything that scripts can call\n", folder);
  return exit_code;
}
