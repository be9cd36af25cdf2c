/* loftyrun state: looking after the file that outlives the runs. */
#include <stdio.h>

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

/* The store that is there; NULL, and the exit code, where there is none. */
static struct store *open_store(const struct options *options, bool is_check, int *exit_code) {
  char path[FOLDER_PATH_LENGTH];
  struct failure failure;
  struct store *store = NULL;
  const char *folder = options->state;
  if (!folder && !folder_default(path, sizeof path, &failure)) {
    *exit_code = say(&failure);
    return NULL;
  }
  if (!folder) folder = path;
  if (!store_exists(folder)) {
    *exit_code = nothing_there(folder, is_check);
    return NULL;
  }
  if (store_open(folder, &store, &failure)) return store;
  *exit_code = say(&failure);
  return NULL;
}

static int run_check(const struct options *options, char **words) {
  int exit_code = EXIT_TEMPORARY;
  if (words[0]) return command_usage_error(&command_state, "state check takes no words");
  struct store *store = open_store(options, true, &exit_code);
  if (store) exit_code = check(store);
  store_close(store);
  return exit_code;
}

static int run_backup(const struct options *options, char **words) {
  int exit_code = EXIT_TEMPORARY;
  if (!words[0] || words[1])
    return command_usage_error(&command_state, "say into which file: state backup FILE");
  struct store *store = open_store(options, false, &exit_code);
  if (store) exit_code = backup(store, words[0]);
  store_close(store);
  return exit_code;
}

static const struct action actions[] = {{"check", "read all of it", WORD_ANY, 0, run_check},
                                        {"backup", "copy it to a file", WORD_FILE, 0, run_backup},
                                        {NULL}};

static int run(const struct options *options, char **words) {
  return command_act(&command_state, options, words);
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
    .examples =
        "  loftyrun state check\n"
        "  loftyrun state backup /var/backups/loftyrun.db\n",
    .actions = actions,
    .accepts = OPTION_STATE,
    .run = run,
};
