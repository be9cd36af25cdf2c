#include "json_survey.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../core/json_patch.h"
#include "../core/json_scan.h"
#include "../core/utf8.h"

/* Where the walk is: one for each table around the present value, the innermost first. */
struct place {
  const struct place *outer;
  int depth;         /* 1 for the outermost table */
  int table;         /* its stack index; the key being looked at is above it */
  lua_Integer index; /* in an array, that key; 0 in an object */
};

static bool survey_table(struct json_survey *survey, const struct place *outer);

/* -- Failing ---------------------------------------------------------------------------------- */

static bool is_plain_name(const char *name) {
  size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return length > 0 && name[length] == '\0' && (name[0] < '0' || name[0] > '9');
}

/* Whether the name can stand in a message: neither long nor anything that upsets a terminal. */
static bool is_presentable(const char *name) {
  size_t length = strlen(name);
  if (length > 60 || utf8_valid_length(name, length) < length) return false;
  for (const char *at = name; *at; at++)
    if ((unsigned char)*at < ' ' || *at == 0x7F) return false;
  return true;
}

/* Appends "leads[3].price"; what is too long for the buffer is left away. */
static void append_path(lua_State *L, struct buffer *path, const struct place *place) {
  if (!place) return;
  append_path(L, path, place->outer);
  const char *name = place->index ? NULL : lua_tostring(L, place->table + 1);
  if (!name)
    buffer_printf(path, "[%lld]", (long long)place->index);
  else if (!is_presentable(name))
    buffer_printf(path, "[some odd name]");
  else if (is_plain_name(name))
    buffer_printf(path, "%s%s", path->length ? "." : "", name);
  else
    buffer_printf(path, "[\"%s\"]", name);
}

static bool fail(struct json_survey *survey, const struct place *place, const char *code,
                 const char *what) {
  struct buffer path;
  buffer_init(&path, 300);
  append_path(survey->L, &path, place);
  failure_set(survey->failure, code, "%s: %s", path.length ? path.data : "the value", what);
  buffer_free(&path);
  return false;
}

static bool fail_type(struct json_survey *survey, const struct place *place, int type) {
  char what[80];
  if (type == LUA_TNIL)
    snprintf(what, sizeof what, "nil has no JSON form (null is written with json.null)");
  else
    snprintf(what, sizeof what, "a %s has no JSON form", lua_typename(survey->L, type));
  return fail(survey, place, "NOT_ENCODABLE", what);
}

/* The table on top of the stack lies deeper than allowed: perhaps it contains itself. The outermost
   place where a table appears again gives the shortest path to name. */
static bool fail_depth(struct json_survey *survey, const struct place *outer) {
  lua_State *L = survey->L;
  const void *table = lua_topointer(L, -1);
  const struct place *repeated = NULL;
  for (const struct place *path = outer; path; path = path->outer) {
    for (const struct place *around = path; around; around = around->outer)
      if (lua_topointer(L, around->table) == table) repeated = path;
    table = lua_topointer(L, path->table);
  }
  if (repeated) return fail(survey, repeated, "NOT_ENCODABLE", "a table that contains itself");
  char what[80];
  snprintf(what, sizeof what, "more than %d tables in each other", survey->max_depth);
  return fail(survey, outer, "JSON_TOO_DEEP", what);
}

/* The key at `index` of a table with other keys is no name. */
static bool fail_key(struct json_survey *survey, const struct place *outer, int index) {
  int type = lua_type(survey->L, index);
  char what[100];
  if (type == LUA_TSTRING || lua_isinteger(survey->L, index))
    snprintf(what, sizeof what, "a table with both names and positions as keys");
  else if (type == LUA_TNUMBER)
    snprintf(what, sizeof what, "a table with a float as a key");
  else
    snprintf(what, sizeof what, "a table with a %s as a key", lua_typename(survey->L, type));
  return fail(survey, outer, "NOT_ENCODABLE", what);
}

/* -- Values ----------------------------------------------------------------------------------- */

static bool add_slot(struct json_survey *survey, struct json_slot slot) {
  slot.ordinal = survey->total - 1;
  if (buffer_append(survey->slots, &slot, sizeof slot)) return true;
  return failure_set(survey->failure, "OUT_OF_MEMORY", "not enough memory");
}

static inline bool survey_number(struct json_survey *survey, const struct place *place) {
  lua_State *L = survey->L;
  survey->total++;
  survey->size++;
  if (lua_isinteger(L, -1)) {
    lua_Integer integer = lua_tointeger(L, -1);
    if (integer < JSON_SHORT_INTEGER && integer > -JSON_SHORT_INTEGER) return true;
    return add_slot(survey, (struct json_slot){.kind = JSON_INTEGER, .value.integer = integer});
  }
  lua_Number number = lua_tonumber(L, -1);
  if (isnan(number)) return fail(survey, place, "NOT_ENCODABLE", "NaN has no JSON form");
  if (isinf(number)) return fail(survey, place, "NOT_ENCODABLE", "infinity has no JSON form");
  return add_slot(survey, (struct json_slot){.kind = JSON_FLOAT, .value.number = number});
}

