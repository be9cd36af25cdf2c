#include "traffic.h"

#include "library.h"

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

static bool call(const struct traffic *traffic, lua_State *L, const char *function,
                 struct failure *failure) {
  if (!traffic->trace && !traffic->record_path && !traffic->replay_path) return true;
  return library_call(L, "lofty.traffic", function, NULL, "CASSETTE_FAILED", failure);
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
