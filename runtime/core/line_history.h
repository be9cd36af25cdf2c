/* What was typed in earlier sessions: a file (0600) of one entry a line, newest last, in which \n
   and
   \\ stand for a line's end and a backslash. Each entry is appended as it is typed, by one write
   under a lock, so that sessions at the same time lose nothing of each other; a file that has grown
   beyond a bound loses its older half. Failures are those of folder.h. */
#ifndef CORE_LINE_HISTORY_H
#define CORE_LINE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "failure.h"

enum { LINE_HISTORY_MOST = 1024 * 1024, LINE_HISTORY_ENTRY_MOST = 16 * 1024 };

/* Reads the file into `text`, which the caller frees; empty where there is none. */
bool line_history_read(const char *path, struct buffer *text, struct failure *failure);

/* Calls `function` with each entry of a text that was read, oldest first, until it says false. The
   text is of no use afterwards. */
typedef bool line_history_fn(void *context, const char *entry, size_t length);
void line_history_each(struct buffer *text, line_history_fn *function, void *context);

/* Appends an entry; one that is empty or longer than LINE_HISTORY_ENTRY_MOST is passed over. */
bool line_history_append(const char *path, const char *entry, size_t length,
                         struct failure *failure);

#endif
