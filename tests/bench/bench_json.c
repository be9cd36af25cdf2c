/* Runs bench_json.lua with native.json and the bare lua-cjson in one Lua state: the shipped program
   hides the bare one. The argument is the script, if it does not lie in tests/bench. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>

#include "../../runtime/bind/json.h"

int main(int argc, char **argv) {
  const char *script = argc > 1 ? argv[1] : "tests/bench/bench_json.lua";
  lua_State *L = luaL_newstate();
  if (!L) return 1;
  luaL_openlibs(L);
  int failed = luaL_loadfile(L, script);
  if (!failed) {
    luaL_requiref(L, "native.json", luaopen_native_json, 0);
    luaL_requiref(L, "cjson", luaopen_cjson, 0);
    failed = lua_pcall(L, 2, 1, 0);
  }
  if (failed) fprintf(stderr, "bench_json: %s\n", lua_tostring(L, -1));
  int missed = !failed && !lua_toboolean(L, -1);
  lua_close(L);
  return failed ? 2 : missed;
}
