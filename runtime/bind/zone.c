#include "zone.h"

#include <lauxlib.h>
#include <string.h>

#include "../core/zone.h"
#include "context.h"

enum { NAMES_MAXIMUM = 256 * 1024 };

static const char type_name[] = "native.zone.zones";

static int zones_gc(lua_State *L) {
  struct zones **zones = luaL_checkudata(L, 1, type_name);
  zones_close(*zones);
  *zones = NULL;
  return 0;
}

/* What all functions share: upvalue 1. */
static struct zones *shared(lua_State *L) {
  struct zones **zones = luaL_checkudata(L, lua_upvalueindex(1), type_name);
  if (!*zones) luaL_error(L, "native.zone was closed");
  return *zones;
}

/* The name of a zone; a zero byte would hide what comes after it. */
static const char *check_name(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, strlen(name) == length, 1, "a zone's name holds no zero bytes");
  return name;
}

static int offset(lua_State *L) {
  struct failure failure;
  int32_t east;
  const char *name = check_name(L);
  lua_Integer at = luaL_checkinteger(L, 2);
  if (!zone_offset(shared(L), name, at, &east, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, east);
  return 1;
}

static int instants(lua_State *L) {
  struct failure failure;
  struct zone_instants found;
  const char *name = check_name(L);
  lua_Integer wall = luaL_checkinteger(L, 2);
  if (!zone_instants(shared(L), name, wall, &found, &failure)) return context_fail(L, &failure);
  lua_pushinteger(L, found.count);
  lua_pushinteger(L, found.first);
  lua_pushinteger(L, found.last);
  return 3;
}

static int exists(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  lua_pushboolean(L, lua_rawlen(L, 1) == strlen(name) && zone_exists(name));
  return 1;
}

static int title(lua_State *L) {
  char text[ZONE_TITLE_SIZE];
  zone_title(check_name(L), text);
  lua_pushstring(L, text);
  return 1;
}

static int has_database(lua_State *L) {
  lua_pushboolean(L, zone_has_database());
  return 1;
}

static int names(lua_State *L) {
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, NAMES_MAXIMUM + 1);
  struct buffer text;
  buffer_init(&text, NAMES_MAXIMUM);
  bool fine = zone_names(&text);
  size_t length = text.length;
  if (length > 0) memcpy(room, text.data, length);
  buffer_free(&text); /* nothing between its first use and here can jump */
  if (!fine) return luaL_error(L, "the names of all time zones are more than fit");
  luaL_pushresultsize(&out, length);
  return 1;
}

static const luaL_Reg functions[] = {
    {"offset", offset}, {"instants", instants}, {"exists", exists}, {"has_database", has_database},
    {"names", names},   {"title", title},       {NULL, NULL}};

int luaopen_native_zone(lua_State *L) {
  luaL_newlibtable(L, functions);
  struct zones **zones = lua_newuserdatauv(L, sizeof(struct zones *), 0);
  *zones = NULL;
  if (luaL_newmetatable(L, type_name)) {
    lua_pushcfunction(L, zones_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  *zones = zones_open();
  if (!*zones) return luaL_error(L, "out of memory");
  luaL_setfuncs(L, functions, 1);
  return 1;
}
