#include "crontab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NAME_LONGEST = 64, MARK_SIZE = 160 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Whether all of a word is letters, digits and some of `others`, so that it needs no quotes. */
static bool is_plain(const char *word, const char *others) {
  if (!*word) return false;
  for (; *word; word++)
    if (!strchr(letters, *word) && !strchr(others, *word)) return false;
  return true;
}

static bool add_character(struct buffer *out, char character) {
  switch (character) {
    case '\'':
      return buffer_append_string(out, "'\\''");
    case '%':
      return buffer_append_string(out, "\\%");
    /* Followed by a quote: crons differ in what they make of one before a % or another. */
    case '\\':
      return buffer_append_string(out, "\\''");
    default:
      return buffer_append(out, &character, 1);
  }
}

bool crontab_quote(struct buffer *out, const char *word) {
  if (is_plain(word, "_-./:=@,+")) return buffer_append_string(out, word);
  if (strpbrk(word, "\n\r")) {
    errno = EINVAL;
    return false;
  }
  bool fine = buffer_append_string(out, "'");
  for (; fine && *word; word++) fine = add_character(out, *word);
  return fine && buffer_append_string(out, "'");
}

bool systemd_quote(struct buffer *out, const char *word) {
  if (is_plain(word, "_-./:=@,+")) return buffer_append_string(out, word);
  bool fine = buffer_append_string(out, "\"");
  for (; fine && *word; word++) {
    if (*word == '"' || *word == '\\')
      fine = buffer_printf(out, "\\%c", *word);
    else if (*word == '%' || *word == '$')
      fine = buffer_printf(out, "%c%c", *word, *word);
    else if ((unsigned char)*word < ' ' || *word == 0x7F)
      fine = buffer_printf(out, "\\x%02x", (unsigned char)*word);
    else
      fine = buffer_append(out, word, 1);
  }
  return fine && buffer_append_string(out, "\"");
}

bool crontab_is_name(const char *name) {
  return is_plain(name, "_-.") && name[0] != '.' && name[0] != '-' && strlen(name) <= NAME_LONGEST;
}

static void marks(const char *name, char begin[MARK_SIZE], char end[MARK_SIZE]) {
  snprintf(begin, MARK_SIZE, "# loftyrun job %s: begin", name);
  snprintf(end, MARK_SIZE, "# loftyrun job %s: end", name);
}

bool crontab_part(const char *name, const char *lines, struct buffer *out) {
  char begin[MARK_SIZE], end[MARK_SIZE];
  marks(name, begin, end);
  return buffer_printf(out, "%s (loftyrun job install writes these lines anew)\n", begin) &&
         buffer_append_string(out, lines) && buffer_printf(out, "%s\n", end);
}

/* The line that is `mark`, or begins with it and a blank; NULL if there is none. */
static const char *find_line(const char *text, const char *mark) {
  size_t length = strlen(mark);
  for (const char *line = text; line; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, mark, length) == 0 && strchr(" \r\n", line[length])) return line;
  }
  return NULL;
}

static const char *behind_line(const char *line) {
  const char *end = strchr(line, '\n');
  return end ? end + 1 : line + strlen(line);
}

/* Finds the part from `*from` to `*until`; both are the text's end where there is none. */
static bool find_part(const char *old, const char *name, const char **from, const char **until,
                      struct failure *failure) {
  char begin[MARK_SIZE], end[MARK_SIZE];
  marks(name, begin, end);
  const char *first = find_line(old, begin), *last = find_line(old, end);
  *from = *until = old + strlen(old);
  if (!first && !last) return true;
  bool paired = first && last && first < last && !find_line(behind_line(first), begin) &&
                !find_line(behind_line(last), end);
  if (!paired)
    return failure_set(failure, "CRONTAB_BROKEN",
                       "the crontab does not hold the lines \"%s\" and \"%s\" once each, in this "
                       "order; put that right with crontab -e",
                       begin, end);
  *from = first;
  *until = behind_line(last);
  return true;
}

bool crontab_replace(const char *old, const char *name, const char *lines, struct buffer *out,
                     struct failure *failure) {
  const char *from, *until;
  if (!find_part(old, name, &from, &until, failure)) return false;
  bool begins_line = from == old || from[-1] == '\n';
  if (buffer_append(out, old, (size_t)(from - old)) &&
      (begins_line || buffer_append_string(out, "\n")) && crontab_part(name, lines, out) &&
      buffer_append_string(out, until))
    return true;
  return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

bool crontab_sets(const char *crontab, const char *variable) {
  size_t length = strlen(variable);
  for (const char *line = crontab; line && *line; line = strchr(line, '\n')) {
    line += strspn(line, " \t\r\n");
    const char *name = line + strspn(line, "\"'");
    if (strncmp(name, variable, length) != 0) continue;
    name += length;
    name += strspn(name, "\"' \t");
    if (*name == '=') return true;
  }
  return false;
}
