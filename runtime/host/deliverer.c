#include "deliverer.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  CONNECT_TIMEOUT_MS = 5 * 1000,
  TIMEOUT_MS = 30 * 1000,
  REPLY_MAXIMUM = 64 * 1024 /* nobody reads it */
};

/* A post under way. */
struct post {
  struct deliverer *deliverer;
  lua_Integer tag;
  struct http_exchange *exchange;
  struct post *next;
};

struct deliverer {
  struct loop *loop;
  struct http_client *client;
  lua_State *L;
  const struct log *log;
  struct loop_timer timer;
  struct post *posts;
};

/* Stack: the front, the tag of a post, its status or nil. */
static int tell(lua_State *L) {
  lua_getfield(L, 1, "posted");
  lua_insert(L, 1);
  lua_call(L, 3, 0);
  return 0;
}

static void report(struct deliverer *deliverer) {
  const char *message = lua_tostring(deliverer->L, -1);
  struct log_field field = {.name = "error", .value = message ? message : "?"};
  log_write(deliverer->log, LOG_LEVEL_ERROR, "the sandbox's webhooks failed", &field, 1);
}

/* Tells the front what became of a post; `status` 0: there was no reply. */
static void settle(struct deliverer *deliverer, lua_Integer tag, int status) {
  lua_State *L = deliverer->L;
  int top = lua_gettop(L);
  lua_pushcfunction(L, tell);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, tag);
  if (status)
    lua_pushinteger(L, status);
  else
    lua_pushnil(L);
  if (lua_pcall(L, 3, 0, 0) != LUA_OK) report(deliverer);
  lua_settop(L, top);
  if (status >= 200 && status < 300) return;
  char text[24];
  snprintf(text, sizeof text, "%d", status);
  struct log_field field = {.name = "status", .value = text, .bare = true};
  log_write(deliverer->log, LOG_LEVEL_WARN, "a webhook was not taken", &field, status != 0);
}

static void end_post(struct post *post) {
  for (struct post **place = &post->deliverer->posts; *place; place = &(*place)->next) {
    if (*place != post) continue;
    *place = post->next;
    break;
  }
  http_exchange_free(post->exchange);
  free(post);
}

static void on_done(void *context) {
  struct post *post = context;
  struct deliverer *deliverer = post->deliverer;
  const struct http_response *response = http_exchange_response(post->exchange);
  settle(deliverer, post->tag, response ? response->status : 0);
  end_post(post);
  deliverer_look(deliverer);
}

static bool start(struct deliverer *deliverer, lua_Integer tag, const char *url, const char *body,
                  size_t length) {
  struct failure failure;
  struct post *post = calloc(1, sizeof *post);
  if (!post) return false;
  *post = (struct post){.deliverer = deliverer, .tag = tag};
  struct http_request request = {.method = "POST",
                                 .url = url,
                                 .body = body,
                                 .body_length = length,
                                 .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                 .timeout_ms = TIMEOUT_MS,
                                 .response_maximum = REPLY_MAXIMUM};
  post->exchange = http_start(deliverer->client, &request, on_done, post, &failure);
  if (!post->exchange) {
    free(post);
    return false;
  }
  post->next = deliverer->posts;
  deliverer->posts = post;
  return true;
}

/* Stack: the front. Leaves the list of what is ready, and the wait in ms or nil. */
static int ask(lua_State *L) {
  lua_getfield(L, 1, "posts");
  lua_insert(L, 1);
  lua_call(L, 1, 2);
  return 2;
}

/* Stack: a post as the front has it, deliverer. Leaves its tag where it could not be started. */
static int start_one(lua_State *L) {
  size_t length;
  struct deliverer *deliverer = lua_touserdata(L, 2);
  lua_getfield(L, 1, "tag");
  lua_Integer tag = luaL_checkinteger(L, -1);
  lua_getfield(L, 1, "url");
  lua_getfield(L, 1, "body");
  const char *url = luaL_checkstring(L, -2), *body = luaL_checklstring(L, -1, &length);
  lua_pushinteger(L, start(deliverer, tag, url, body, length) ? 0 : tag);
  return 1;
}

/* Starts the posts in the list on top of the stack. */
static void start_all(struct deliverer *deliverer) {
  lua_State *L = deliverer->L;
  int list = lua_gettop(L);
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_pushcfunction(L, start_one);
    lua_rawgeti(L, list, i);
    lua_pushlightuserdata(L, deliverer);
    if (lua_pcall(L, 2, 1, 0) != LUA_OK)
      report(deliverer);
    else if (lua_tointeger(L, -1) != 0)
      settle(deliverer, lua_tointeger(L, -1), 0);
    lua_settop(L, list);
  }
}

static void on_timer(void *context) { deliverer_look(context); }

void deliverer_look(struct deliverer *deliverer) {
  lua_State *L = deliverer->L;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, 8)) return;
  lua_pushcfunction(L, ask);
  lua_pushvalue(L, 1);
  if (lua_pcall(L, 1, 2, 0) != LUA_OK) {
    report(deliverer);
  } else {
    lua_Integer wait = lua_tointeger(L, -1);
    lua_pop(L, 1);
    start_all(deliverer);
    if (wait > 0)
      loop_timer_set(deliverer->loop, &deliverer->timer, wait, on_timer, deliverer);
    else
      loop_timer_clear(deliverer->loop, &deliverer->timer);
  }
  lua_settop(L, top);
}

struct deliverer *deliverer_new(struct loop *loop, struct http_client *client, lua_State *L,
                                const struct log *log) {
  struct deliverer *deliverer = calloc(1, sizeof *deliverer);
  if (!deliverer) return NULL;
  *deliverer = (struct deliverer){.loop = loop, .client = client, .L = L, .log = log};
  return deliverer;
}

void deliverer_free(struct deliverer *deliverer) {
  if (!deliverer) return;
  loop_timer_clear(deliverer->loop, &deliverer->timer);
  while (deliverer->posts) {
    struct post *post = deliverer->posts;
    deliverer->posts = post->next;
    http_exchange_free(post->exchange);
    free(post);
  }
  free(deliverer);
}