static bool survey_string(struct json_survey *survey, const struct place *place, int index) {
  survey->size += lua_rawlen(survey->L, index) + 2;
  if (!survey->check_utf8) return true;
  size_t length;
  const char *text = lua_tolstring(survey->L, index, &length);
  if (utf8_valid_length(text, length) == length) return true;
  return fail(survey, place, "INVALID_UTF8", "a string that is not UTF-8");
}

/* Looks at the value on top of the stack. */
static inline bool survey_value(struct json_survey *survey, const struct place *place) {
  lua_State *L = survey->L;
  int type = lua_type(L, -1);
  switch (type) {
    case LUA_TSTRING:
      return survey_string(survey, place, -1);
    case LUA_TNUMBER:
      return survey_number(survey, place);
    case LUA_TBOOLEAN:
      survey->size += 4;
      return true;
    case LUA_TTABLE:
      return survey_table(survey, place);
    case LUA_TLIGHTUSERDATA:
      survey->size += 4;
      return lua_touserdata(L, -1) == NULL || fail_type(survey, place, type);
    default:
      return fail_type(survey, place, type);
  }
}

/* -- Tables ----------------------------------------------------------------------------------- */

static bool is_marked(struct json_survey *survey, int table) {
  lua_State *L = survey->L;
  if (!lua_getmetatable(L, table)) return false;
  bool marked = lua_rawequal(L, -1, survey->array_mt);
  lua_pop(L, 1);
  return marked;
}

static bool survey_empty(struct json_survey *survey, int table) {
  survey->total++;
  return !is_marked(survey, table) ||
         add_slot(survey, (struct json_slot){.kind = JSON_EMPTY_ARRAY});
}

/* An array whose positions lua_next does not give in order. Those before `first` have been looked
   at. lua-cjson takes such a table for an array, too, and goes through it from 1. */
static bool survey_scattered_array(struct json_survey *survey, struct place *place,
                                   lua_Integer first) {
  lua_State *L = survey->L;
  lua_Integer count = 0;
  lua_pushnil(L);
  for (; lua_next(L, place->table); count++) {
    if (!lua_isinteger(L, -2)) return fail_key(survey, place->outer, -2);
    lua_pop(L, 1);
  }
  for (place->index = first; place->index <= count; place->index++) {
    if (lua_rawgeti(L, place->table, place->index) == LUA_TNIL)
      return fail(survey, place, "NOT_ENCODABLE", "a hole in an array (names must be strings)");
    if (!survey_value(survey, place)) return false;
    lua_pop(L, 1);
    survey->size++;
  }
  return true;
}

/* The first key and value are on the stack. */
static bool survey_array(struct json_survey *survey, struct place *place) {
  lua_State *L = survey->L;
  for (place->index = 1;; place->index++) {
    if (!lua_isinteger(L, -2) || lua_tointeger(L, -2) != place->index) {
      lua_pop(L, 2);
      return survey_scattered_array(survey, place, place->index);
    }
    if (!survey_value(survey, place)) return false;
    survey->size++;
    lua_pop(L, 1);
    if (!lua_next(L, place->table)) return true;
  }
}

/* The first key and value are on the stack. */
static bool survey_object(struct json_survey *survey, struct place *place) {
  lua_State *L = survey->L;
  if (is_marked(survey, place->table))
    return fail(survey, place->outer, "NOT_ENCODABLE", "an array with names as keys");
  do {
    if (lua_type(L, -2) != LUA_TSTRING) return fail_key(survey, place->outer, -2);
    if (!survey_string(survey, place, -2) || !survey_value(survey, place)) return false;
    survey->size += 2;
    lua_pop(L, 1);
  } while (lua_next(L, place->table));
  return true;
}

static bool survey_table(struct json_survey *survey, const struct place *outer) {
  lua_State *L = survey->L;
  struct place place = {.outer = outer, .depth = outer ? outer->depth + 1 : 1};
  if (place.depth > survey->max_depth) return fail_depth(survey, outer);
  luaL_checkstack(L, 6, "nested too deep");
  place.table = lua_gettop(L);
  /* One bracket; the other is in the count of separators, one after each member. Looked at here, so
     that a few tables which hold each other many times over end early. */
  survey->size += 1;
  if (survey->size > survey->max_size)
    return failure_set(survey->failure, "JSON_TOO_LARGE", "the text would be too large");
  lua_pushnil(L);
  if (!lua_next(L, place.table)) return survey_empty(survey, place.table);
  switch (lua_type(L, -2)) {
    case LUA_TSTRING:
      return survey_object(survey, &place);
    case LUA_TNUMBER:
      return survey_array(survey, &place);
    default:
      return fail_key(survey, outer, -2);
  }
}

bool json_survey(struct json_survey *survey) {
  survey->total = survey->size = 0;
  return survey_value(survey, NULL);
}
