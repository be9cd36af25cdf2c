#include "library.h"

#include <lauxlib.h>

struct call {
  const char *module, *function, *argument;
};

/* Stack: the call. Returns what the function does. */
static int call_function(lua_State *L) {
  const struct call *call = lua_touserdata(L, 1);
  lua_getglobal(L, "require");
  lua_pushstring(L, call->module);
  lua_call(L, 1, 1);
  lua_getfield(L, -1, call->function);
  lua_pushstring(L, call->argument);
  lua_call(L, 1, 3);
  return 3;
}

/* The text at that place; NULL where it is none: making one of a number may raise. */
static const char *text_at(lua_State *L, int place) {
  return lua_type(L, place) == LUA_TSTRING ? lua_tostring(L, place) : NULL;
}

bool library_call(lua_State *L, const char *module, const char *function, const char *argument,
                  const char *code, struct failure *failure) {
  struct call call = {module, function, argument};
  lua_settop(L, 0);
  lua_pushcfunction(L, call_function);
  lua_pushlightuserdata(L, &call);
  bool returned = lua_pcall(L, 1, 3, 0) == LUA_OK;
  bool fine = returned && lua_toboolean(L, 1);
  if (!fine) {
    const char *said = returned ? text_at(L, 2) : NULL, *message = text_at(L, returned ? 3 : 1);
    failure_set(failure, said ? said : code, "%s", message ? message : "out of memory");
  }
  lua_settop(L, 0);
  return fine;
}
