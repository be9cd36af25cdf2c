#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "loop.h"

enum { USUAL_COLUMNS = 80, OUT_OF_DATE_MS = 60 * 1000 };

/* ECMA-48 and what terminals have in common: one line down, and up again, so that there is one;
   cursor kept, line down, its beginning; the rest of the line erased, cursor as it was. */
#define INTO_LINE_BELOW "\033D\033M\0337\033D\r"
#define BACK "\033[K\0338"

int progress_columns(void) {
  struct winsize size;
  const char *terminal = getenv("TERM");
  if (!isatty(STDERR_FILENO) || !terminal || !*terminal || strcmp(terminal, "dumb") == 0) return 0;
  bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : USUAL_COLUMNS;
}

void progress_set(struct progress *progress, const char *text) {
  snprintf(progress->text, sizeof progress->text, "%s", text ? text : "");
  progress->since = loop_now();
}

static void put(const char *text) {
  char line[PROGRESS_MOST + 32];
  int length = snprintf(line, sizeof line, INTO_LINE_BELOW "%s" BACK, text);
  /* Where it cannot be written nobody misses it. */
  ssize_t ignored = write(STDERR_FILENO, line, (size_t)length);
  (void)ignored;
}

void progress_show(struct progress *progress) {
  if (!progress || progress->shown || !progress->text[0]) return;
  if (loop_now() - progress->since > OUT_OF_DATE_MS) return;
  fflush(stdout); /* the cursor is to be behind what was printed */
  put(progress->text);
  progress->shown = true;
}

void progress_hide(struct progress *progress) {
  if (!progress || !progress->shown) return;
  put("");
  progress->shown = false;
}
