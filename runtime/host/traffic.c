#include "traffic.h"

#include <string.h>

enum { CASSETTE_MAXIMUM = 1024 * 1024 * 1024 };

bool traffic_open(struct traffic *traffic, const struct run_options *options,
                  struct failure *failure) {
  *traffic = (struct traffic){
      .trace = options->trace, .record_path = options->record, .replay_path = options->replay};
  buffer_init(&traffic->recorded, CASSETTE_MAXIMUM);
  if (options->replay && (options->record || options->sandbox_seed))
    return failure_set(failure, "USAGE", "--replay takes all replies from its file; leave out %s",
                       options->record ? "--record" : "--sandbox");
  if (options->replay) return cassette_read(options->replay, &traffic->recorded, failure);
  if (!options->record) return true;
  traffic->cassette = cassette_create(options->record, failure);
  return traffic->cassette != NULL;
}

/* Stack: the name of a function of lofty.traffic. Returns what it returns: true, or nil, a code and
   a message. */
static int call_library(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.traffic");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, lua_tostring(L, 1));
  lua_call(L, 0, 3);
  return 3;
}

static bool call(const struct traffic *traffic, lua_State *L, const char *function,
                 struct failure *failure) {
  if (!traffic->trace && !traffic->record_path && !traffic->replay_path) return true;
  lua_settop(L, 0);
  lua_pushcfunction(L, call_library);
  lua_pushstring(L, function);
  bool returned = lua_pcall(L, 1, 3, 0) == LUA_OK;
  bool fine = returned && lua_toboolean(L, 1);
  const char *code = returned ? lua_tostring(L, 2) : NULL;
  const char *message = lua_tostring(L, returned ? 3 : 1);
  if (!fine)
    failure_set(failure, code ? code : "CASSETTE_FAILED", "%s",
                message ? message : "out of memory");
  lua_settop(L, 0);
  return fine;
}

bool traffic_begin(const struct traffic *traffic, lua_State *L, struct failure *failure) {
  return call(traffic, L, "begin", failure);
}

bool traffic_end(const struct traffic *traffic, lua_State *L, bool by_itself,
                 struct failure *failure) {
  return call(traffic, L, by_itself ? "finish" : "cut", failure);
}

bool traffic_close(struct traffic *traffic, struct failure *failure) {
  struct cassette *cassette = traffic->cassette;
  traffic->cassette = NULL;
  buffer_free(&traffic->recorded);
  return cassette_close(cassette, failure);
}
