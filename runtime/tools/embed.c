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
  const char *path;
  char *module;
};

static void die(const char *path, const char *what) {
  fprintf(stderr, "embed: %s: %s\n", path, what);
  exit(1);
}

/* "stdlib/lofty/error.lua" is "lofty.error", "runtime/sandbox/init.lua" is "sandbox". */
static char *module_of(const char *path) {
  static const char *const roots[] = {"stdlib/", "runtime/"};
  const char *start = NULL;
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (strncmp(path, roots[i], strlen(roots[i])) == 0) start = path + strlen(roots[i]);
  if (!start) die(path, "not under stdlib/ or runtime/");

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

/* Writes one file as `static const unsigned char text_N[]` and `code_N[]`, closed by a NUL each. */
static void write_file(lua_State *L, const char *path, int number) {
  struct input input = {.file = fopen(path, "rb")};
  if (!input.file) die(path, strerror(errno));
  printf("\nstatic const unsigned char text_%d[] = {", number);
  const char *name = lua_pushfstring(L, "@" PREFIX "%s", path);
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
  for (int i = 0; i < count; i++)
    sources[i] = (struct source){paths[i], modules ? module_of(paths[i]) : paths[i]};
  qsort(sources, (size_t)count, sizeof *sources, by_module);
  for (int i = 1; i < count; i++)
    if (by_module(&sources[i - 1], &sources[i]) == 0)
      die(sources[i].path, "gives the same module as another file");
  return sources;
}

static void write_modules(const struct source *sources, int count) {
  lua_State *L = luaL_newstate();
  if (!L) die(sources[0].path, "out of memory");
  for (int i = 0; i < count; i++) write_file(L, sources[i].path, i);
  lua_close(L);
  printf("\nconst struct embedded_file embedded_files[] = {\n");
  for (int i = 0; i < count; i++)
    printf(
        "  {\"%s\", \"%s\", (const char *)text_%d, sizeof text_%d - 1, (const char *)code_%d, "
        "sizeof code_%d - 1},\n",
        sources[i].module, sources[i].path, i, i, i, i);
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
