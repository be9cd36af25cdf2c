/* Build-time program: writes Lua sources as a C file that defines the table of host/embedded.h.

   Usage: embed FILE.lua... > embedded.c

   The source text itself is embedded, never bytecode, so that tracebacks keep their lines. It is
   written as arrays of numbers: string literals have a length that compilers need not support. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Writes one file as `static const unsigned char text_N[]`, closed by a NUL. */
static void write_text(const char *path, int number) {
  FILE *in = fopen(path, "rb");
  if (!in) die(path, strerror(errno));
  printf("\nstatic const unsigned char text_%d[] = {", number);
  int byte;
  for (int column = 0; (byte = getc(in)) != EOF; column++)
    printf("%s%d,", column % 24 == 0 ? "\n" : "", byte);
  if (ferror(in)) die(path, "cannot be read");
  printf("\n0};\n");
  fclose(in);
}

int main(int argc, char **argv) {
  int count = argc - 1;
  if (count < 1) {
    fprintf(stderr, "usage: embed FILE.lua... > embedded.c\n");
    return 2;
  }
  struct source *sources = calloc((size_t)count, sizeof *sources);
  if (!sources) die(argv[0], "out of memory");
  for (int i = 0; i < count; i++) sources[i] = (struct source){argv[i + 1], module_of(argv[i + 1])};
  qsort(sources, (size_t)count, sizeof *sources, by_module);
  for (int i = 1; i < count; i++)
    if (by_module(&sources[i - 1], &sources[i]) == 0)
      die(sources[i].path, "gives the same module as another file");

  printf("/* Written by runtime/tools/embed.c. */\n#include \"host/embedded.h\"\n");
  for (int i = 0; i < count; i++) write_text(sources[i].path, i);
  printf("\nconst struct embedded_file embedded_files[] = {\n");
  for (int i = 0; i < count; i++)
    printf("  {\"%s\", \"%s\", (const char *)text_%d, sizeof text_%d - 1},\n", sources[i].module,
           sources[i].path, i, i);
  printf("};\nconst size_t embedded_file_count = %d;\n", count);

  for (int i = 0; i < count; i++) free(sources[i].module);
  free(sources);
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
