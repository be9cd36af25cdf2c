#include "digest.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/buffer.h"
#include "../core/digest.h"
#include "context.h"

enum { DEEPEST = 200, TEXT_MAXIMUM = 64 * 1024 * 1024, SPELLED_MAXIMUM = 1024 * 1024 };

static const char text_type[] = "native.digest.text";

struct key {
  const char *bytes; /* the table's */
  size_t length;
};

static int text_gc(lua_State *L) {
  buffer_free(luaL_checkudata(L, 1, text_type));
  return 0;
}

static int compare_keys(const void *left, const void *right) {
  const struct key *a = left, *b = right;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->bytes, b->bytes, shorter);
  return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void append(lua_State *L, struct buffer *text, const void *bytes, size_t length) {
  if (!buffer_append(text, bytes, length)) luaL_error(L, "out of memory");
}

/* With its length in front, so that two strings are never taken for another two. */
static void append_string(lua_State *L, struct buffer *text, const char *bytes, size_t length) {
  char head[32];
  append(L, text, head, (size_t)snprintf(head, sizeof head, "s%zu:", length));
  append(L, text, bytes, length);
}

static void append_number(lua_State *L, struct buffer *text, int index) {
  char number[64];
  int length = lua_isinteger(L, index)
                   ? snprintf(number, sizeof number, "i%lld;", (long long)lua_tointeger(L, index))
                   : snprintf(number, sizeof number, "d%a;", lua_tonumber(L, index));
  append(L, text, number, (size_t)length);
}

/* The names in the table at `index`, sorted, in a userdata that is pushed. */
static struct key *push_keys(lua_State *L, int index, size_t items, size_t *count) {
  size_t all = 0, names = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    all++;
    names += lua_type(L, -2) == LUA_TSTRING;
  }
  if (all != names + items) luaL_error(L, "a table with keys that JSON does not have");
  struct key *keys = lua_newuserdatauv(L, (names + 1) * sizeof *keys, 0);
  *count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING && *count < names) {
      keys[*count].bytes = lua_tolstring(L, -2, &keys[*count].length);
      ++*count;
    }
  qsort(keys, *count, sizeof *keys, compare_keys);
  return keys;
}

/* Appends a text of the value on top that is the same for the same value and for no other, and pops
   it. Everything on the way belongs to Lua, for much of it may raise. */
static void append_value(lua_State *L, struct buffer *text, int depth) {
  size_t length;
  int index = lua_gettop(L);
  luaL_checkstack(L, 8, "a value is too deep");
  switch (lua_type(L, index)) {
    case LUA_TSTRING: {
      const char *bytes = lua_tolstring(L, index, &length);
      append_string(L, text, bytes, length);
      break;
    }
    case LUA_TNUMBER:
      append_number(L, text, index);
      break;
    case LUA_TTABLE: {
      if (depth == DEEPEST) luaL_error(L, "a value is too deep");
      size_t items = lua_rawlen(L, index);
      const struct key *keys = push_keys(L, index, items, &length);
      append(L, text, "{", 1);
      for (size_t i = 1; i <= items; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        append_value(L, text, depth + 1);
      }
      for (size_t i = 0; i < length; i++) {
        append_string(L, text, keys[i].bytes, keys[i].length);
        lua_pushlstring(L, keys[i].bytes, keys[i].length);
        lua_rawget(L, index);
        append_value(L, text, depth + 1);
      }
      append(L, text, "}", 1);
      break;
    }
    case LUA_TBOOLEAN:
      append(L, text, lua_toboolean(L, index) ? "t" : "f", 1);
      break;
    default: /* null */
      append(L, text, "n", 1);
  }
  lua_settop(L, index - 1);
}

/* native.digest.of(value) -> 64 hexadecimal digits: SHA-256 over all that is in a value as JSON
   has them, whatever the order of its names. */
static int digest_of(lua_State *L) {
  unsigned char bytes[DIGEST_SHA256_SIZE];
  char digits[2 * DIGEST_SHA256_SIZE + 1];
  lua_settop(L, 1);
  struct buffer *text = lua_newuserdatauv(L, sizeof *text, 0);
  buffer_init(text, TEXT_MAXIMUM);
  luaL_setmetatable(L, text_type);
  lua_pushvalue(L, 1);
  append_value(L, text, 0);
  bool fine = digest_sha256(text->data, text->length, bytes);
  buffer_free(text);
  if (!fine) return luaL_error(L, "there is no SHA-256 here");
  for (int i = 0; i < DIGEST_SHA256_SIZE; i++) snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
  lua_pushlstring(L, digits, 2 * DIGEST_SHA256_SIZE);
  return 1;
}

static int sha256(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  unsigned char digest[DIGEST_SHA256_SIZE];
  if (!digest_sha256(bytes, length, digest)) return luaL_error(L, "no digest can be made");
  lua_pushlstring(L, (const char *)digest, sizeof digest);
  return 1;
}

static int base64url(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length <= SPELLED_MAXIMUM / 2, 1, "string is too long");
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, length * 2 + 1);
  struct buffer spelled;
  buffer_init(&spelled, length * 2);
  bool fine = digest_base64url_encode(&spelled, bytes, length);
  if (fine && spelled.length > 0) memcpy(room, spelled.data, spelled.length);
  size_t size = spelled.length;
  buffer_free(&spelled); /* nothing between its first use and here can jump */
  if (!fine) return luaL_error(L, "out of memory");
  luaL_pushresultsize(&out, size);
  return 1;
}

static const luaL_Reg none[] = {{NULL, NULL}};
static const luaL_Reg functions[] = {
    {"base64url", base64url}, {"of", digest_of}, {"sha256", sha256}, {NULL, NULL}};

int luaopen_native_digest(lua_State *L) {
  context_new_type(L, text_type, none, text_gc);
  luaL_newlib(L, functions);
  return 1;
}
