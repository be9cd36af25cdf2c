#include "new_template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/text.h"
#include "../host/embedded.h"
#include "cmd.h"

enum { PATH_MAXIMUM = 4096, NAME_MAXIMUM = 64, TEMPLATES_MOST = 64 };

static const char test_end[] = "_test";

/* "finish_overdue" of "scripts/tasks/finish_overdue.lua". */
static void name_of(const struct embedded_text *file, char name[NAME_MAXIMUM]) {
  const char *start = strrchr(file->path, '/');
  start = start ? start + 1 : file->path;
  snprintf(name, NAME_MAXIMUM, "%.*s", (int)strcspn(start, "."), start);
}

static bool is_test(const char *name) {
  size_t length = strlen(name), end = strlen(test_end);
  return length > end && strcmp(name + length - end, test_end) == 0;
}

static const struct embedded_text *find(const char *wanted) {
  char name[NAME_MAXIMUM];
  for (size_t i = 0; i < embedded_text_count; i++) {
    name_of(&embedded_texts[i], name);
    if (strcmp(name, wanted) == 0) return &embedded_texts[i];
  }
  return NULL;
}

static int unknown(const char *wanted) {
  char names[TEMPLATES_MOST][NAME_MAXIMUM];
  const char *known[TEMPLATES_MOST] = {"editor"};
  char message[256];
  int count = 1;
  for (size_t i = 0; i < embedded_text_count && count < TEMPLATES_MOST; i++) {
    name_of(&embedded_texts[i], names[count]);
    if (is_test(names[count])) continue;
    known[count] = names[count];
    count++;
  }
  int nearest = text_nearest(wanted, known, count);
  if (nearest < 0)
    snprintf(message, sizeof message, "there is no template \"%.64s\"; loftyrun new lists them",
             wanted);
  else
    snprintf(message, sizeof message, "there is no template \"%.64s\"; did you mean \"%s\"?",
             wanted, known[nearest]);
  return command_usage_error(&command_new, message);
}

/* The first sentence of a script's header, on one line. */
static void print_purpose(const char *text) {
  if (strncmp(text, "#!", 2) == 0) text = strchr(text, '\n') + 1;
  for (; strncmp(text, "-- ", 3) == 0; text = strchr(text, '\n') + 1) {
    int length = (int)strcspn(text + 3, "\n");
    const char *end = strstr(text + 3, ". ");
    bool ends = (end && end - text - 3 < length) || text[2 + length] == '.';
    if (end && end - text - 3 < length) length = (int)(end - text) - 2;
    printf(" %.*s", length, text + 3);
    if (ends) break;
  }
  putchar('\n');
}

int new_template_list(void) {
  char name[NAME_MAXIMUM];
  for (size_t i = 0; i < embedded_text_count; i++) {
    name_of(&embedded_texts[i], name);
    if (is_test(name)) continue;
    printf("%-20s", name);
    print_purpose(embedded_texts[i].text);
  }
  puts("editor               What an editor needs to know of scripts (new editor).");
  return EXIT_DONE;
}

static int cannot(const char *path) {
  fprintf(stderr, "loftyrun: cannot write %s: %s\n", path,
          errno == EEXIST ? "it is there already; name another file" : strerror(errno));
  return EXIT_CONFIG;
}

/* The text under another file's name: where it speaks of itself, with or without the folder that it
   has in the project, it speaks of that one. */
static bool write_text(FILE *file, const struct embedded_text *script, const char *old_name,
                       const char *new_name) {
  const char *text = script->text, *slash = strrchr(script->path, '/');
  size_t length = strlen(old_name), folder = slash ? (size_t)(slash + 1 - script->path) : 0;
  for (const char *next; (next = strstr(text, old_name)) != NULL; text = next + length) {
    size_t before = (size_t)(next - text);
    if (before >= folder && memcmp(next - folder, script->path, folder) == 0) before -= folder;
    if (fprintf(file, "%.*s%s", (int)before, text, new_name) < 0) return false;
  }
  return fputs(text, file) >= 0;
}

