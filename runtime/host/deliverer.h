/* Posts what the sandbox's Lua has to tell (runtime/sandbox/webhook_posts.lua) to the callbacks of
   its subscriptions, on this machine's loopback. */
#ifndef HOST_DELIVERER_H
#define HOST_DELIVERER_H

#include <lua.h>

#include "../core/http.h"
#include "../core/log.h"
#include "../core/loop.h"

struct deliverer;

/* One for the front at the bottom of L's stack, whose `posts` and `posted` it calls. NULL when
   memory ran out. What it is given outlives it. */
struct deliverer *deliverer_new(struct loop *loop, struct http_client *client, lua_State *L,
                                const struct log *log);

/* Posts what is to be posted now, and looks again when the front has said. */
void deliverer_look(struct deliverer *deliverer);

/* Gives up what is under way. NULL is fine. */
void deliverer_free(struct deliverer *deliverer);

#endif
