#include "test.h"

#include <stdlib.h>

#include "core/log.h"

/* What log_write wrote, without the time and the line end. */
static char *written(enum log_format format, enum log_level least, enum log_level level,
                     const char *message, const struct log_field *fields, size_t count) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  struct log log = {.stream = stream, .level = least, .format = format};
  log_write(&log, level, message, fields, count);
  fclose(stream);
  size_t skip = format == LOG_FORMAT_JSON ? strlen("{\"time\":\"2026-01-01T00:00:00Z\",")
                                          : strlen("2026-01-01T00:00:00Z ");
  if (size > skip) {
    CHECK(text[size - 1] == '\n');
    text[size - 1] = '\0';
    memmove(text, text + skip, size - skip);
  }
  return text;
}

static const struct log_field fields[] = {
    {"task", "651095960136641", true}, {"name", "O\"Hara\nand co", false}, {"empty", "", false}};

static const struct {
  enum log_format format;
  const char *message;
  size_t count;
  const char *line;
} rows[] = {{LOG_FORMAT_TEXT, "left alone", 0, "info  left alone"},
            {LOG_FORMAT_TEXT, "left alone", 1, "info  left alone task=651095960136641"},
            {LOG_FORMAT_TEXT, "a\nb\tc", 0, "info  a\\nb\\u0009c"},
            {LOG_FORMAT_TEXT, "x", 3,
             "info  x task=651095960136641 name=\"O\\\"Hara\\nand co\" empty=\"\""},
            {LOG_FORMAT_JSON, "left \"alone\"\x1b[0m", 0,
             "\"level\":\"info\",\"message\":\"left \\\"alone\\\"\\u001b[0m\"}"},
            {LOG_FORMAT_JSON, "x", 2,
             "\"level\":\"info\",\"message\":\"x\",\"task\":651095960136641,"
             "\"name\":\"O\\\"Hara\\nand co\"}"}};

static int64_t twelve(void *context) {
  (void)context;
  return 12;
}

/* What a line says of the run that it is of. */
static void test_origin(enum log_format format, bool numbers_text, const char *expected) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  const struct log_field own[] = {{"a", "1", true}};
  struct log log = {.stream = stream,
                    .format = format,
                    .script = "x \"y\".lua",
                    .job = "nightly",
                    .numbers_text = numbers_text,
                    .number = twelve};
  log_write(&log, LOG_LEVEL_INFO, "m", own, 1);
  fclose(stream);
  CHECK(text && strstr(text, expected));
  free(text);
}

int main(void) {
  TEST("a line in JSON says run, script and job");
  test_origin(
      LOG_FORMAT_JSON, false,
      "\"message\":\"m\",\"run\":12,\"script\":\"x \\\"y\\\".lua\",\"job\":\"nightly\",\"a\":1}");
  TEST("a line of text says the run where that is wanted");
  test_origin(LOG_FORMAT_TEXT, true, " info  m a=1 run=12\n");
  test_origin(LOG_FORMAT_TEXT, false, " info  m a=1\n");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    TEST("line %zu", i);
    char *line = written(rows[i].format, LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, rows[i].message, fields,
                         rows[i].count);
    CHECK_STR(line, rows[i].line);
    free(line);
  }
  for (int least = LOG_LEVEL_DEBUG; least <= LOG_LEVEL_ERROR; least++) {
    for (int level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_ERROR; level++) {
      TEST("level %s where %s is the least", log_level_name((enum log_level)level),
           log_level_name((enum log_level)least));
      char *line =
          written(LOG_FORMAT_TEXT, (enum log_level)least, (enum log_level)level, "m", NULL, 0);
      CHECK((*line != '\0') == (level >= least));
      free(line);
    }
  }
  TEST("a line that is too long is not dropped");
  char *huge = malloc(100000);
  memset(huge, 'x', 99999);
  huge[99999] = '\0';
  char *line = written(LOG_FORMAT_JSON, LOG_LEVEL_INFO, LOG_LEVEL_ERROR, huge, NULL, 0);
  CHECK_STR(line, "\"level\":\"error\",\"message\":\"a log line was too long\"}");
  free(line);
  free(huge);
  TEST("names of levels and formats");
  enum log_level level;
  enum log_format format;
  CHECK(log_level_parse("warn", &level) && level == LOG_LEVEL_WARN);
  CHECK(!log_level_parse("WARN", &level));
  CHECK(!log_level_parse("", &level));
  CHECK(log_format_parse("json", &format) && format == LOG_FORMAT_JSON);
  CHECK(!log_format_parse("xml", &format));
  return test_finish();
}
