/* native.terminal: what a person types at the prompt (core/line_editor.h), for lofty/prompt. */
#ifndef BIND_TERMINAL_H
#define BIND_TERMINAL_H

#include <lua.h>

/* Lua: open(complete, hint) -> true, or nil, code, message. complete(line, cursor) -> words, start
          and what closes the only one, or nothing; hint(line, cursor) -> text or nothing. Both are
          called while the person types, and must not wait.
        interactive() -> boolean;  size() -> columns, rows; or nothing.
        read(prompt [, text]) -> line, or nil, code: "END" or "INTERRUPTED" or "TOO_LONG"; or lines
          that were pasted, the last of which is not finished, and "PASTED"; or why the
          input cannot be read, and "UNREADABLE".
        key() -> a character, or nil where there is none to come.
        remember(entry);  close().
        input(task or nil): what Ctrl-C cancels.
        history(path) -> entries, oldest first, or nil, code, message; append(path, entry) -> true
          or nil, code, message (core/line_history.h). */
int luaopen_native_terminal(lua_State *L);

#endif
