#include "log.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "buffer.h"
#include "text.h"
#include "utf8.h"

enum { LINE_MAXIMUM = 64 * 1024 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

bool log_level_parse(const char *name, enum log_level *level) {
  for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
    if (strcmp(name, level_names[i]) != 0) continue;
    *level = (enum log_level)i;
    return true;
  }
  return false;
}

const char *log_level_name(enum log_level level) { return level_names[level]; }

bool log_format_parse(const char *name, enum log_format *format) {
  if (strcmp(name, "text") == 0)
    *format = LOG_FORMAT_TEXT;
  else if (strcmp(name, "json") == 0)
    *format = LOG_FORMAT_JSON;
  else
    return false;
  return true;
}

const char *log_format_name(enum log_format format) {
  return format == LOG_FORMAT_JSON ? "json" : "text";
}

/* The bytes of the character at the beginning; 0 where that is not UTF-8. */
static size_t character_length(const char *text) {
  unsigned char first = (unsigned char)*text;
  size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  bool whole = strnlen(text, length) == length && utf8_valid_length(text, length) == length;
  return whole ? length : 0;
}

/* The inside of a JSON string (RFC 8259, section 7); text lines use the same escapes. What is not
   UTF-8, as a file's name may be, becomes U+FFFD, or whoever reads the lines could not. */
static bool append_escaped(struct buffer *line, const char *text, bool quotes) {
  bool fine = true;
  for (const char *from = text; *from && fine;) {
    size_t control = text_control_length(from), length = character_length(from);
    if (*from == '\n')
      fine = buffer_append_string(line, "\\n");
    else if (control > 0)
      fine = buffer_printf(line, "\\u%04x", (unsigned char)from[control - 1]);
    else if (quotes && (*from == '"' || *from == '\\'))
      fine = buffer_printf(line, "\\%c", *from);
    else
      fine = length > 0 ? buffer_append(line, from, length)
                        : buffer_append_string(line, "\xEF\xBF\xBD");
    from += length > 0 ? length : 1;
  }
  return fine;
}

static bool append_quoted(struct buffer *line, const char *text) {
  return buffer_append(line, "\"", 1) && append_escaped(line, text, true) &&
         buffer_append(line, "\"", 1);
}

/* What a line is about, besides what it says. */
struct origin {
  const char *time;
  enum log_level level;
  const struct log *log;
  int64_t run;
};

static bool has_field(const struct log_field *fields, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(fields[i].name, name) == 0) return true;
  return false;
}

/* A field of the line's own comes before one of ours that has its name. */
static bool append_origin(struct buffer *line, const struct origin *origin,
                          const struct log_field *fields, size_t count) {
  const char *const values[] = {origin->log->script, origin->log->job};
  static const char *const names[] = {"script", "job"};
  bool fine = origin->run == 0 || has_field(fields, count, "run") ||
              buffer_printf(line, ",\"run\":%" PRId64, origin->run);
  for (size_t i = 0; fine && i < sizeof values / sizeof *values; i++)
    fine = !values[i] || has_field(fields, count, names[i]) ||
           (buffer_printf(line, ",\"%s\":", names[i]) && append_quoted(line, values[i]));
  return fine;
}

static bool append_json(struct buffer *line, const struct origin *origin, const char *message,
                        const struct log_field *fields, size_t count) {
  bool fine = buffer_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", origin->time,
                            level_names[origin->level]) &&
              append_quoted(line, message) && append_origin(line, origin, fields, count);
  for (size_t i = 0; i < count && fine; i++) {
    fine = buffer_append(line, ",", 1) && append_quoted(line, fields[i].name) &&
           buffer_append(line, ":", 1) &&
           (fields[i].bare ? buffer_append_string(line, fields[i].value)
                           : append_quoted(line, fields[i].value));
  }
  return fine && buffer_append(line, "}", 1);
}

static bool append_text(struct buffer *line, const struct origin *origin, const char *message,
                        const struct log_field *fields, size_t count) {
  bool fine = buffer_printf(line, "%s %-5s ", origin->time, level_names[origin->level]) &&
              append_escaped(line, message, false);
  for (size_t i = 0; i < count && fine; i++) {
    const char *value = fields[i].value;
    bool plain = *value && !strpbrk(value, " \"\\=\n\t");
    fine = buffer_append(line, " ", 1) && append_escaped(line, fields[i].name, false) &&
           buffer_append(line, "=", 1) &&
           (plain ? append_escaped(line, value, false) : append_quoted(line, value));
  }
  if (fine && origin->run && origin->log->numbers_text && !has_field(fields, count, "run"))
    fine = buffer_printf(line, " run=%" PRId64, origin->run);
  return fine;
}

void log_write(const struct log *log, enum log_level level, const char *message,
               const struct log_field *fields, size_t count) {
  if (level < log->level) return;
  time_t now = time(NULL);
  struct tm utc;
  char stamp[32] = "";
  if (gmtime_r(&now, &utc)) strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
  const struct origin origin = {.time = stamp,
                                .level = level,
                                .log = log,
                                .run = log->number ? log->number(log->context) : 0};
  struct buffer line;
  buffer_init(&line, LINE_MAXIMUM);
  bool fine = log->format == LOG_FORMAT_JSON ? append_json(&line, &origin, message, fields, count)
                                             : append_text(&line, &origin, message, fields, count);
  /* A line that does not fit is written without its fields rather than cut or dropped. */
  if (!fine) {
    line.length = 0;
    fine = log->format == LOG_FORMAT_JSON
               ? append_json(&line, &origin, "a log line was too long", NULL, 0)
               : append_text(&line, &origin, "a log line was too long", NULL, 0);
  }
  /* So that both streams, sent to one file, keep the order in which things happened. */
  if (log->stream == stderr) fflush(stdout);
  if (fine && buffer_append(&line, "\n", 1)) fwrite(line.data, 1, line.length, log->stream);
  buffer_free(&line);
}

void log_text(const struct log *log, enum log_level level, const char *text) {
  if (log->format == LOG_FORMAT_JSON) {
    struct log all = *log;
    all.level = LOG_LEVEL_DEBUG;
    log_write(&all, level, text, NULL, 0);
    return;
  }
  if (log->stream == stderr) fflush(stdout);
  fprintf(log->stream, "%s\n", text);
}
