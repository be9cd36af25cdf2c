/* What a person types while the loop runs: lines of standard input, taken as they come. */
#ifndef HOST_PROMPT_H
#define HOST_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/loop.h"

enum { PROMPT_LINE = 8192 };

/* Called inside loop_step with each line, without its end; it may be changed. One longer than
   PROMPT_LINE comes as "?". NULL: there are no more, and the prompt has stopped. */
typedef void prompt_line_fn(void *context, char *line);

/* All zero until it is started. */
struct prompt {
  struct loop *loop;
  prompt_line_fn *on_line;
  void *context;
  size_t length;
  bool running;
  bool overlong; /* the rest of a line that has no room */
  char line[PROMPT_LINE];
};

/* Whether somebody could answer: standard input and standard error are a terminal. */
bool prompt_is_person(void);

/* Reads from now on. False where the loop has no room. */
bool prompt_start(struct prompt *prompt, struct loop *loop, prompt_line_fn *on_line, void *context);

/* Reads no more, and overwrites what it has read. Idempotent. */
void prompt_stop(struct prompt *prompt);

#endif
