#include "webhook_reader.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/json.h"
#include "../bind/text.h"
#include "../core/pool.h"
#include "state.h"

enum {
  MEMORY_MAXIMUM = 64 * 1024 * 1024,
  KEPT_MEMORY = 16 * 1024 * 1024, /* a state that took more is not kept */
  VALUES_OF_AN_EVENT = 8,
  PROBLEM_SIZE = 160
};

struct webhook_reader {
  lua_State *L; /* NULL after a body that took much memory, until the next one */
  struct pool *pool;
  size_t used, most;
};

/* What is written behind the events, in one block with them. */
struct texts {
  char *next;
};

static void *allocate(void *context, void *memory, size_t old_size, size_t size) {
  struct webhook_reader *reader = context;
  size_t held = memory ? old_size : 0;
  if (size > held && reader->used + (size - held) > MEMORY_MAXIMUM) return NULL;
  void *block = pool_resize(reader->pool, memory, held, size);
  if (block || size == 0) reader->used = reader->used - held + size;
  if (reader->used > reader->most) reader->most = reader->used;
  return block;
}

/* Leaves the function that reads in the registry, under the reader's address. */
static int open_state(lua_State *L) {
  static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                       {LUA_LOADLIBNAME, luaopen_package},
                                       {LUA_TABLIBNAME, luaopen_table},
                                       {LUA_STRLIBNAME, luaopen_string},
                                       {LUA_MATHLIBNAME, luaopen_math},
                                       {"native.json", luaopen_native_json},
                                       {"native.text", luaopen_native_text},
                                       {NULL, NULL}};
  for (const luaL_Reg *library = libraries; library->func; library++) {
    luaL_requiref(L, library->name, library->func, library->name[0] != 'n');
    lua_pop(L, 1);
  }
  state_search_embedded(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.inbox.read");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "read");
  lua_rawsetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, 1));
  return 0;
}

static void close_state(struct webhook_reader *reader) {
  if (reader->L) lua_close(reader->L);
  pool_free(reader->pool);
  reader->L = NULL;
  reader->pool = NULL;
  reader->most = 0;
}

static bool begin_state(struct webhook_reader *reader) {
  if (reader->L) return true;
  reader->pool = pool_new();
  reader->L = reader->pool ? lua_newstate(allocate, reader) : NULL;
  if (!reader->L) {
    close_state(reader);
    return false;
  }
  lua_pushcfunction(reader->L, open_state);
  lua_pushlightuserdata(reader->L, reader);
  if (lua_pcall(reader->L, 1, 0, 0) == LUA_OK) return true;
  close_state(reader);
  return false;
}

struct webhook_reader *webhook_reader_new(struct failure *failure) {
  struct webhook_reader *reader = calloc(1, sizeof *reader);
  if (reader && begin_state(reader)) return reader;
  free(reader);
  failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  return NULL;
}

void webhook_reader_free(struct webhook_reader *reader) {
  if (!reader) return;
  close_state(reader);
  free(reader);
}

static struct inbox_integer integer_at(lua_State *L, int index) {
  int whole;
  lua_Integer value = lua_tointegerx(L, index, &whole);
  return (struct inbox_integer){.known = whole != 0, .value = value};
}

/* The text at `index`, copied behind the events; NULL for false. */
static const char *copy_text(lua_State *L, int index, struct texts *texts) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING) return NULL;
  const char *text = lua_tolstring(L, index, &length);
  char *copied = memcpy(texts->next, text, length + 1);
  texts->next += length + 1;
  return copied;
}

/* Bytes of all texts in the list at index 2 of the stack. */
static size_t text_size(lua_State *L, size_t values) {
  size_t size = 0;
  for (size_t i = 1; i <= values; i++) {
    if (lua_rawgeti(L, 2, (lua_Integer)i) == LUA_TSTRING) size += lua_rawlen(L, -1) + 1;
    lua_pop(L, 1);
  }
  return size;
}

static void copy_event(lua_State *L, lua_Integer first, struct inbox_event *event,
                       struct texts *texts) {
  for (lua_Integer i = 0; i < VALUES_OF_AN_EVENT; i++) lua_rawgeti(L, 2, first + i);
  int base = lua_gettop(L) - VALUES_OF_AN_EVENT;
  *event = (struct inbox_event){.name = copy_text(L, base + 1, texts),
                                .array_name = copy_text(L, base + 2, texts),
                                .position = lua_tointeger(L, base + 3),
                                .thing = copy_text(L, base + 4, texts),
                                .lead = integer_at(L, base + 5),
                                .happened = integer_at(L, base + 6),
                                .key = copy_text(L, base + 7, texts),
                                .raw = copy_text(L, base + 8, texts)};
  lua_settop(L, base);
}

static bool set_problem(struct inbox_delivery *delivery, const char *problem) {
  char *copied = calloc(1, PROBLEM_SIZE);
  if (!copied) return false;
  strncpy(copied, problem, PROBLEM_SIZE - 1);
  delivery->problem = copied;
  return true;
}

/* Stack: the delivery; returns whether anything could be set. */
static int read_body(lua_State *L) {
  struct inbox_delivery *delivery = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, 2));
  lua_remove(L, 2);
  lua_pushlstring(L, delivery->body, delivery->length);
  lua_call(L, 1, 3); /* delivery events list_id team_id */
  if (!lua_istable(L, 2)) {
    const char *why = lua_tostring(L, 3);
    lua_pushboolean(L, set_problem(delivery, why ? why : "it cannot be read"));
    return 1;
  }
  struct inbox_integer list_id = integer_at(L, 3), team_id = integer_at(L, 4);
  lua_settop(L, 2);
  size_t values = lua_rawlen(L, 2), count = values / VALUES_OF_AN_EVENT;
  struct inbox_event *events = malloc(count * sizeof *events + text_size(L, values) + 1);
  lua_pushboolean(L, events != NULL);
  if (!events) return 1;
  /* From here on nothing is allocated by Lua, so that no error can pass the block. */
  struct texts texts = {.next = (char *)(events + count)};
  for (size_t i = 0; i < count; i++)
    copy_event(L, 1 + (lua_Integer)i * VALUES_OF_AN_EVENT, &events[i], &texts);
  delivery->list_id = list_id;
  delivery->team_id = team_id;
  delivery->events = events;
  delivery->count = count;
  return 1;
}

bool webhook_reader_read(struct webhook_reader *reader, struct inbox_delivery *delivery) {
  if (!begin_state(reader)) return false;
  lua_State *L = reader->L;
  lua_pushcfunction(L, read_body);
  lua_pushlightuserdata(L, delivery);
  lua_pushlightuserdata(L, reader);
  int status = lua_pcall(L, 2, 1, 0);
  if (status == LUA_OK) {
    bool fine = lua_toboolean(L, -1);
    lua_settop(L, 0);
    if (reader->most > KEPT_MEMORY) close_state(reader);
    return fine;
  }
  /* Anything else than a lack of memory would be a mistake of ours; the delivery is kept whole all
     the same. */
  const char *why = status == LUA_ERRMEM ? "it takes too much memory to read" : "it cannot be read";
  close_state(reader);
  return set_problem(delivery, why);
}

void webhook_reader_forget(struct inbox_delivery *delivery) {
  free(delivery->events);
  free((char *)delivery->problem);
  delivery->events = NULL;
  delivery->problem = NULL;
  delivery->count = 0;
}
