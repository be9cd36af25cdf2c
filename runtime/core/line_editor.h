/* What a person types: a line at a time, edited with GNU readline while the event loop goes on, or,
   where standard input is no terminal, simply the lines of it. There is one of them, because
   readline keeps its state by itself. */
#ifndef CORE_LINE_EDITOR_H
#define CORE_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"
#include "loop.h"

struct line_editor;

enum line_end {
  LINE_READ,
  LINE_END_OF_INPUT,
  LINE_INTERRUPTED,
  LINE_TOO_LONG,
  LINE_PASTED, /* several at once; the last of them is not finished */
  LINE_UNREADABLE
};

enum { LINE_MOST = 4 * 1024 * 1024 }; /* bytes that are pasted, or of a line from a file */

/* Called inside loop_step; none of them may wait. */
struct line_callbacks {
  void *context;
  /* What was typed. `line` is gone afterwards; NULL but for LINE_READ, LINE_PASTED and
     LINE_UNREADABLE, for which it is why. */
  void (*on_line)(void *context, enum line_end end, const char *line);
  /* A key that line_editor_read_key waited for; 0 where it was interrupted or the input ended. */
  void (*on_key)(void *context, int key);
  /* What the word that ends at `cursor` may become, and where in the line it begins: an array of
     strings that ends with NULL, all of it from malloc; NULL: nothing. `*closing` is put behind the
     only one. */
  char **(*complete)(void *context, const char *line, size_t cursor, size_t *start, int *closing);
  /* Half a line that helps with what is typed, from malloc, or NULL. */
  char *(*hint)(void *context, const char *line, size_t cursor);
};

/* Whether both standard input and output are terminals. */
bool line_editor_is_interactive(void);

/* Gets ready to read; loads readline where that is interactive. NULL with NO_READLINE,
   OUT_OF_MEMORY or OUT_OF_DESCRIPTORS. */
struct line_editor *line_editor_new(struct loop *loop, const struct line_callbacks *callbacks,
                                    struct failure *failure);

/* Puts the terminal back as it was. NULL is fine. */
void line_editor_free(struct line_editor *editor);

/* Begins to read a line; on_line tells of it. `text` is typed already; NULL: nothing is. False when
   there are too many watched descriptors. */
bool line_editor_read(struct line_editor *editor, const char *prompt, const char *text);

/* Begins to wait for one key, without a line's end; what was typed before does not count. */
bool line_editor_read_key(struct line_editor *editor);

/* Gives up what is being read: LINE_INTERRUPTED, or the key 0. False when nothing is. */
bool line_editor_interrupt(struct line_editor *editor);

/* Whether a line, or a key, is being read. */
bool line_editor_is_reading(const struct line_editor *editor);

/* Takes what is being edited off the screen before somebody else writes there, and puts it back
   behind what was written. NULL is fine. */
void line_editor_hide(struct line_editor *editor);
void line_editor_show(struct line_editor *editor);

/* Adds to what the arrow keys and the search find. */
void line_editor_remember(struct line_editor *editor, const char *entry);

/* Columns and rows of the terminal; false where standard output is none. */
bool line_editor_size(int *columns, int *rows);

#endif
