#include "readline_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const char *const files[] = {"libreadline.so.8", "libreadline.8.dylib", NULL};

/* What is looked up, and the member that it goes to; all of them are pointers of one size. */
static const struct {
  const char *name;
  size_t member;
} symbols[] = {
#define SYMBOL(name, member) \
  { name, offsetof(struct readline_library, member) }
    SYMBOL("rl_initialize", initialize),
    SYMBOL("rl_variable_bind", variable_bind),
    SYMBOL("rl_callback_handler_install", callback_handler_install),
    SYMBOL("rl_callback_read_char", callback_read_char),
    SYMBOL("rl_callback_sigcleanup", callback_sigcleanup),
    SYMBOL("rl_callback_handler_remove", callback_handler_remove),
    SYMBOL("rl_free_line_state", free_line_state),
    SYMBOL("rl_clear_visible_line", clear_visible_line),
    SYMBOL("rl_forced_update_display", forced_update_display),
    SYMBOL("rl_redisplay", redisplay),
    SYMBOL("rl_resize_terminal", resize_terminal),
    SYMBOL("rl_prep_terminal", prep_terminal),
    SYMBOL("rl_deprep_terminal", deprep_terminal),
    SYMBOL("rl_display_match_list", display_match_list),
    SYMBOL("rl_insert_text", insert_text),
    SYMBOL("rl_read_key", read_key),
    SYMBOL("rl_get_keymap_by_name", keymap),
    SYMBOL("rl_bind_keyseq_in_map", bind_keys),
    SYMBOL("add_history", add_history),
    SYMBOL("stifle_history", stifle_history),
    SYMBOL("rl_line_buffer", line_buffer),
    SYMBOL("rl_point", point),
    SYMBOL("rl_end", end),
    SYMBOL("rl_done", done),
    SYMBOL("rl_catch_signals", catch_signals),
    SYMBOL("rl_catch_sigwinch", catch_window_changes),
    SYMBOL("rl_attempted_completion_over", completion_over),
    SYMBOL("rl_completion_append_character", append_character),
    SYMBOL("rl_completion_query_items", query_items),
    SYMBOL("rl_sort_completion_matches", sort_matches),
    SYMBOL("rl_readline_state", state),
    SYMBOL("rl_readline_name", name),
    SYMBOL("rl_completion_word_break_hook", word_break_hook),
    SYMBOL("rl_attempted_completion_function", complete),
    SYMBOL("rl_completion_display_matches_hook", display_matches),
    SYMBOL("rl_redisplay_function", redisplay_function),
    SYMBOL("rl_startup_hook", startup_hook),
#undef SYMBOL
};

bool readline_load(struct readline_library *library, struct failure *failure) {
  for (const char *const *file = files; *file && !library->handle; file++)
    library->handle = dlopen(*file, RTLD_NOW | RTLD_LOCAL);
  if (!library->handle)
    return failure_set(failure, "NO_READLINE",
                       "the prompt needs GNU readline 8, which is not on this machine: install "
                       "libreadline8 (Debian), readline (Fedora, Arch, Alpine, Homebrew)");
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *found = dlsym(library->handle, symbols[i].name);
    if (!found)
      return failure_set(failure, "NO_READLINE",
                         "the readline on this machine has no %s: GNU readline 8 is needed",
                         symbols[i].name);
    memcpy((char *)library + symbols[i].member, &found, sizeof found);
  }
  return true;
}