static int write_copy(const struct embedded_text *script, const char *path, const char *old_name,
                      const char *new_name) {
  int mode = strncmp(script->text, "#!", 2) == 0 ? 0777 : 0666;
  int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return cannot(path);
  FILE *file = fdopen(descriptor, "w");
  if (!file) {
    close(descriptor);
    return cannot(path);
  }
  bool written = write_text(file, script, old_name, new_name);
  written = fclose(file) == 0 && written;
  if (written) return EXIT_DONE;
  int exit_code = cannot(path);
  remove(path);
  return exit_code;
}

/* What is wrong with a name, or NULL. It stands in the copy, in comments and in strings of Lua, and
   is typed as a word of commands. */
static const char *find_mistake(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  for (const char *character = path; *character; character++)
    if (text_control_length(character) > 0) return "a name holds no control characters";
  if (strpbrk(name, "\"\\%")) return "the name of a script holds no \", \\ or %";
  if (*name == '-') return "a name that begins with - would be taken for an option";
  size_t length = strlen(name) - strlen(".lua"), end = strlen(test_end);
  if (length >= end && strncmp(name + length - end, test_end, end) == 0)
    return "*_test.lua are files of tests";
  return NULL;
}

/* As it is typed into a shell. */
static void print_word(const char *word) {
  if (!strpbrk(word, " !\"#$&'()*;<=>?[\\]^`{|}~")) {
    fputs(word, stdout);
    return;
  }
  putchar('\'');
  for (; *word; word++)
    if (*word == '\'')
      fputs("'\\''", stdout);
    else
      putchar(*word);
  putchar('\'');
}

/* "tidy.lua" of "tidy"; in a folder the template's own name. False where it is too long. */
static bool choose_path(const char *name, const char *wanted, char path[PATH_MAXIMUM]) {
  struct stat found;
  size_t length = wanted ? strlen(wanted) : 0;
  int size;
  if (!wanted)
    size = snprintf(path, PATH_MAXIMUM, "%s.lua", name);
  else if (wanted[length - 1] == '/' || (stat(wanted, &found) == 0 && S_ISDIR(found.st_mode)))
    size = snprintf(path, PATH_MAXIMUM, "%s%s%s.lua", wanted, wanted[length - 1] == '/' ? "" : "/",
                    name);
  else
    size = snprintf(path, PATH_MAXIMUM, "%s%s", wanted,
                    length > 4 && strcmp(wanted + length - 4, ".lua") == 0 ? "" : ".lua");
  return size > 0 && size < PATH_MAXIMUM - (int)sizeof test_end;
}

int new_template(const char *name, const char *wanted) {
  char path[PATH_MAXIMUM], test_path[PATH_MAXIMUM + sizeof test_end], test_name[NAME_MAXIMUM];
  char old_name[NAME_MAXIMUM + 4];
  const struct embedded_text *script = is_test(name) ? NULL : find(name);
  if (!script) return unknown(name);
  if (!choose_path(name, wanted, path)) {
    errno = ENAMETOOLONG;
    return cannot(wanted);
  }
  const char *mistake = find_mistake(path);
  if (mistake) return command_usage_error(&command_new, mistake);
  snprintf(test_name, sizeof test_name, "%s%s", name, test_end);
  snprintf(test_path, sizeof test_path, "%.*s%s.lua", (int)strlen(path) - 4, path, test_end);
  snprintf(old_name, sizeof old_name, "%s.lua", name);
  const struct embedded_text *test = find(test_name);
  const char *slash = strrchr(path, '/');
  const char *new_name = slash ? slash + 1 : path;
  if (test && access(test_path, F_OK) == 0) {
    errno = EEXIST;
    return cannot(test_path);
  }
  int exit_code = write_copy(script, path, old_name, new_name);
  if (exit_code != EXIT_DONE || !test) return exit_code;
  exit_code = write_copy(test, test_path, old_name, new_name);
  if (exit_code != EXIT_DONE) {
    remove(path);
    return exit_code;
  }
  printf("%s, and its test: loftyrun test ", path);
  print_word(test_path);
  putchar('\n');
  return EXIT_DONE;
}
