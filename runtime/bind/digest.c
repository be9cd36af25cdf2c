#include "digest.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/digest.h"

enum { SPELLED_MAXIMUM = 1024 * 1024 };

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

static const luaL_Reg functions[] = {{"sha256", sha256}, {"base64url", base64url}, {NULL, NULL}};

int luaopen_native_digest(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
