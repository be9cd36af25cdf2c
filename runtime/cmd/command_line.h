/* A command line that grows, for those who start loftyrun later: cron and systemd. */
#ifndef CMD_COMMAND_LINE_H
#define CMD_COMMAND_LINE_H

#include <stdbool.h>

#include "../core/buffer.h"

struct command_line {
  struct buffer text; /* the words, each followed by a NUL */
  char **words;       /* once they are asked for */
  bool failed;
};

void command_line_init(struct command_line *line);

/* Adds a word, NULL being a failure; the path of this program's file; a path from the root, with
   symbolic links left as they are: they may be how a script is replaced. What fails shows at the
   end. */
void command_line_add(struct command_line *line, const char *word);
void command_line_add_lines(struct command_line *line, const char *lines); /* each a word */
void command_line_add_program(struct command_line *line);
void command_line_add_path(struct command_line *line, const char *path);

/* Adds --NAME=VALUE; --NAME where `value` is NULL. With `is_path` the value is told as above. */
void command_line_add_option(struct command_line *line, const char *name, const char *value,
                             bool is_path);

/* All words, with a NULL behind them; NULL where one of them could not be told, or memory ran out.
   They live as long as the line. */
char *const *command_line_words(struct command_line *line);

/* Idempotent. */
void command_line_free(struct command_line *line);

#endif
