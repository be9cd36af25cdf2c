#include "line_editor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "buffer.h"
#include "line_words.h"
#include "readline_library.h"

enum { MOST_REMEMBERED = 10000, HINT_LONGEST = 400 };

enum reading { READING_NOTHING, READING_LINE, READING_KEY };

struct line_editor {
  struct loop *loop;
  struct line_callbacks callbacks;
  struct readline_library library; /* not loaded where nobody sits there */
  enum reading reading;
  bool hidden, plain_terminal; /* one that only prints: TERM=dumb */
  struct termios before;       /* the terminal's state before a key is waited for */
  struct buffer input;         /* of what is no terminal: the beginning of a line */
  struct buffer pasted;        /* several lines, with what was typed around them */
  char prompt[64];
  char *text;                  /* to begin with, until it is typed */
  size_t word;                 /* where the one begins that was completed last */
  char hint[HINT_LONGEST * 4]; /* on the screen, below the line */
  int pipe[2];                 /* written by the handler of SIGWINCH and SIGTSTP */
  struct sigaction old_window, old_stop;
};

/* readline calls back without a context, and a signal handler has none either. */
static struct line_editor *active;

bool line_editor_is_interactive(void) { return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO); }

bool line_editor_size(int *columns, int *rows) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row > 0 ? size.ws_row : 24;
  return true;
}

/* The hint below the line */

/* The columns that the terminal's cursor needs for prompt and line, if they are plain; -1 where
   they are not, or do not fit on one row. */
static int row_length(const struct line_editor *editor, int until) {
  int columns, rows;
  if (!line_editor_size(&columns, &rows)) return -1;
  const char *line = *editor->library.line_buffer;
  for (int i = 0; i < *editor->library.end; i++)
    if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7E) return -1;
  int all = (int)strlen(editor->prompt) + *editor->library.end;
  return all < columns - 1 ? (int)strlen(editor->prompt) + until : -1;
}

static void draw_below(struct line_editor *editor, const char *text, int column) {
  /* Down, which scrolls where it has to, and up again: relative, so that scrolling does no harm. */
  printf("\n\r\033[2m%s\033[0m\033[K\033[A\r", text);
  if (column > 0) printf("\033[%dC", column);
  fflush(stdout);
  snprintf(editor->hint, sizeof editor->hint, "%s", text);
}

static void clear_hint(struct line_editor *editor) {
  if (!editor->hint[0]) return;
  int column = row_length(editor, *editor->library.point);
  if (column >= 0) draw_below(editor, "", column);
  editor->hint[0] = '\0';
}

/* At most so many characters of it as the row has columns. */
static void shorten(char *hint, int columns) {
  int count = 0;
  char *byte = hint;
  for (; *byte; byte++) {
    if (((unsigned char)*byte & 0xC0) == 0x80) continue;
    if (++count >= columns) break;
  }
  *byte = '\0';
}

static void show_hint(struct line_editor *editor) {
  struct readline_library *library = &editor->library;
  int column = row_length(editor, *library->point), columns = 0, rows = 0;
  if (editor->plain_terminal || (*library->state & READLINE_BUSY) || column < 0) {
    clear_hint(editor);
    return;
  }
  char *hint = editor->callbacks.hint(editor->callbacks.context, *library->line_buffer,
                                      (size_t)*library->point);
  if (!hint) {
    clear_hint(editor);
    return;
  }
  if (strlen(hint) > HINT_LONGEST) hint[HINT_LONGEST] = '\0';
  if (line_editor_size(&columns, &rows)) shorten(hint, columns);
  if (strcmp(hint, editor->hint) != 0) draw_below(editor, hint, column);
  free(hint);
}

static void redisplay(void) {
  active->library.redisplay();
  show_hint(active);
}

/* Completion */

/* Where the word begins is the caller's to say; readline is told by what it takes for a break. */
static char *break_at_nothing(void) {
  static char nothing[] = "";
  return nothing;
}

static char **complete(const char *text, int start, int end) {
  struct line_editor *editor = active;
  (void)text, (void)start;
  *editor->library.completion_over = 1;
  clear_hint(editor);
  const char *line = *editor->library.line_buffer;
  size_t from = (size_t)end;
  int closing = 0;
  char **words =
      editor->callbacks.complete(editor->callbacks.context, line, (size_t)end, &from, &closing);
  char **list = line_words_in_place(line, from, words);
  line_words_free(words);
  editor->word = from;
  *editor->library.append_character = closing;
  return list;
}

