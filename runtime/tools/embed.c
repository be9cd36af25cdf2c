/* Build-time program: writes Lua sources as a C file that defines the table of host/embedded.h.

   Usage: embed FILE.lua... > embedded.c
          embed --texts FILE... > texts.c

   A module is written twice. Compiled, with all that tracebacks need: else most of what the program
   does before its first request would be to parse. And as it stands: for a Lua library of another
   release than the one that compiled it, and for those who read its comments. Both are arrays of
   numbers: string literals have a length that compilers need not support. */
#include <errno.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* EMBEDDED_PREFIX of host/embedded.h: the name is compiled in, too. */
#define PREFIX "[loftyrun]/"

struct source {
  const char *path;  /* to read it */
  const char *shown; /* as messages name it */
  char *module;
};

static void die(const char *path, const char *what) {
  fprintf(stderr, "embed: %s: %s\n", path, what);
  exit(1);
}

/* What of a path names the module. Of what the system has installed it is the part from the
   package's own folder on, and the system's folders are nobody's business at run time. */
static const char *name_of(const char *path, bool *ours) {
  static const char *const roots[] = {"stdlib/", "runtime/"};
  static const char package[] = "/luacheck/";
  *ours = true;
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (strncmp(path, roots[i], strlen(roots[i])) == 0) return path + strlen(roots[i]);
  *ours = false;
  const char *start = NULL; /* the last such folder: Homebrew has one around it */
  const char *next = path[0] == '/' ? strstr(path, package) : NULL;
  for (; next; next = strstr(next + 1, package)) start = next + 1;
  if (!start) die(path, "not under stdlib/ or runtime/");
  return start;
}

/* "stdlib/lofty/error.lua" is "lofty.error", "runtime/sandbox/init.lua" is "sandbox". */
static char *module_of(const char *path) {
  bool ours;
  const char *start = name_of(path, &ours);

  size_t length = strlen(start);
  if (length <= 4 || strcmp(start + length - 4, ".lua") != 0) die(path, "not a .lua file");
  length -= 4;
  if (length > 5 && memcmp(start + length - 5, "/init", 5) == 0) length -= 5;

  char *module = malloc(length + 1);
  if (!module) die(path, "out of memory");
  memcpy(module, start, length);
  module[length] = '\0';
  for (char *c = module; *c; c++) {
    if (*c == '.' || *c == '"' || *c == '\\') die(path, "a name that require cannot spell");
    if (*c == '/') *c = '.';
  }
  return module;
}

static int by_module(const void *a, const void *b) {
  return strcmp(((const struct source *)a)->module, ((const struct source *)b)->module);
}

static int write_bytes(lua_State *L, const void *bytes, size_t length, void *column) {
  (void)L;
  const unsigned char *byte = bytes;
  for (int *at = column; length > 0; length--, byte++)
    printf("%s%d,", (*at)++ % 24 == 0 ? "\n" : "", *byte);
  return 0;
}

struct input {
  FILE *file;
  int column;
  char bytes[4096];
};

/* Writes what is read. */
static const char *read_and_write(lua_State *L, void *context, size_t *length) {
  struct input *input = context;
  *length = fread(input->bytes, 1, sizeof input->bytes, input->file);
  write_bytes(L, input->bytes, *length, &input->column);
  return input->bytes;
}

/* What messages call a file: the project's own by their place in it. */
static const char *shown_as(const char *path) {
  bool ours;
  const char *name = name_of(path, &ours);
  return ours ? path : name;
}

/* Writes one file as `static const unsigned char text_N[]` and `code_N[]`, closed by a NUL each. */
static void write_file(lua_State *L, const struct source *source, int number) {
  const char *path = source->path;
  struct input input = {.file = fopen(path, "rb")};
  if (!input.file) die(path, strerror(errno));
  printf("\nstatic const unsigned char text_%d[] = {", number);
  const char *name = lua_pushfstring(L, "@" PREFIX "%s", source->shown);
  if (lua_load(L, read_and_write, &input, name, "t") != LUA_OK) die(path, lua_tostring(L, -1));
  if (ferror(input.file)) die(path, "cannot be read");
  fclose(input.file);
  printf("\n0};\nstatic const unsigned char code_%d[] = {", number);
  int column = 0;
  if (lua_dump(L, write_bytes, &column, 0) != 0) die(path, "cannot be written");
  printf("\n0};\n");
  lua_settop(L, 0);
}

static struct source *take_sources(char **paths, int count, bool modules) {
  struct source *sources = calloc((size_t)count, sizeof *sources);
  if (!sources) die(paths[0], "out of memory");
  for (int i = 0; i < count; i++) {
    char *path = paths[i];
    sources[i] = modules ? (struct source){path, shown_as(path), module_of(path)}
                         : (struct source){path, path, path};
  }
  qsort(sources, (size_t)count, sizeof *sources, by_module);
  for (int i = 1; i < count; i++)
    if (by_module(&sources[i - 1], &sources[i]) == 0)
      die(sources[i].path, "gives the same module as another file");
  return sources;
}

static void write_modules(const struct source *sources, int count) {
  lua_State *L = luaL_newstate();
  if (!L) die(sources[0].path, "out of memory");
  for (int i = 0; i < count; i++) write_file(L, &sources[i], i);
  lua_close(L);
  printf("\nconst struct embedded_file embedded_files[] = {\n");
  for (int i = 0; i < count; i++)
    printf(
        "  {\"%s\", \"%s\", (const char *)text_%d, sizeof text_%d - 1, (const char *)code_%d, "
        "sizeof code_%d - 1},\n",
        sources[i].module, sources[i].shown, i, i, i, i);
  printf("};\nconst size_t embedded_file_count = %d;\n", count);
  printf("const char embedded_release[] = \"%s\";\n", LUA_RELEASE);
}

static void write_text(const char *path, int number) {
  struct input input = {.file = fopen(path, "rb")};
  size_t length;
  if (!input.file) die(path, strerror(errno));
  printf("\nstatic const unsigned char text_%d[] = {", number);
  do read_and_write(NULL, &input, &length);
  while (length > 0);
  if (ferror(input.file)) die(path, "cannot be read");
  fclose(input.file);
  printf("\n0};\n");
}

static void write_texts(const struct source *sources, int count) {
  for (int i = 0; i < count; i++) write_text(sources[i].path, i);
  printf("\nconst struct embedded_text embedded_texts[] = {\n");
  for (int i = 0; i < count; i++)
    printf("  {\"%s\", (const char *)text_%d, sizeof text_%d - 1},\n", sources[i].path, i, i);
  printf("};\nconst size_t embedded_text_count = %d;\n", count);
}

int main(int argc, char **argv) {
  bool texts = argc > 1 && strcmp(argv[1], "--texts") == 0;
  char **paths = argv + 1 + texts;
  int count = argc - 1 - texts;
  if (count < 1) {
    fprintf(stderr,
            "usage: embed FILE.lua... > embedded.c\n       embed --texts FILE... > texts.c\n");
    return 2;
  }
  struct source *sources = take_sources(paths, count, !texts);
  printf("/* Written by runtime/tools/embed.c. */\n#include \"host/embedded.h\"\n");
  (texts ? write_texts : write_modules)(sources, count);

  for (int i = 0; i < count && !texts; i++) free(sources[i].module);
  free(sources);
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
