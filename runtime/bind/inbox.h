/* native.inbox: the webhooks that were delivered, and their events (core/inbox.h), for
   stdlib/lofty/shell/inbox.lua and stdlib/lofty/inbox/reconcile.lua. */
#ifndef BIND_INBOX_H
#define BIND_INBOX_H

#include <lua.h>

#include "rows.h"

/* Lua, where each may return nil, code, message:
     events(filter, before, most) -> { event, ... }, newest first, those before the event `before`
     delivery(id) -> delivery or false
     drop(filter), retry(filter), replay(filter) -> how many
     work(id) -> what its handlers have made of an event;  tries(id) -> when they failed
     patterns(account) -> what handlers that are served take
     forgotten() -> when the newest event was received that was forgotten
     reconcile({ account, list_id, team_id }, events) -> { true where it is new, ... }; events as
       lofty.inbox.read gives them (core/inbox_reconcile.h)
   Events, deliveries and the like are tables with the members of the structures, and so is a
   filter: id, name, state, lead, since, before, each of which may be missing. */
int luaopen_native_inbox(lua_State *L);

/* Pushes a struct inbox_event as a table. */
rows_push inbox_push_event;

#endif
