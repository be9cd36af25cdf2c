#include "report.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bind/task.h"
#include "../core/exit_code.h"
#include "../core/text.h"
#include "embedded.h"

enum { LINE_LENGTH = 512, MOST_FRAMES = 24 };

/* What a report is made of; the strings are on the Lua stack of the protected function below. */
struct parts {
  const struct script *script;
  const struct report_style *style;
  struct buffer *out;
  lua_State *co;
  const char *where; /* said before the message; may be empty */
  bool module;       /* the error is that a module did not compile */
  int exit_code;
};

int report_exit_code(const char *code, const char *category) {
  static const struct {
    const char *name;
    int exit_code;
  } table[] = {{"ALREADY_RUNNING", EXIT_LOCKED},
               {"STATE_UNUSABLE", EXIT_CONFIG},
               {"STATE_FAILED", EXIT_TEMPORARY},
               {"GRANT_NEEDED", EXIT_CONFIG},
               {"QUIET_HOURS", EXIT_TEMPORARY},
               {"TIMEZONE_UNKNOWN", EXIT_CONFIG},
               {"auth", EXIT_CONFIG},
               {"rate_limit", EXIT_TEMPORARY},
               {"server", EXIT_TEMPORARY},
               {"network", EXIT_TEMPORARY},
               {"timeout", EXIT_TEMPORARY},
               {"protocol", EXIT_TEMPORARY},
               {"limit", EXIT_LIMIT},
               {"validation", EXIT_REFUSED},
               {"permission", EXIT_REFUSED},
               {"not_found", EXIT_REFUSED},
               {"conflict", EXIT_REFUSED},
               {"quota", EXIT_REFUSED},
               {"cancelled", EXIT_TEMPORARY}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(table[i].name, code) == 0 || strcmp(table[i].name, category) == 0)
      return table[i].exit_code;
  return EXIT_SCRIPT;
}

/* The member of the error object at `index` as a string, or NULL; the value stays pushed. */
static const char *member(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static bool is_lofty_error(lua_State *L, int index) {
  if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING) return false;
  bool is = strcmp(lua_tostring(L, -1), "lofty.error") == 0;
  lua_pop(L, 1);
  return is;
}