/* The words as a person looks for them: without what stands before them in the line. */
static void display_matches(char **matches, int count, int longest) {
  struct readline_library *library = &active->library;
  size_t shared = strlen(matches[0]);
  size_t cut = active->word < shared ? active->word : shared;
  for (int i = 0; i <= count; i++) matches[i] += cut;
  library->display_match_list(matches, count, longest - (int)cut);
  for (int i = 0; i <= count; i++) matches[i] -= cut;
  library->forced_update_display();
}

/* A line */

static void stop_watching(struct line_editor *editor) {
  loop_unwatch(editor->loop, STDIN_FILENO);
  if (editor->library.handle) {
    sigaction(SIGWINCH, &editor->old_window, NULL);
    sigaction(SIGTSTP, &editor->old_stop, NULL);
  }
}

static void end_line(struct line_editor *editor, enum line_end end, const char *line) {
  stop_watching(editor);
  editor->reading = READING_NOTHING;
  editor->hidden = false;
  editor->callbacks.on_line(editor->callbacks.context, end, line);
}

/* readline has gone to the next row, where the hint may stand. */
static void on_line(char *line) {
  struct line_editor *editor = active;
  editor->library.callback_handler_remove();
  if (editor->pasted.length > 0) {
    free(line);
    struct buffer pasted = editor->pasted;
    buffer_init(&editor->pasted, LINE_MOST);
    end_line(editor, LINE_PASTED, pasted.data);
    buffer_free(&pasted);
    return;
  }
  if (editor->hint[0]) fputs("\033[K", stdout);
  editor->hint[0] = '\0';
  if (!line) fputs("\n", stdout);
  fflush(stdout);
  end_line(editor, line ? LINE_READ : LINE_END_OF_INPUT, line);
  free(line);
}

static const char paste_begins[] = "\033[200~", paste_ends[] = "\033[201~";

static bool read_pasted(struct buffer *text) {
  size_t mark = sizeof paste_ends - 1;
  for (;;) {
    int key = active->library.read_key();
    char byte = (char)(key == '\r' ? '\n' : key);
    if (key < 0 || !buffer_append(text, &byte, 1)) return false;
    if (text->length < mark || memcmp(text->data + text->length - mark, paste_ends, mark) != 0)
      continue;
    text->length -= mark;
    text->data[text->length] = '\0';
    return true;
  }
}

/* What is pasted waits for Enter like what is typed. Several lines do so above the line that is
   edited: readline cannot draw what is higher than the screen. */
static int paste(int count, int key) {
  (void)count, (void)key;
  struct line_editor *editor = active;
  struct readline_library *library = &editor->library;
  struct buffer text;
  buffer_init(&text, LINE_MOST);
  if (!read_pasted(&text)) {
    buffer_free(&text);
    return 0;
  }
  if (!text.data || !strchr(text.data, '\n')) {
    if (text.data) library->insert_text(text.data);
    buffer_free(&text);
    return 0;
  }
  const char *line = *library->line_buffer;
  editor->pasted.length = 0;
  bool fine = buffer_append(&editor->pasted, line, (size_t)*library->point) &&
              buffer_append(&editor->pasted, text.data, text.length) &&
              buffer_append_string(&editor->pasted, line + *library->point);
  buffer_free(&text);
  if (!fine) editor->pasted.length = 0;
  if (!fine) return 0;
  clear_hint(editor);
  library->clear_visible_line();
  fflush(stdout);
  *library->done = 1;
  return 0;
}

static int type_text(void) {
  if (active->text) active->library.insert_text(active->text);
  free(active->text);
  active->text = NULL;
  return 0;
}

/* Whatever has come, so that what is pasted does not take a turn of the loop for each letter. */
static void on_terminal(void *context) {
  struct line_editor *editor = context;
  int waiting = 0;
  do {
    editor->library.callback_read_char();
  } while (editor->reading == READING_LINE && ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 &&
           waiting > 0);
}

