#include "doctor_report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/text.h"
#include "../core/utf8.h"

enum { TEXT_SIZE = 1024, COLUMN = 26 };

static const char *const levels[] = {[DOCTOR_OK] = "ok",
                                     [DOCTOR_SKIPPED] = "skipped",
                                     [DOCTOR_WARNING] = "warning",
                                     [DOCTOR_PROBLEM] = "problem"};

bool doctor_wants(const struct doctor *doctor, const char *check) {
  const char *const *checks = doctor->options->checks;
  for (const char *const *each = checks; *each; each++)
    if (strcmp(*each, check) == 0) return true;
  return !*checks;
}

/* Control characters, and bytes that are no UTF-8, become blanks and question marks. */
static void tame(char *text) {
  size_t length = strlen(text);
  for (size_t at = 0; at < length;) {
    size_t valid = at + utf8_valid_length(text + at, length - at);
    for (size_t i = at; i < valid; i++) {
      size_t control = text_control_length(text + i);
      if (control > 0) memset(text + i, ' ', control);
    }
    if (valid < length) text[valid++] = '?';
    at = valid;
  }
}

static bool append_quoted(struct buffer *out, const char *text) {
  bool fine = buffer_append(out, "\"", 1);
  for (; fine && *text; text++) {
    if (*text == '"' || *text == '\\') fine = buffer_append(out, "\\", 1);
    fine = fine && buffer_append(out, text, 1);
  }
  return fine && buffer_append(out, "\"", 1);
}

static void add_json(struct doctor *doctor, const struct doctor_about *about, const char *text,
                     const char *cure) {
  struct buffer *out = &doctor->json;
  bool fine = buffer_printf(out, "%s\n    {\"check\": \"%s\", \"level\": \"%s\", \"text\": ",
                            out->length > 0 ? "," : "", about->check, levels[about->level]) &&
              append_quoted(out, text);
  if (fine && *cure) fine = buffer_append_string(out, ", \"cure\": ") && append_quoted(out, cure);
  if (fine && about->level == DOCTOR_PROBLEM)
    fine = buffer_printf(out, ", \"exitCode\": %d", about->exit_code);
  if (!fine || !buffer_append(out, "}", 1)) fputs("loftyrun: out of memory\n", stderr);
}

static void say(struct doctor *doctor, const struct doctor_about *about, const char *text,
                const char *cure) {
  if (doctor->is_part) {
    fprintf(doctor->stream, "%c%d\t%s\t%d\t%s\t%s\n", DOCTOR_MARK, (int)about->level, about->check,
            about->exit_code, cure, text);
    fflush(doctor->stream);
    return;
  }
  if (!doctor_wants(doctor, about->check)) return;
  doctor->warnings += about->level == DOCTOR_WARNING;
  doctor->problems += about->level == DOCTOR_PROBLEM;
  if (about->level == DOCTOR_PROBLEM && doctor->exit_code == EXIT_DONE)
    doctor->exit_code = about->exit_code;
  if (doctor->options->json) {
    add_json(doctor, about, text, cure);
    return;
  }
  fprintf(doctor->stream, "%-8s %-14s %s\n", levels[about->level], about->check, text);
  if (*cure) fprintf(doctor->stream, "%*s %s\n", COLUMN - 4, "cure:", cure);
}

void doctor_say(struct doctor *doctor, struct doctor_about about, const char *format, ...) {
  char text[TEXT_SIZE], cure[TEXT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(cure, sizeof cure, "%s", about.cure ? about.cure : "");
  tame(text);
  tame(cure);
  say(doctor, &about, text, cure);
}

bool doctor_hear(struct doctor *doctor, char *line) {
  char *parts[5], *rest = line;
  for (int i = 0; i < 5; i++) {
    parts[i] = i < 4 ? strsep(&rest, "\t") : rest;
    if (!parts[i]) return false;
  }
  int level = atoi(parts[0]);
  if (level < DOCTOR_OK || level > DOCTOR_PROBLEM) return false;
  struct doctor_about about = {parts[1], (enum doctor_level)level, atoi(parts[2]), parts[3]};
  doctor_say(doctor, about, "%s", parts[4]);
  return true;
}

void doctor_end(struct doctor *doctor) {
  const struct buffer *json = &doctor->json;
  if (doctor->options->json)
    printf(
        "{\n  \"problems\": %u,\n  \"warnings\": %u,\n  \"exitCode\": %d,\n  \"checks\": [%s\n  "
        "]\n}\n",
        doctor->problems, doctor->warnings, doctor->exit_code, json->data ? json->data : "");
  else if (doctor->problems + doctor->warnings == 0)
    printf("nothing is wrong\n");
  else
    printf("%u problem%s, %u warning%s\n", doctor->problems, doctor->problems == 1 ? "" : "s",
           doctor->warnings, doctor->warnings == 1 ? "" : "s");
}
