/* native.journal: what runs did, and the keys of lofty.once, for stdlib/lofty/journal.lua and
   once.lua (core/journal.h, core/once.h). */
#ifndef BIND_JOURNAL_H
#define BIND_JOURNAL_H

#include <lua.h>

/* Lua, where each may return nil, code, message:
        run() -> this run's number, the number of its next write
        send{ write, ... } -> { number, ... }: writes about to be sent, on the disk from then on
        settle(run, number, state, result or nil) -> true
        take_over(run, number) -> true
        runs(before, most) -> { run, ... }, newest first; of(run) -> run or false
        writes(run, after, most [, key]) -> { write, ... }
        made(operation, since, run) -> { write, ... } that may have made something since then, or
          in that run or a later one
        key(account, name) -> key or false; put_key(account, name, key, durable) -> true;
        remove_key(account, name) -> true
   Runs, writes and keys are tables with the members of the structures. */
int luaopen_native_journal(lua_State *L);

#endif
