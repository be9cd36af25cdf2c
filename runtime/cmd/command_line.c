#include "command_line.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAXIMUM = 256 * 1024 };

void command_line_init(struct command_line *line) {
  *line = (struct command_line){.words = NULL};
  buffer_init(&line->text, TEXT_MAXIMUM);
}

static void check(struct command_line *line, bool fine) { line->failed = line->failed || !fine; }

void command_line_add(struct command_line *line, const char *word) {
  check(line, word && buffer_append(&line->text, word, strlen(word) + 1));
}

void command_line_add_lines(struct command_line *line, const char *lines) {
  size_t from = line->text.length;
  command_line_add(line, lines);
  for (size_t at = from; at < line->text.length; at++)
    if (line->text.data[at] == '\n') line->text.data[at] = '\0';
}

void command_line_add_program(struct command_line *line) {
  static const char gone[] = " (deleted)";
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  size_t end = strlen(path), suffix = strlen(gone);
  if (end > suffix && strcmp(path + end - suffix, gone) == 0) path[end - suffix] = '\0';
  command_line_add(line, length > 0 ? path : NULL);
}

/* Appends a path from the root, and no NUL. */
static bool append_path(struct buffer *text, const char *path) {
  char folder[PATH_MAX];
  while (strncmp(path, "./", 2) == 0) path += 2;
  if (*path == '/') return buffer_append_string(text, path);
  return getcwd(folder, sizeof folder) &&
         buffer_printf(text, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
}

void command_line_add_path(struct command_line *line, const char *path) {
  check(line, append_path(&line->text, path) && buffer_append(&line->text, "", 1));
}

void command_line_add_option(struct command_line *line, const char *name, const char *value,
                             bool is_path) {
  bool fine = buffer_printf(&line->text, "--%s%s", name, value ? "=" : "");
  if (fine && value)
    fine = is_path ? append_path(&line->text, value) : buffer_append_string(&line->text, value);
  check(line, fine && buffer_append(&line->text, "", 1));
}

char *const *command_line_words(struct command_line *line) {
  size_t count = 0;
  for (size_t at = 0; at < line->text.length; at++) count += line->text.data[at] == '\0';
  free(line->words);
  line->words = line->failed ? NULL : calloc(count + 1, sizeof *line->words);
  char *word = line->text.data;
  for (size_t i = 0; line->words && i < count; i++, word += strlen(word) + 1) line->words[i] = word;
  return line->words;
}

void command_line_free(struct command_line *line) {
  buffer_free(&line->text);
  free(line->words);
  line->words = NULL;
}
