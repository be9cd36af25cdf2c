#include "profile_schedule.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static const char form[] =
    "{ \"15 6 * * 1-5\", \"/path/of/script.lua\", name = \"brief\", args = { ... }, ... }";

/* One line: where its words go, and what to say of it. */
struct line {
  struct buffer *words;
  char *what;
  size_t size;
  int number;
};

static bool refuse(const struct line *line, const char *why) {
  snprintf(line->what, line->size, "schedule, line %d: %s", line->number, why);
  return false;
}

/* Appends the string or number on top as a word, behind a letter unless that is 0. */
static bool add(lua_State *L, const struct line *line, char letter) {
  size_t length;
  lua_pushvalue(L, -1); /* so that a number stays one for lua_next */
  const char *text = lua_tolstring(L, -1, &length);
  bool has_zero = strlen(text) != length;
  bool fits = !has_zero && (letter == 0 || buffer_append(line->words, &letter, 1)) &&
              buffer_append(line->words, text, length + 1);
  lua_pop(L, 1);
  if (fits) return true;
  return refuse(line, has_zero ? "it holds a string with a zero byte" : "it is too long");
}

static bool add_word(const struct line *line, const char *word) {
  return buffer_append(line->words, word, strlen(word) + 1) || refuse(line, "it is too long");
}

/* Takes the list on top. */
static bool add_arguments(lua_State *L, const struct line *line) {
  static const char wanted[] = "args is a list of strings, as in args = { \"--apply\" }";
  if (!lua_istable(L, -1)) return refuse(line, wanted);
  lua_Unsigned count = lua_rawlen(L, -1), seen = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) seen++;
  if (seen != count) return refuse(line, wanted);
  for (lua_Unsigned i = 1; i <= count; i++) {
    int type = lua_rawgeti(L, -1, (lua_Integer)i);
    if (type != LUA_TSTRING && type != LUA_TNUMBER) return refuse(line, wanted);
    if (!add_word(line, "arg") || !add(L, line, 0)) return false;
    lua_pop(L, 1);
  }
  return true;
}

/* Takes the option whose name and value are on top. */
static bool add_option(lua_State *L, const struct line *line) {
  char why[96];
  const char *name = lua_tostring(L, -2);
  if (strcmp(name, "args") == 0) return add_arguments(L, line);
  if (strcmp(name, "arg") == 0) return refuse(line, "unknown option \"arg\"; did you mean args?");
  if (!add_word(line, name)) return false;
  switch (lua_type(L, -1)) {
    case LUA_TSTRING:
      return add(L, line, 's');
    case LUA_TNUMBER:
      return add(L, line, 'n');
    case LUA_TBOOLEAN:
      return add_word(line, lua_toboolean(L, -1) ? "btrue" : "bfalse");
    default:
      break;
  }
  snprintf(why, sizeof why, "%.32s is a %s, which no option is", name, luaL_typename(L, -1));
  return refuse(line, why);
}

/* Takes the line on top. */
static bool take_line(lua_State *L, const struct line *line) {
  char why[160];
  snprintf(why, sizeof why, "a line is %s", form);
  if (!lua_istable(L, -1)) return refuse(line, why);
  for (int i = 1; i <= 2; i++) {
    if (lua_rawgeti(L, -1, i) != LUA_TSTRING) return refuse(line, why);
    if (!add(L, line, 0)) return false;
    lua_pop(L, 1);
  }
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_isinteger(L, -2) && (lua_tointeger(L, -2) == 1 || lua_tointeger(L, -2) == 2)) continue;
    if (lua_type(L, -2) != LUA_TSTRING) return refuse(line, why);
    if (!add_option(L, line)) return false;
  }
  return add_word(line, "");
}

bool profile_schedule_take(lua_State *L, struct buffer *words, char *what, size_t size) {
  struct line line = {.words = words, .what = what, .size = size};
  lua_Unsigned count = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0, seen = 0;
  if (count > 0)
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) seen++;
  if (count == 0 || seen != count) {
    snprintf(what, size, "schedule must be a list of lines such as %s", form);
    return false;
  }
  for (line.number = 1; (lua_Unsigned)line.number <= count; line.number++) {
    lua_rawgeti(L, -1, line.number);
    if (!take_line(L, &line)) return false;
    lua_pop(L, 1);
  }
  return true;
}