static void on_signal(int number) {
  int saved = errno;
  char byte = (char)number;
  ssize_t ignored = write(active->pipe[1], &byte, 1);
  (void)ignored;
  errno = saved;
}

/* Ctrl-Z: the terminal is the shell's until we go on. */
static void stop_and_go_on(struct line_editor *editor) {
  line_editor_hide(editor);
  editor->library.deprep_terminal();
  raise(SIGSTOP);
  editor->library.prep_terminal(1);
  line_editor_show(editor);
}

/* Only its own way of drawing finds the line again on a screen of another size. */
static void resize(struct line_editor *editor) {
  struct readline_library *library = &editor->library;
  clear_hint(editor);
  *library->redisplay_function = library->redisplay;
  library->resize_terminal();
  *library->redisplay_function = redisplay;
  if (!editor->hidden) show_hint(editor);
}

static void on_pipe(void *context) {
  struct line_editor *editor = context;
  char byte;
  while (read(editor->pipe[0], &byte, 1) == 1) {
    if (editor->reading != READING_LINE || !editor->library.handle) continue;
    if (byte == SIGTSTP) stop_and_go_on(editor);
    if (byte == SIGWINCH) resize(editor);
  }
}

static void watch_signals(struct line_editor *editor) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGWINCH, &action, &editor->old_window);
  sigaction(SIGTSTP, &action, &editor->old_stop);
}

static void set_up(struct line_editor *editor) {
  struct readline_library *library = &editor->library;
  const char *terminal = getenv("TERM");
  editor->plain_terminal = !terminal || !*terminal || strcmp(terminal, "dumb") == 0;
  *library->name = "loftyrun"; /* $if in an inputrc */
  *library->catch_signals = 0;
  *library->catch_window_changes = 0;
  library->initialize();
  /* Both would wait for a key where they stand, and nothing would go on meanwhile. */
  *library->query_items = -1;
  library->variable_bind("page-completions", "off");
  *library->word_break_hook = break_at_nothing;
  *library->complete = complete;
  *library->display_matches = display_matches;
  *library->redisplay_function = redisplay;
  *library->startup_hook = type_text;
  library->stifle_history(MOST_REMEMBERED);
  static const char *const keymaps[] = {"emacs", "vi-insert"};
  for (size_t i = 0; i < sizeof keymaps / sizeof *keymaps; i++)
    library->bind_keys(paste_begins, paste, library->keymap(keymaps[i]));
}

/* What is no terminal */

static void give_line(struct line_editor *editor, enum line_end end) {
  struct buffer line = editor->input;
  buffer_init(&editor->input, LINE_MOST);
  end_line(editor, end, end == LINE_READ ? (line.data ? line.data : "") : NULL);
  buffer_free(&line);
}

/* A byte at a time, as a shell reads: what comes behind the line is for whoever reads next, which
   may be what the line runs. */
static void on_input(void *context) {
  struct line_editor *editor = context;
  int waiting = 0;
  do {
    char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0 && editor->input.length == 0)
      return end_line(editor, LINE_UNREADABLE, strerror(errno));
    if (count <= 0)
      return give_line(editor, editor->input.length > 0 ? LINE_READ : LINE_END_OF_INPUT);
    if (byte == '\n') return give_line(editor, LINE_READ);
    if (!buffer_append(&editor->input, &byte, 1)) return give_line(editor, LINE_TOO_LONG);
  } while (ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0);
}

/* A key */

static void end_key(struct line_editor *editor, int key) {
  tcsetattr(STDIN_FILENO, TCSADRAIN, &editor->before);
  loop_unwatch(editor->loop, STDIN_FILENO);
  editor->reading = READING_NOTHING;
  editor->callbacks.on_key(editor->callbacks.context, key);
}

static void on_key(void *context) {
  unsigned char key = 0;
  ssize_t count = read(STDIN_FILENO, &key, 1);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  end_key(context, count == 1 ? key : 0);
}

bool line_editor_read_key(struct line_editor *editor) {
  if (tcgetattr(STDIN_FILENO, &editor->before) != 0) return false;
  struct termios raw = editor->before;
  raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (!loop_watch(editor->loop, STDIN_FILENO, on_key, editor)) return false;
  fflush(stdout);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  editor->reading = READING_KEY;
  return true;
}

/* All of it */

