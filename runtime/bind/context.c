#include "context.h"

struct context *context_of(lua_State *L) {
  return *(struct context **)lua_getextraspace(L);
}

void context_attach(lua_State *L, struct context *context) {
  *(struct context **)lua_getextraspace(L) = context;
}

int context_fail(lua_State *L, const struct failure *failure) {
  lua_pushnil(L);
  lua_pushstring(L, failure->code);
  lua_pushstring(L, failure->message);
  return 3;
}
