#include "json_members.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/json.h"

struct reading {
  const char *json;
  size_t length;
  struct json_member *members;
  size_t count;
  bool is_object;
};

/* Nothing of what was read stays in memory. */
static void *allocate(void *context, void *memory, size_t old_size, size_t size) {
  (void)context;
  if (size == 0) {
    if (memory) explicit_bzero(memory, old_size);
    free(memory);
    return NULL;
  }
  void *larger = malloc(size);
  if (!larger || !memory) return larger;
  memcpy(larger, memory, old_size < size ? old_size : size);
  explicit_bzero(memory, old_size);
  free(memory);
  return larger;
}

/* Takes the value on top. */
static void take(lua_State *L, struct json_member *member) {
  int whole = 0;
  if (lua_type(L, -1) == LUA_TSTRING) member->text = strdup(lua_tostring(L, -1));
  lua_Integer number = lua_tointegerx(L, -1, &whole);
  if (!whole && lua_type(L, -1) == LUA_TNUMBER) {
    lua_Number value = lua_tonumber(L, -1);
    whole = value >= -9e15 && value <= 9e15;
    number = whole ? (lua_Integer)value : 0;
  }
  member->is_number = whole != 0;
  member->number = number;
}

static int read(lua_State *L) {
  struct reading *reading = lua_touserdata(L, 1);
  luaL_requiref(L, "native.json", luaopen_native_json, 0);
  lua_getfield(L, -1, "decode");
  lua_pushlstring(L, reading->json, reading->length);
  lua_call(L, 1, 1);
  reading->is_object = lua_istable(L, -1);
  for (size_t i = 0; reading->is_object && i < reading->count; i++) {
    lua_getfield(L, -1, reading->members[i].name);
    take(L, &reading->members[i]);
    lua_pop(L, 1);
  }
  return 0;
}

bool json_members_read(const char *json, size_t length, struct json_member *members, size_t count) {
  struct reading reading = {.json = json, .length = length, .members = members, .count = count};
  for (size_t i = 0; i < count; i++) members[i] = (struct json_member){.name = members[i].name};
  lua_State *L = lua_newstate(allocate, NULL);
  if (!L) return false;
  lua_pushcfunction(L, read);
  lua_pushlightuserdata(L, &reading);
  bool fine = lua_pcall(L, 1, 0, 0) == LUA_OK && reading.is_object;
  lua_close(L);
  if (!fine) json_members_free(members, count);
  return fine;
}

void json_members_free(struct json_member *members, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (members[i].text) explicit_bzero(members[i].text, strlen(members[i].text));
    free(members[i].text);
    members[i] = (struct json_member){.name = members[i].name};
  }
}
