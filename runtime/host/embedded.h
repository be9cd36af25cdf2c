/* The Lua files compiled into the program: the standard library and the sandbox, and those that
   people take copies of. The tables themselves are written at build time by runtime/tools/embed.c.
 */
#ifndef HOST_EMBEDDED_H
#define HOST_EMBEDDED_H

#include <stddef.h>

/* What chunk names of embedded files begin with, so that no file of a user's is taken for one. */
#define EMBEDDED_PREFIX "[loftyrun]/"

struct embedded_file {
  const char *module; /* what `require` asks for, "lofty.error" */
  const char *path;   /* where it lives in the project, "stdlib/lofty/error.lua" */
  const char *text;   /* Lua source, followed by a NUL that `length` does not count */
  size_t length;
  const char *code; /* the same, compiled by the release of Lua below */
  size_t code_length;
};

/* Sorted by module in byte order, each module once: bsearch with strcmp finds its file. */
extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

/* "Lua 5.4.4": what is compiled is for this release only. */
extern const char embedded_release[];

/* A file that `loftyrun new` copies: a template or a shipped script, or the test beside one. */
struct embedded_text {
  const char *path; /* where it lives in the project, "scripts/tasks/finish_overdue.lua" */
  const char *text; /* followed by a NUL that `length` does not count */
  size_t length;
};

/* Sorted by path in byte order. */
extern const struct embedded_text embedded_texts[];
extern const size_t embedded_text_count;

#endif
