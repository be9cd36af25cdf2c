/* The text of a script and where it came from. */
#ifndef HOST_SCRIPT_H
#define HOST_SCRIPT_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "../core/failure.h"

/* The most bytes of a script. */
enum { SCRIPT_MAXIMUM = 64 * 1024 * 1024 };

struct script {
  const char *name;      /* as arg[0] and in messages: a path, "stdin" or "-e" */
  char chunk_name[1024]; /* "@path" or "=stdin" */
  char folder[1024];     /* of the file; "." for the others */
  struct buffer text;
};

/* Reads the script at `path` ("-" is standard input). False with CANNOT_READ. */
bool script_read(struct script *script, const char *path, struct failure *failure);

/* Takes the chunk given to -e. */
bool script_from_argument(struct script *script, const char *chunk, struct failure *failure);

void script_free(struct script *script);

/* Pushes the compiled chunk; LUA_OK or an error with its message pushed, like luaL_loadbufferx. A
   first line that begins with # is skipped, a byte order mark too. Compiled chunks are refused. */
int script_load(lua_State *L, const struct script *script);

/* Copies line `number` (1-based) of `text` to `line`, without its end; false when there is none. */
bool script_line(const char *text, int number, char *line, size_t size);

#endif
