/* Log lines on standard error, as text for people and mails or as JSON for collectors. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log {
  FILE *stream;
  enum log_level level; /* the lowest that is written */
  enum log_format format;
  /* What the lines are about: in JSON as "script", "job" and "run", with numbers_text the run also
     in text, as run=12. */
  const char *script, *job; /* or NULL */
  bool numbers_text;
  int64_t (*number)(void *context); /* the run's number in the history, 0: none; or NULL */
  void *context;
};

struct log_field {
  const char *name;
  const char *value;
  bool bare; /* a number or boolean: JSON writes it without quotes */
};

/* Writes one line: UTC time, level, message, fields. Line breaks and control characters inside are
   escaped, so that a line stays a line. Bytes are written as UTF-8; the caller sees to that. */
void log_write(const struct log *log, enum log_level level, const char *message,
               const struct log_field *fields, size_t count);

/* Writes text as it is, with a line end, whatever the log's level; as the message of one line of
   that level where lines are JSON. */
void log_text(const struct log *log, enum log_level level, const char *text);

/* "debug", "info", "warn", "error"; false for any other name. */
bool log_level_parse(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);

/* "text", "json"; false for any other name. */
bool log_format_parse(const char *name, enum log_format *format);
const char *log_format_name(enum log_format format);

#endif
