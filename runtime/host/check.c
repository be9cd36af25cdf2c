#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bind/tables.h"
#include "../core/exit_code.h"
#include "embedded.h"
#include "grants.h"
#include "script.h"
#include "state.h"

enum { PATH_MAXIMUM = 4096, MOST_DEEP = 64, MOST_WRONG_LINES = 100 };

struct checking {
  lua_State *L;
  bool as_json;
  int scripts, scripts_wrong;
  long mistakes;
  bool unread; /* something could not be looked at */
};

static void say(struct checking *checking, const char *message) {
  fprintf(stderr, "loftyrun: %s\n", message);
  checking->unread = true;
}

/* Stack: a module's name. Returns whether it is compiled in. */
static int is_embedded(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  bool found = false;
  for (size_t i = 0; i < embedded_file_count && !found; i++)
    found = strcmp(embedded_files[i].module, name) == 0;
  lua_pushboolean(L, found);
  return 1;
}

/* The number in "SCRIPT:LINE: why", and what comes after it. */
static int parse_line(const char *message, const char *name, const char **why) {
  size_t length = strlen(name);
  *why = message;
  if (strncmp(message, name, length) != 0 || message[length] != ':') return 1;
  char *end;
  long line = strtol(message + length + 1, &end, 10);
  if (*end != ':' || line < 1) return 1;
  *why = end + strspn(end, ": ");
  return (int)line;
}

/* Makes blanks of a line of the text. */
static void blank_line(char *text, size_t length, int line) {
  char *end = text + length;
  for (; line > 1 && text; line--) {
    text = memchr(text, '\n', (size_t)(end - text));
    if (text) text++;
  }
  for (; text && text < end && *text != '\n'; text++) *text = ' ';
}

/* Pushes what the header's comment lines allow, and those that are wrong. Each wrong line is taken
   out of a copy, so that the next one is found too. */
static void push_header(lua_State *L, const struct script *script) {
  struct script copy = *script;
  struct grants grants = {.all = false};
  struct failure failure;
  buffer_init(&copy.text, SCRIPT_MAXIMUM);
  lua_createtable(L, 0, 2);
  lua_newtable(L);
  /* The copy is Lua's, so that an error of Lua's leaves nothing behind. */
  char *text = lua_newuserdatauv(L, script->text.length + 1, 0);
  if (script->text.data) memcpy(text, script->text.data, script->text.length);
  copy.text.data = text;
  copy.text.length = script->text.length;
  for (lua_Integer i = 1; i <= MOST_WRONG_LINES; i++) {
    const char *why;
    grants = (struct grants){.all = false};
    if (grants_take_header(&grants, &copy, &failure)) break;
    int line = parse_line(failure.message, script->name, &why);
    blank_line(text, copy.text.length, line);
    lua_createtable(L, 0, 2);
    tables_set_integer(L, "line", line);
    tables_set_text(L, "message", why);
    lua_rawseti(L, -3, i);
  }
  lua_pop(L, 1);
  lua_setfield(L, -2, "wrong");
  lua_newtable(L);
  for (int i = 0; i < GRANT_COUNT; i++) {
    tables_set_boolean(L, grant_kinds[i].name, grants.each[i].held);
  }
  lua_setfield(L, -2, "held");
}

/* Stack: the script, the form. Returns what lofty.checks.report does. */
static int look_through(lua_State *L) {
  const struct script *script = lua_touserdata(L, 1);
  bool as_json = lua_toboolean(L, 2);
  lua_settop(L, 0);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.checks.report");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "of");
  lua_pushstring(L, script->name);
  lua_pushlstring(L, script->text.data ? script->text.data : "", script->text.length);
  push_header(L, script);
  lua_pushcfunction(L, is_embedded);
  lua_pushboolean(L, as_json);
  lua_call(L, 5, 3);
  return 3;
}

