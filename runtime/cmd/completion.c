/* loftyrun completion: scripts that have a shell complete its words. They ask this program at each
   TAB (completion words), so they know what it knows: its commands, options, operations, jobs. */
#include <stdio.h>
#include <string.h>

#include "../core/exit_code.h"
#include "cmd.h"
#include "completion_scripts.h"
#include "completion_words.h"

static int print(const char *script, char **words) {
  if (words[0]) return command_usage_error(&command_completion, "one shell at a time");
  fputs(script, stdout);
  return EXIT_DONE;
}

static int print_bash(const struct options *options, char **words) {
  (void)options;
  return print(completion_bash, words);
}

static int print_zsh(const struct options *options, char **words) {
  (void)options;
  return print(completion_zsh, words);
}

static int print_fish(const struct options *options, char **words) {
  (void)options;
  return print(completion_fish, words);
}

static int answer(const struct options *options, char **words) {
  (void)options;
  return completion_words(words, stdout);
}

static const struct action actions[] = {
    {"bash", "the script for bash", WORD_ANY, 0, print_bash},
    {"zsh", "the script for zsh", WORD_ANY, 0, print_zsh},
    {"fish", "the script for fish", WORD_ANY, 0, print_fish},
    {"words", "what a word may become, for those scripts", WORD_INTERNAL, 0, answer},
    {NULL}};

static int run(const struct options *options, char **words) {
  return command_act(&command_completion, options, words);
}

const struct command command_completion = {
    .name = "completion",
    .usage = "completion bash | zsh | fish",
    .summary = "have a shell complete what you type",
    .details =
        "Prints a script that has TAB complete commands, options and their values, files, "
        "profiles,\n"
        "jobs, the operations of api with their fields, and what help explains. It asks loftyrun "
        "each\n"
        "time, so it need not be made anew with another release. make install puts it where the\n"
        "shells look; without that:\n"
        "\n"
        "  bash   . <(loftyrun completion bash)         in ~/.bashrc\n"
        "  zsh    . <(loftyrun completion zsh)          in ~/.zshrc, behind compinit\n"
        "  fish   loftyrun completion fish | source     in ~/.config/fish/config.fish\n",
    .examples =
        "  loftyrun completion bash > ~/.local/share/bash-completion/completions/loftyrun\n"
        "  loftyrun completion zsh > ~/.zsh/completions/_loftyrun\n"
        "  loftyrun completion fish > ~/.config/fish/completions/loftyrun.fish\n",
    .actions = actions,
    .run = run,
};
