#include "script.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static bool no_room(const char *name, struct failure *failure) {
  return failure_set(
      failure, "CANNOT_READ",
      errno == ENOMEM ? "out of memory while reading %s" : "%s is too large for a script", name);
}

static bool read_stream(struct script *script, FILE *stream, struct failure *failure) {
  char block[16 * 1024];
  size_t length;
  while ((length = fread(block, 1, sizeof block, stream)) > 0) {
    if (!buffer_append(&script->text, block, length)) return no_room(script->name, failure);
  }
  if (ferror(stream))
    return failure_set(failure, "CANNOT_READ", "cannot read %s: %s", script->name, strerror(errno));
  return true;
}

static void find_folder(struct script *script, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return;
  snprintf(script->folder, sizeof script->folder, "%.*s", slash == path ? 1 : (int)(slash - path),
           path);
}

bool script_read(struct script *script, const char *path, struct failure *failure) {
  *script = (struct script){.name = path, .folder = "."};
  buffer_init(&script->text, SCRIPT_MAXIMUM);
  if (!*path) return failure_set(failure, "CANNOT_READ", "the name of a script is empty");
  if (strcmp(path, "-") == 0) {
    script->name = "stdin";
    snprintf(script->chunk_name, sizeof script->chunk_name, "=stdin");
    return read_stream(script, stdin, failure);
  }
  if (strlen(path) + 2 > sizeof script->chunk_name)
    return failure_set(failure, "CANNOT_READ", "the script's path is too long");
  snprintf(script->chunk_name, sizeof script->chunk_name, "@%s", path);
  find_folder(script, path);
  FILE *stream = fopen(path, "rb");
  if (!stream)
    return failure_set(failure, "CANNOT_READ", "cannot open %s: %s", path, strerror(errno));
  bool fine = read_stream(script, stream, failure);
  fclose(stream);
  return fine;
}

bool script_from_argument(struct script *script, const char *chunk, struct failure *failure) {
  *script = (struct script){.name = "-e", .chunk_name = "=-e", .folder = "."};
  buffer_init(&script->text, SCRIPT_MAXIMUM);
  if (buffer_append_string(&script->text, chunk)) return true;
  return no_room("the chunk given to -e", failure);
}

void script_free(struct script *script) { buffer_free(&script->text); }

int script_load(lua_State *L, const struct script *script) {
  const char *text = script->text.data ? script->text.data : "";
  size_t length = script->text.length;
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
    text += 3;
    length -= 3;
  }
  if (length > 0 && text[0] == '#') {
    /* The line end stays, so that line numbers are the file's. */
    const char *end = memchr(text, '\n', length);
    length = end ? length - (size_t)(end - text) : 0;
    text = end ? end : "";
  }
  if (length > 0 && text[0] == LUA_SIGNATURE[0]) {
    lua_pushfstring(L, "%s is a compiled chunk; loftyrun runs source", script->name);
    return LUA_ERRSYNTAX;
  }
  return luaL_loadbufferx(L, text, length, script->chunk_name, "t");
}

bool script_line(const char *text, int number, char *line, size_t size) {
  while (number > 1) {
    text = strchr(text, '\n');
    if (!text) return false;
    text++;
    number--;
  }
  size_t length = strcspn(text, "\r\n");
  if (number < 1 || length >= size) return false;
  memcpy(line, text, length);
  line[length] = '\0';
  return length > 0;
}
