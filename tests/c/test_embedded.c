/* What is compiled into the program as bytecode does what its source says: both, loaded and written
   again, are the same bytes. */
#include <lauxlib.h>

#include "host/embedded.h"
#include "test.h"

static int add(lua_State *L, const void *bytes, size_t length, void *buffer) {
  (void)L;
  luaL_addlstring(buffer, bytes, length);
  return 0;
}

/* Pushes the bytecode of the function that `to` has on top. */
static void push_code(lua_State *L, lua_State *from) {
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  CHECK_INT(lua_dump(from, add, &buffer, 0), 0);
  luaL_pushresult(&buffer);
}

int main(void) {
  lua_State *L = luaL_newstate(), *other = luaL_newstate();
  TEST("it was compiled by this release of Lua");
  CHECK_STR(embedded_release, LUA_RELEASE);
  for (size_t i = 0; i < embedded_file_count; i++) {
    const struct embedded_file *file = &embedded_files[i];
    char name[256];
    TEST("%s", file->path);
    snprintf(name, sizeof name, "@" EMBEDDED_PREFIX "%s", file->path);
    CHECK_INT(luaL_loadbufferx(other, file->text, file->length, name, "t"), LUA_OK);
    push_code(L, other);
    CHECK_INT(luaL_loadbufferx(other, file->code, file->code_length, "code", "b"), LUA_OK);
    push_code(L, other);
    CHECK(lua_rawequal(L, 1, 2));
    lua_settop(L, 0);
    lua_settop(other, 0);
  }
  lua_close(other);
  lua_close(L);
  return test_finish();
}