static bool is_own_frame(const char *line) {
  static const char *const prefixes[] = {EMBEDDED_PREFIX, "[C]: ", "(...tail calls...)",
                                         "...\t(skipping"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(line, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

static void append_frame(struct buffer *out, const char *line, size_t length, int times) {
  buffer_printf(out, "  %.*s", (int)length, line);
  if (times > 1) buffer_printf(out, " (%d times)", times);
  buffer_append_string(out, "\n");
}

/* Writes the script's frames out of a traceback of Lua's, the host's own folded away and those of a
   recursion into one, and copies the first one to `first`. */
static void append_frames(struct buffer *out, const char *traceback, char *first, size_t size) {
  const char *frame = NULL; /* read but not written yet */
  size_t frame_length = 0;
  int times = 0;
  int count = 0;
  first[0] = '\0';
  for (const char *line = strstr(traceback, "\n\t"); line; line = strstr(line, "\n\t")) {
    line += 2;
    size_t length = strcspn(line, "\n");
    if (is_own_frame(line)) continue;
    if (frame && length == frame_length && memcmp(frame, line, length) == 0) {
      times++;
      continue;
    }
    if (frame) append_frame(out, frame, frame_length, times);
    if (count++ == MOST_FRAMES) {
      buffer_append_string(out, "  ...\n");
      return;
    }
    if (!frame) {
      buffer_append_string(out, "stack:\n");
      if (length < size) snprintf(first, size, "%.*s", (int)length, line);
    }
    frame = line;
    frame_length = length;
    times = 1;
  }
  if (frame) append_frame(out, frame, frame_length, times);
}

/* Cuts "file:line:" off the front of a message or frame; false when it does not begin so. */
static bool parse_position(const char *text, char *file, size_t size, int *line) {
  for (const char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
    char *end;
    long number = strtol(colon + 1, &end, 10);
    if (end == colon + 1 || *end != ':' || number < 1) continue;
    size_t length = (size_t)(colon - text);
    if (length >= size || memchr(text, '\n', length)) return false;
    memcpy(file, text, length);
    file[length] = '\0';
    *line = (int)number;
    return true;
  }
  return false;
}

/* The chunk name of the frame that messages call `file`; Lua shortens long ones there. The name is
   kept by the function that runs in it. */
static const char *find_chunk_name(lua_State *co, const char *file) {
  lua_Debug debug;
  for (int level = 0; lua_getstack(co, level, &debug); level++)
    if (lua_getinfo(co, "S", &debug) && strcmp(debug.short_src, file) == 0) return debug.source;
  return NULL;
}

/* The text of line `line` of `file`: the script's own from memory, a module's from its file. */
static bool find_line(const struct parts *parts, const char *file, int line, char *text,
                      size_t size) {
  const struct script *script = parts->script;
  const char *chunk_name = find_chunk_name(parts->co, file);
  if (strcmp(file, script->chunk_name + 1) == 0 ||
      (chunk_name && strcmp(chunk_name, script->chunk_name) == 0))
    return script->text.data && script_line(script->text.data, line, text, size);
  /* Only what the script has loaded is opened: a message may name anything, and come from anybody.
   */
  if (!chunk_name && !parts->module) return false;
  const char *path = chunk_name && chunk_name[0] == '@' ? chunk_name + 1 : file;
  struct stat status;
  struct script module;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  bool found = script_read(&module, path, NULL) && module.text.data &&
               script_line(module.text.data, line, text, size);
  script_free(&module);
  return found;
}

/* What in the line the error speaks of: the operation, or the name or token it quotes. */
static const char *find_culprit(const char *line, const char *operation, const char *message) {
  const char *found = operation ? strstr(line, operation) : NULL;
  if (found) return found;
  /* A syntax error quotes what it expected first, and then where it was. */
  const char *near = strstr(message, " near ");
  if (near) message = near;
  for (const char *quote = strpbrk(message, "'\""); quote; quote = strpbrk(quote + 1, "'\"")) {
    const char *end = strchr(quote + 1, *quote);
    if (!end) break;
    char word[64];
    size_t length = (size_t)(end - quote - 1);
    if (length > 0 && length < sizeof word) {
      memcpy(word, quote + 1, length);
      word[length] = '\0';
      found = strstr(line, word);
      if (found) return found;
    }
    quote = end;
  }
  return line + strspn(line, " \t");
}

static void append_source(struct parts *parts, const char *frame, const char *operation,
                          const char *message) {
  char file[LINE_LENGTH];
  char line[LINE_LENGTH];
  int number;
  if (!parse_position(message, file, sizeof file, &number) &&
      !parse_position(frame, file, sizeof file, &number))
    return;
  if (!find_line(parts, file, number, line, sizeof line)) return;
  for (char *character = line; *character; character++)
    for (size_t left = text_control_length(character); left > 0; left--) character[left - 1] = ' ';
  const char *culprit = find_culprit(line, operation, message);
  int indent = 0; /* in characters, not bytes, so that the caret stands under its letter */
  for (const char *from = line; from < culprit; from++)
    if (((unsigned char)*from & 0xC0) != 0x80) indent++;
  buffer_printf(parts->out, "  %d | %s\n", number, line);
  char label[16];
  int width = snprintf(label, sizeof label, "%d", number);
  buffer_printf(parts->out, "  %*s | %*s^\n", width, "", indent, "");
}

/* Text from anywhere, without what would make a terminal do things. */
static void append_tame(struct buffer *out, const char *text) {
  for (; *text; text++) {
    size_t control = text_control_length(text);
    bool plain = control == 0 || *text == '\n' || *text == '\t';
    unsigned code = (unsigned char)text[control > 0 ? control - 1 : 0];
    if (plain ? !buffer_append(out, text, 1) : !buffer_printf(out, "\\x%02x", code)) return;
    if (control == 2) text++;
  }
}

static void append_sentence(const struct parts *parts, const char *message) {
  const char *start = parts->style->colour ? "\033[1;31m" : "";
  const char *end = parts->style->colour ? "\033[0m" : "";
  buffer_printf(parts->out, "%sloftyrun:%s %s", start, end, parts->where);
  append_tame(parts->out, message);
  buffer_append_string(parts->out, "\n");
}

/* A module that does not compile comes as "error loading module 'm' from file 'f':\n\tf:2: why".
   The position belongs in front. */
static const char *push_module_message(lua_State *L, const char *message) {
  const char *rest = strstr(message, ":\n\t");
  const char *name = strchr(message, '\'');
  const char *end = name ? strchr(name + 1, '\'') : NULL;
  if (!rest || !end) return message;
  lua_pushlstring(L, name, (size_t)(end - name) + 1);
  return lua_pushfstring(L, "%s (in module %s)", rest + 3, lua_tostring(L, -1));
}

/* Pushes what the error at index 1 says. */
static const char *push_message(lua_State *L, bool *module) {
  static const char loading[] = "error loading module '";
  const char *text = lua_tostring(L, 1);
  *module = text && strncmp(text, loading, sizeof loading - 1) == 0;
  if (*module) return push_module_message(L, text);
  if (lua_isstring(L, 1) || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
    return luaL_tolstring(L, 1, NULL);
  return lua_pushfstring(L, "the script raised a %s value, which says nothing",
                         luaL_typename(L, 1));
}

static bool is_broken_pipe(const char *message) {
  const char *why = strerror(EPIPE);
  size_t length = strlen(message), tail = strlen(why);
  return length >= tail && strcmp(message + length - tail, why) == 0;
}

/* Who stops reading has had enough, which is no news but to whom it is that the work stopped. */
static int end_unread(struct parts *parts, const char *message) {
  char file[LINE_LENGTH], sentence[LINE_LENGTH + 128];
  int line;
  parts->exit_code = EXIT_SIGPIPE;
  if (!parts->style->wrote) return 0;
  bool placed = parse_position(message, file, sizeof file, &line);
  int length = placed ? snprintf(sentence, sizeof sentence, "%s:%d: ", file, line) : 0;
  snprintf(sentence + length, sizeof sentence - (size_t)length,
           "nobody reads standard output any more; the run has ended here, after it had written");
  append_sentence(parts, sentence);
  return 0;
}

int report_exit_code_at(lua_State *L, int index) {
  if (!is_lofty_error(L, index)) return EXIT_SCRIPT;
  const char *code = member(L, index, "code");
  const char *category = member(L, index, "category");
  int exit_code = category ? report_exit_code(code ? code : "", category) : EXIT_SCRIPT;
  lua_pop(L, 2);
  return exit_code;
}

/* Runs protected: the error's own __tostring may be anybody's. Stack: error, parts and, where the
   coroutine is gone, its traceback. */
static int build(lua_State *L) {
  struct parts *parts = lua_touserdata(L, 2);
  lua_settop(L, 3);
  bool lofty = is_lofty_error(L, 1);
  const char *operation = lofty ? member(L, 1, "operation") : NULL;
  const char *code = lofty ? member(L, 1, "code") : NULL;
  const char *category = lofty ? member(L, 1, "category") : NULL;
  const char *hint = lofty ? member(L, 1, "hint") : NULL;
  const char *traceback = lofty ? member(L, 1, "traceback") : NULL;
  const char *message = push_message(L, &parts->module);
  if (parts->style->unread && !lofty && is_broken_pipe(message)) return end_unread(parts, message);
  if (!lofty && strstr(message, "cannot write to standard output: ")) {
    append_sentence(parts, message); /* the line has done nothing wrong */
    clearerr(stdout);                /* it is said; what was written is gone */
    return 0;
  }
  if (!traceback) traceback = lua_tostring(L, 3);
  if (!traceback) {
    luaL_traceback(L, parts->co, NULL, 0);
    traceback = lua_tostring(L, -1);
  }
  parts->exit_code = category ? report_exit_code(code ? code : "", category) : EXIT_SCRIPT;
  struct buffer frames;
  char first[LINE_LENGTH];
  buffer_init(&frames, parts->out->maximum);
  append_frames(&frames, traceback, first, sizeof first);
  append_sentence(parts, message);
  append_source(parts, first, operation, message);
  if (frames.data) buffer_append(parts->out, frames.data, frames.length);
  buffer_free(&frames);
  if (hint) buffer_printf(parts->out, "hint: %s\n", hint);
  return 0;
}

int report_error(lua_State *L, lua_State *co, const struct script *script,
                 const struct report_style *style, struct buffer *out) {
  struct parts parts = {.script = script,
                        .style = style,
                        .out = out,
                        .co = co,
                        .where = "",
                        .exit_code = EXIT_SCRIPT};
  lua_pushvalue(co, -1);
  if (co != L) lua_xmove(co, L, 1);
  lua_pushcfunction(L, build);
  lua_insert(L, -2);
  lua_pushlightuserdata(L, &parts);
  if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
    buffer_printf(out, "loftyrun: the script failed, and so did describing how\n");
    lua_pop(L, 1);
  }
  return parts.exit_code;
}

/* Stack: parts, the table of errors. Each is what report_error takes, with its traceback. */
static int build_unseen(lua_State *L) {
  struct parts *parts = lua_touserdata(L, 1);
  int first_code = EXIT_DONE;
  lua_getfield(L, 2, "last");
  lua_Integer last = lua_tointeger(L, -1);
  for (lua_Integer i = 1; i <= last; i++) {
    lua_settop(L, 2);
    if (lua_rawgeti(L, 2, i) != LUA_TTABLE) continue;
    lua_pushcfunction(L, build);
    lua_getfield(L, 3, "error");
    lua_pushvalue(L, 1);
    lua_getfield(L, 3, "traceback");
    lua_call(L, 3, 0);
    if (first_code == EXIT_DONE) first_code = parts->exit_code;
  }
  lua_getfield(L, 2, "more");
  if (lua_tointeger(L, -1) > 0)
    buffer_printf(parts->out, "loftyrun: and %lld more tasks failed that nobody waited for\n",
                  (long long)lua_tointeger(L, -1));
  parts->exit_code = first_code;
  return 0;
}

int report_unseen_errors(lua_State *L, const struct script *script,
                         const struct report_style *style, struct buffer *out) {
  struct parts parts = {.script = script,
                        .style = style,
                        .out = out,
                        .co = L,
                        .where = "in a task that nobody waited for: ",
                        .exit_code = EXIT_DONE};
  lua_pushcfunction(L, build_unseen);
  lua_pushlightuserdata(L, &parts);
  if (!task_push_unseen(L)) {
    lua_pop(L, 2);
    return EXIT_DONE;
  }
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return parts.exit_code;
  buffer_printf(out, "loftyrun: a task failed, and so did describing how\n");
  lua_pop(L, 1);
  return EXIT_SCRIPT;
}

void report_place(lua_State *co, struct buffer *out) {
  lua_Debug debug;
  for (int level = 0; lua_getstack(co, level, &debug); level++) {
    if (!lua_getinfo(co, "Sl", &debug) || debug.currentline < 1) continue;
    if (is_own_frame(debug.short_src)) continue;
    buffer_printf(out, "  at %s:%d\n", debug.short_src, debug.currentline);
    return;
  }
}
