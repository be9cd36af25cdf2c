/* GNU readline (version 8), loaded when somebody first types: linked, it would cost each start of
   the program, and a machine that only runs scripts does without it. Declared here is what
   line_editor.c uses; the library's manual says what each does. */
#ifndef CORE_READLINE_LIBRARY_H
#define CORE_READLINE_LIBRARY_H

#include <stdbool.h>
#include <stdio.h>

#include "failure.h"

struct readline_library {
  void *handle; /* NULL: not loaded */

  int (*initialize)(void);
  int (*variable_bind)(const char *name, const char *value);
  void (*callback_handler_install)(const char *prompt, void (*on_line)(char *line));
  void (*callback_read_char)(void);
  void (*callback_sigcleanup)(void);
  void (*callback_handler_remove)(void);
  void (*free_line_state)(void);
  int (*clear_visible_line)(void);
  int (*forced_update_display)(void);
  void (*redisplay)(void);
  void (*resize_terminal)(void);
  void (*prep_terminal)(int meta);
  void (*deprep_terminal)(void);
  void (*display_match_list)(char **matches, int count, int longest);
  int (*insert_text)(const char *text);
  int (*read_key)(void);
  void *(*keymap)(const char *name);
  int (*bind_keys)(const char *keys, int (*function)(int count, int key), void *keymap);
  void (*add_history)(const char *line);
  void (*stifle_history)(int most);

  char **line_buffer;
  int *point, *end, *done;
  int *catch_signals, *catch_window_changes;
  int *completion_over, *append_character, *query_items, *sort_matches;
  unsigned long *state;
  const char **name;
  char *(**word_break_hook)(void);
  char **(**complete)(const char *text, int start, int end);
  void (**display_matches)(char **matches, int count, int longest);
  void (**redisplay_function)(void);
  int (**startup_hook)(void);
};

/* Its bits of `state` while a line is searched for, or a macro or argument is typed. */
enum { READLINE_BUSY = 0x0000080 | 0x0000100 | 0x0000200 | 0x0000400 };

/* Loads it. False with NO_READLINE, whose message says what to install. */
bool readline_load(struct readline_library *library, struct failure *failure);

#endif
