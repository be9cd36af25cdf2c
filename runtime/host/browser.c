#include "browser.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/buffer.h"
#include "../core/config.h"

enum { MOST_WORDS = 32, COMMAND_MAXIMUM = 64 * 1024 };

/* Away from our terminal and our signals. */
static bool prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes) {
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGPIPE);
  return posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
         posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
         posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
         posix_spawnattr_setsigmask(attributes, &none) == 0 &&
         posix_spawnattr_setsigdefault(attributes, &defaults) == 0 &&
         posix_spawnattr_setflags(
             attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static bool start(char **words) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&files) != 0) return false;
  bool started = false;
  if (posix_spawnattr_init(&attributes) == 0) {
    pid_t child;
    started = prepare(&files, &attributes) &&
              posix_spawnp(&child, words[0], &files, &attributes, words, environ) == 0;
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&files);
  return started;
}

/* Appends a word of a command as a string of its own, the address in the place of each %s; `*found`
   tells that there was one. */
static bool add_word(struct buffer *out, const char *word, size_t length, const char *url,
                     bool *found) {
  for (size_t i = 0; i < length; i++) {
    bool here = word[i] == '%' && i + 1 < length && word[i + 1] == 's';
    if (here ? !buffer_append_string(out, url) : !buffer_append(out, word + i, 1)) return false;
    if (!here) continue;
    *found = true;
    i++;
  }
  return buffer_append(out, "", 1);
}

/* Runs a command of blank-separated words; without a %s the address is its last word. */
static bool run(const char *command, size_t length, const char *url) {
  struct buffer text;
  char *words[MOST_WORDS + 2];
  size_t count = 0;
  bool found = false;
  bool fine = true;
  buffer_init(&text, COMMAND_MAXIMUM);
  for (size_t at = 0; fine && at < length;) {
    size_t word = strcspn(command + at, " \t:");
    if (word > 0) fine = count++ < MOST_WORDS && add_word(&text, command + at, word, url, &found);
    at += word + 1;
  }
  if (fine && count > 0 && !found) {
    fine = add_word(&text, "%s", 2, url, &found);
    count++;
  }
  /* The strings lie one behind the other, and do not move any more. */
  char *at = text.data;
  for (size_t i = 0; fine && i < count; i++) {
    words[i] = at;
    at += strlen(at) + 1;
  }
  words[fine ? count : 0] = NULL;
  bool started = fine && count > 0 && start(words);
  buffer_free(&text);
  return started;
}

bool browser_open(const char *url) {
  const char *commands = config_variable("BROWSER");
#ifdef __APPLE__
  if (!commands) commands = "open";
#else
  /* Without a display it would start one for the terminal, which is ours. */
  if (!commands && (config_variable("DISPLAY") || config_variable("WAYLAND_DISPLAY")))
    commands = "xdg-open";
#endif
  while (commands && *commands) {
    size_t length = strcspn(commands, ":");
    if (length > 0 && run(commands, length, url)) return true;
    commands += length + (commands[length] == ':');
  }
  return false;
}
