#include "context.h"

#include "../core/journal.h"

struct context *context_of(lua_State *L) {
  return *(struct context **)lua_getextraspace(L);
}

void context_attach(lua_State *L, struct context *context) {
  *(struct context **)lua_getextraspace(L) = context;
}

bool context_folder(const struct context *context, char path[FOLDER_PATH_LENGTH],
                    const char **folder, struct failure *failure) {
  bool replay = context->traffic && context->traffic->replay_path;
  *folder = context->state;
  if (context->state || context->sandbox || replay) return true;
  *folder = path;
  return folder_default(path, FOLDER_PATH_LENGTH, failure);
}

int64_t context_now(lua_State *L) {
  int64_t put = context_of(L)->clock;
  return put ? put : journal_now();
}

struct journal *context_journal(lua_State *L) {
  struct context *context = context_of(L);
  struct failure failure;
  if (context->journal) return context->journal;
  if (!context->open_journal)
    failure_set(&failure, "STATE_UNUSABLE", "there is no journal here");
  else if (context->open_journal(context, &failure))
    return context->journal;
  context_fail(L, &failure);
  return NULL;
}

struct store *context_store(lua_State *L) {
  struct journal *journal = context_journal(L);
  return journal ? journal_store(journal) : NULL;
}

int context_fail(lua_State *L, const struct failure *failure) {
  lua_pushnil(L);
  lua_pushstring(L, failure->code);
  lua_pushstring(L, failure->message);
  return 3;
}

int context_answer(lua_State *L, bool fine, const struct failure *failure) {
  if (!fine) return context_fail(L, failure);
  lua_pushboolean(L, true);
  return 1;
}

void context_new_type(lua_State *L, const char *name, const luaL_Reg *methods,
                      lua_CFunction close) {
  luaL_newmetatable(L, name);
  lua_pushcfunction(L, close);
  lua_setfield(L, -2, "__gc");
  if (methods) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}
