#include "prompt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool prompt_is_person(void) { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

/* Half an address would be taken for a whole one: what is too long comes as something else. */
static void take(struct prompt *prompt, char byte) {
  if (byte != '\n') {
    if (prompt->length + 1 < sizeof prompt->line)
      prompt->line[prompt->length++] = byte;
    else
      prompt->overlong = true;
    return;
  }
  if (prompt->overlong) prompt->length = 1;
  prompt->line[prompt->length] = '\0';
  if (prompt->overlong) prompt->line[0] = '?';
  prompt->length = 0;
  prompt->overlong = false;
  prompt->on_line(prompt->context, prompt->line);
}

static void on_readable(void *context) {
  struct prompt *prompt = context;
  char bytes[1024];
  ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  for (ssize_t i = 0; i < count && prompt->running; i++) take(prompt, bytes[i]);
  if (count <= 0 && prompt->running) {
    if (prompt->length > 0) take(prompt, '\n');
    bool running = prompt->running;
    prompt_stop(prompt);
    if (running) prompt->on_line(prompt->context, NULL);
  }
  explicit_bzero(bytes, sizeof bytes);
}

bool prompt_start(struct prompt *prompt, struct loop *loop, prompt_line_fn *on_line,
                  void *context) {
  *prompt = (struct prompt){.loop = loop, .on_line = on_line, .context = context};
  prompt->running = loop_watch(loop, STDIN_FILENO, on_readable, prompt);
  return prompt->running;
}

void prompt_stop(struct prompt *prompt) {
  if (prompt->running) loop_unwatch(prompt->loop, STDIN_FILENO);
  prompt->running = false;
  explicit_bzero(prompt->line, sizeof prompt->line);
}
