/* loftyrun state: looking after the file that outlives the runs. */
#include <stdio.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/folder.h"
#include "../core/store.h"
#include "cmd.h"

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return folder_exit_code(failure);
}

static int check(struct store *store) {
  struct failure failure;
  if (!store_check(store, &failure)) return say(&failure);
  printf("%s: nothing is wrong with it\n", store_path(store));
  return EXIT_DONE;
}

static int backup(struct store *store, const char *path) {
  struct failure failure;
  return store_backup(store, path, &failure) ? EXIT_DONE : say(&failure);
}

static int nothing_there(const char *folder, bool is_check) {
  if (is_check)
    printf("%s: nothing has been kept there yet\n", folder);
  else
    fprintf(stderr, "loftyrun: %s: nothing has been kept there yet\n", folder);
  return is_check ? EXIT_DONE : EXIT_CONFIG;
}

static int run(const struct options *options, char **words) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  struct store *store;
  const char *folder = options->state;
  bool is_check = words[0] && strcmp(words[0], "check") == 0 && !words[1];
  bool is_backup = words[0] && strcmp(words[0], "backup") == 0 && words[1] && !words[2];
  if (!is_check && !is_backup)
    return command_usage_error(&command_state, "say what is to be done: check, or backup FILE");
  if (!folder) {
    if (!folder_default(path, sizeof path, &failure)) return say(&failure);
    folder = path;
  }
  if (!store_exists(folder)) return nothing_there(folder, is_check);
  if (!store_open(folder, &store, &failure)) return say(&failure);
  int exit_code = is_check ? check(store) : backup(store, words[1]);
  store_close(store);
  return exit_code;
}

const struct command command_state = {
    .name = "state",
    .usage = "state check | backup FILE",
    .summary = "check or copy what is kept between runs",
    .details =
        "What outlives a run, such as lofty.state and what each{ resume = ... } has done, is in\n"
        "state.db in the state folder: $XDG_STATE_HOME/loftyrun, ~/.local/state/loftyrun, or the "
        "one\n"
        "that --state names. Runs may go on meanwhile.\n"
        "\n"
        "check reads all of it. A damaged file ends with exit code 3.\n"
        "\n"
        "backup copies it to FILE as it is at one moment, for you alone to read. An older backup "
        "is\n"
        "replaced when the new one is whole; any other file is left alone (exit code 2). To put a\n"
        "backup back: end all runs, remove state.db, state.db-wal and state.db-shm from the state\n"
        "folder, and copy FILE there as state.db.\n",
    .accepts = OPTION_STATE,
    .run = run,
};