static void check_one(struct checking *checking, const char *path) {
  struct script script;
  struct failure failure;
  lua_State *L = checking->L;
  checking->scripts++;
  if (!script_read(&script, path, &failure)) {
    say(checking, failure.message);
    script_free(&script);
    return;
  }
  lua_pushcfunction(L, look_through);
  lua_pushlightuserdata(L, &script);
  lua_pushboolean(L, checking->as_json);
  if (lua_pcall(L, 2, 3, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "loftyrun: cannot look through %s: %s\n", path, message ? message : "?");
    checking->unread = true;
  } else {
    size_t length;
    const char *printed = lua_tolstring(L, -3, &length);
    long mistakes = (long)lua_tointeger(L, -2);
    fwrite(printed, 1, length, stdout);
    checking->mistakes += mistakes;
    checking->scripts_wrong += mistakes > 0;
    if (lua_type(L, -1) == LUA_TSTRING) say(checking, lua_tostring(L, -1));
  }
  lua_settop(L, 0);
  script_free(&script);
}

static bool has_ending(const char *name, const char *ending) {
  size_t length = strlen(name), wanted = strlen(ending);
  return length > wanted && strcmp(name + length - wanted, ending) == 0;
}

static int is_shown(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void check_folder(struct checking *checking, const char *folder, int depth);

/* A link to a folder is not followed: it may lead back. */
static void check_entry(struct checking *checking, const char *folder, const char *name,
                        int depth) {
  char path[PATH_MAXIMUM];
  struct stat status;
  const char *slash = has_ending(folder, "/") || strcmp(folder, "/") == 0 ? "" : "/";
  int length = snprintf(path, sizeof path, "%s%s%s", folder, slash, name);
  if (length < 0 || (size_t)length >= sizeof path) {
    say(checking, "a path is too long");
  } else if (lstat(path, &status) != 0) {
    fprintf(stderr, "loftyrun: cannot open %s: %s\n", path, strerror(errno));
    checking->unread = true;
  } else if (S_ISDIR(status.st_mode)) {
    check_folder(checking, path, depth + 1);
  } else if (has_ending(name, ".lua")) {
    check_one(checking, path);
  }
}

static void check_folder(struct checking *checking, const char *folder, int depth) {
  struct dirent **entries;
  int count = depth < MOST_DEEP ? scandir(folder, &entries, is_shown, alphasort) : -1;
  if (count < 0) {
    fprintf(stderr, "loftyrun: cannot open %s: %s\n", folder,
            depth < MOST_DEEP ? strerror(errno) : "too many folders in each other");
    checking->unread = true;
    return;
  }
  for (int i = 0; i < count; i++) {
    check_entry(checking, folder, entries[i]->d_name, depth);
    free(entries[i]);
  }
  free(entries);
}

static void check_path(struct checking *checking, const char *path) {
  struct stat status;
  int before = checking->scripts;
  if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
    check_one(checking, path);
    return;
  }
  check_folder(checking, path, 0);
  if (checking->scripts > before || checking->unread) return;
  fprintf(stderr, "loftyrun: there is no .lua file below %s\n", path);
  checking->unread = true;
}

static void print_sum(const struct checking *checking) {
  if (checking->as_json || checking->scripts == 0) return;
  fflush(stdout);
  const char *plural = checking->scripts == 1 ? "" : "s";
  if (checking->mistakes == 0)
    fprintf(stderr, "loftyrun: %d script%s, no mistakes\n", checking->scripts, plural);
  else
    fprintf(stderr, "loftyrun: %d script%s, %d with mistakes: %ld\n", checking->scripts, plural,
            checking->scripts_wrong, checking->mistakes);
}

int check_scripts(char **paths, bool as_json) {
  struct log log = {.stream = stderr, .level = LOG_LEVEL_WARN};
  struct context context = {.log = &log};
  struct checking checking = {.L = state_new(&context), .as_json = as_json};
  if (!checking.L) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  for (; *paths; paths++) check_path(&checking, *paths);
  if (!checking.unread || checking.mistakes > 0) print_sum(&checking);
  state_close(checking.L);
  if (checking.unread) return EXIT_USAGE;
  return checking.mistakes > 0 ? EXIT_SCRIPT : EXIT_DONE;
}
