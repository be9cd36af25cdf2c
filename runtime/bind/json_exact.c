#include "json_exact.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

enum { NAMES = 16 };

/* What is being repaired. On the stack are the value of the whole text, some names, for the objects
   in an array have the same ones, and above them the arrays and objects that were entered. */
struct exact {
  lua_State *L;
  const char *text;
  lua_Number marker;
  int array_mt;
  int decode;
  int root;
  int table;                              /* the innermost one; the top of the stack */
  const struct json_repair *names[NAMES]; /* of these, from behind `root`; NULL: none yet */
};

/* One with escapes in it is read by lua-cjson. */
static void push_new_name(const struct exact *exact, const char *name, size_t length) {
  bool has_escapes = length > 0 && *name == '"';
  if (has_escapes) lua_pushvalue(exact->L, exact->decode);
  lua_pushlstring(exact->L, name, length);
  if (has_escapes) lua_call(exact->L, 1, 1);
}

static inline void push_name(struct exact *exact, const struct json_repair *repair) {
  lua_State *L = exact->L;
  const char *name = exact->text + repair->at;
  size_t length = repair->length;
  unsigned place =
      length > 0 ? (length + (unsigned char)name[0] + (unsigned char)name[length / 2]) % NAMES : 0;
  const struct json_repair *known = exact->names[place];
  if (known && known->length == length && memcmp(exact->text + known->at, name, length) == 0) {
    lua_pushvalue(L, exact->root + 1 + (int)place);
    return;
  }
  push_new_name(exact, name, length);
  lua_copy(L, -1, exact->root + 1 + (int)place);
  exact->names[place] = repair;
}

/* Pushes the name of a member, and the member; of an array, the element. Returns its type. */
static inline int push_value(struct exact *exact, const struct json_repair *repair) {
  lua_State *L = exact->L;
  if (repair->is_element) {
    if (repair->at > 0) return lua_rawgeti(L, exact->table, repair->at);
    lua_pushvalue(L, exact->root);
    return lua_type(L, -1);
  }
  push_name(exact, repair);
  lua_pushvalue(L, -1);
  return lua_rawget(L, exact->table);
}

/* Puts the value on top of the stack into the place that push_value has read, and pops what that
   has pushed. */
static inline void set_value(const struct exact *exact, const struct json_repair *repair) {
  lua_State *L = exact->L;
  if (!repair->is_element) {
    lua_rawset(L, exact->table);
  } else if (repair->at > 0) {
    lua_rawseti(L, exact->table, repair->at);
  } else {
    lua_replace(L, exact->root);
  }
}

static inline bool is_marker(const struct exact *exact, int type) {
  if (type != LUA_TNUMBER || lua_isinteger(exact->L, -1)) return false;
  lua_Number number = lua_tonumber(exact->L, -1);
  return number == exact->marker && signbit(number) == signbit(exact->marker);
}

static void mark_array(const struct exact *exact) {
  lua_pushvalue(exact->L, exact->array_mt);
  lua_setmetatable(exact->L, -2);
}

/* The value on top of the stack becomes the innermost table. */
static void enter(struct exact *exact, const struct json_repair *repair) {
  lua_State *L = exact->L;
  luaL_checkstack(L, 6, "nested too deep");
  if (!repair->is_element) lua_remove(L, -2);
  exact->table++;
  if (repair->kind == JSON_ENTER_ARRAY && lua_rawlen(L, exact->table) > 0) mark_array(exact);
}

/* The repair that leaves what this one does not enter. */
static const struct json_repair *leave(const struct json_repair *repair) {
  for (int depth = 1; depth > 0;) {
    repair--;
    if (repair->kind == JSON_LEAVE) depth--;
    if (repair->kind == JSON_ENTER_ARRAY || repair->kind == JSON_ENTER_OBJECT) depth++;
  }
  return repair;
}

/* Makes a repair. Returns the one after which it goes on: itself, unless it lets some out. */
static inline const struct json_repair *make(struct exact *exact,
                                             const struct json_repair *repair) {
  lua_State *L = exact->L;
  if (repair->kind == JSON_LEAVE) {
    lua_settop(L, --exact->table);
    return repair;
  }
  int type = push_value(exact, repair);
  switch ((enum json_repair_kind)repair->kind) {
    case JSON_SET_INTEGER:
    case JSON_SET_EMPTY_ARRAY:
      if (!is_marker(exact, type)) break;
      lua_pop(L, 1);
      if (repair->kind == JSON_SET_INTEGER) {
        lua_pushinteger(L, (lua_Integer)repair->integer);
      } else {
        lua_createtable(L, 0, 0);
        mark_array(exact);
      }
      set_value(exact, repair);
      return repair;
    case JSON_DROP_NULL:
      if (type != LUA_TLIGHTUSERDATA) break;
      lua_pop(L, 1);
      lua_pushnil(L);
      set_value(exact, repair);
      return repair;
    case JSON_MARK_ARRAY:
      if (type == LUA_TTABLE && lua_rawlen(L, -1) > 0) mark_array(exact);
      break;
    case JSON_ENTER_ARRAY:
    case JSON_ENTER_OBJECT:
      if (type != LUA_TTABLE) {
        lua_settop(L, exact->table);
        return leave(repair);
      }
      enter(exact, repair);
      return repair;
    case JSON_LEAVE:
      break;
  }
  lua_settop(L, exact->table);
  return repair;
}

void json_make_exact(lua_State *L, const char *text, const struct json_scanned *scanned,
                     int array_mt, int decode) {
  const struct json_repair *first = (const struct json_repair *)(const void *)scanned->repairs.data;
  const struct json_repair *repair = first + scanned->repairs.length / sizeof *first;
  struct exact exact = {.L = L,
                        .text = text,
                        .marker = scanned->marker,
                        .array_mt = lua_absindex(L, array_mt),
                        .decode = lua_absindex(L, decode),
                        .root = lua_gettop(L),
                        .table = lua_gettop(L) + NAMES};
  luaL_checkstack(L, NAMES + 6, "not enough memory");
  lua_settop(L, exact.table);
  while (repair > first) repair = make(&exact, repair - 1);
  lua_settop(L, exact.root);
}