struct line_editor *line_editor_new(struct loop *loop, const struct line_callbacks *callbacks,
                                    struct failure *failure) {
  struct line_editor *editor = calloc(1, sizeof *editor);
  if (!editor) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  editor->loop = loop;
  editor->callbacks = *callbacks;
  buffer_init(&editor->input, LINE_MOST);
  buffer_init(&editor->pasted, LINE_MOST);
  if (pipe2(editor->pipe, O_CLOEXEC | O_NONBLOCK) != 0 ||
      !loop_watch(loop, editor->pipe[0], on_pipe, editor)) {
    failure_set(failure, "OUT_OF_DESCRIPTORS", "too many open descriptors");
    free(editor);
    return NULL;
  }
  active = editor;
  if (line_editor_is_interactive()) {
    if (!readline_load(&editor->library, failure)) {
      editor->library.handle = NULL;
      line_editor_free(editor);
      return NULL;
    }
    set_up(editor);
  } else {
    setvbuf(stdin, NULL, _IONBF, 0); /* who reads there by io.read takes no line of ours */
  }
  return editor;
}

void line_editor_free(struct line_editor *editor) {
  if (!editor) return;
  if (editor->reading == READING_LINE && editor->library.handle) {
    line_editor_hide(editor);
    editor->library.callback_handler_remove();
  }
  if (editor->reading == READING_KEY) tcsetattr(STDIN_FILENO, TCSADRAIN, &editor->before);
  if (editor->reading == READING_LINE) stop_watching(editor);
  if (editor->reading == READING_KEY) loop_unwatch(editor->loop, STDIN_FILENO);
  loop_unwatch(editor->loop, editor->pipe[0]);
  close(editor->pipe[0]);
  close(editor->pipe[1]);
  buffer_free(&editor->input);
  buffer_free(&editor->pasted);
  free(editor->text);
  free(editor);
  active = NULL;
}

bool line_editor_read(struct line_editor *editor, const char *prompt, const char *text) {
  if (!editor->library.handle) {
    if (!loop_watch(editor->loop, STDIN_FILENO, on_input, editor)) return false;
    editor->reading = READING_LINE;
    return true;
  }
  if (!loop_watch(editor->loop, STDIN_FILENO, on_terminal, editor)) return false;
  snprintf(editor->prompt, sizeof editor->prompt, "%s", prompt);
  free(editor->text);
  editor->text = text ? strdup(text) : NULL;
  editor->reading = READING_LINE;
  editor->hint[0] = '\0';
  fflush(stdout);
  watch_signals(editor);
  editor->library.callback_handler_install(editor->prompt, on_line);
  return true;
}

bool line_editor_interrupt(struct line_editor *editor) {
  if (editor->reading == READING_KEY) {
    end_key(editor, 0);
    return true;
  }
  if (editor->reading != READING_LINE) return false;
  if (editor->library.handle) {
    clear_hint(editor);
    *editor->library.point = *editor->library.end;
    editor->library.redisplay();
    fputs("^C", stdout);
    editor->library.callback_sigcleanup();
    editor->library.free_line_state();
    editor->library.callback_handler_remove(); /* which goes to the row's beginning */
    fputs("\n", stdout);
    fflush(stdout);
  }
  end_line(editor, LINE_INTERRUPTED, NULL);
  return true;
}

bool line_editor_is_reading(const struct line_editor *editor) {
  return editor && editor->reading != READING_NOTHING;
}

void line_editor_hide(struct line_editor *editor) {
  if (!editor || !editor->library.handle || editor->reading != READING_LINE || editor->hidden)
    return;
  editor->hidden = true;
  editor->library.clear_visible_line();
  if (!editor->plain_terminal) fputs("\033[J", stdout);
  editor->hint[0] = '\0';
  fflush(stdout);
}

void line_editor_show(struct line_editor *editor) {
  if (!editor || !editor->hidden || editor->reading != READING_LINE) return;
  editor->hidden = false;
  /* On a terminal only the beginning of a line is still held back. */
  if (__fpending(stdout) > 0) fputs("\n", stdout);
  fflush(stdout);
  editor->library.forced_update_display();
}

void line_editor_remember(struct line_editor *editor, const char *entry) {
  if (editor->library.handle) editor->library.add_history(entry);
}
