/* Commands: one file each, described by a const struct; a new one is a file and a line in cmd.c. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "options.h"
#include "words.h"

/* What the first word of a command says is to be done: list in history list. */
struct action {
  const char *name;
  const char *summary;  /* some words */
  enum word_kind words; /* those behind it */
  uint64_t accepts;     /* option_bits; 0: those of the command */
  /* As a command's; NULL: the command sees to it. */
  int (*run)(const struct options *options, char **words);
};

struct command {
  const char *name;
  const char *usage;    /* what follows "loftyrun " */
  const char *summary;  /* half a line */
  const char *details;  /* paragraphs for its own help, ending with a line end; may be NULL */
  const char *examples; /* lines for its own help, likewise */
  const struct action
      *actions;         /* what its first word may be, ended by one without a name; or NULL */
  enum word_kind words; /* those that it takes besides */
  uint64_t accepts;     /* option_bits */
  const struct option_meaning *meanings; /* of options that do something else here, or NULL */
  bool keeps_rest; /* options after the first word are the script's, not ours */
  /* `words` are what is left of the command line, NULL-terminated. Returns the exit code. */
  int (*run)(const struct options *options, char **words);
};

extern const struct command command_run;
extern const struct command command_api;
extern const struct command command_apply;
extern const struct command command_auth;
extern const struct command command_completion;
extern const struct command command_doctor;
extern const struct command command_check;
extern const struct command command_sandbox;
extern const struct command command_help;
extern const struct command command_new;
extern const struct command command_job;
extern const struct command command_repl;
extern const struct command command_serve;
extern const struct command command_history;
extern const struct command command_inbox;
extern const struct command command_state;
extern const struct command command_test;

/* All commands, in the order help lists them, ended by NULL. */
extern const struct command *const commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* The name of the command that was probably meant, or NULL. */
const char *command_nearest(const char *name);

/* Prints the page of help of that name, which is no command's; false where there is none. */
bool topic_print(FILE *stream, const char *name);

/* The name of the page of that index, 0 and on; NULL behind the last. */
const char *topic_name(size_t index);

/* The name of the page of that index, 0 and on, and its text, which is NULL for the table of exit
   codes; NULL behind the last. Other names of the same page are passed over. */
const char *topic_page(size_t index, const char **text);

/* The name of such a page that was probably meant, or NULL. */
const char *topic_nearest(const char *name);

/* Says what is wrong with the command line, and how to get help. Returns EXIT_USAGE. */
int command_usage_error(const struct command *command, const char *message);

/* The action of that name, or NULL. */
const struct action *command_action(const struct command *command, const char *name);

/* Says that there is no such action (`word` NULL: that there is none at all), and which one was
   probably meant. Returns EXIT_USAGE. */
int command_no_action(const struct command *command, const char *word);

/* Runs the action that the first word names, with the words behind it, where it takes the options
   that were given. Returns its exit code, or EXIT_USAGE. */
int command_act(const struct command *command, const struct options *options, char **words);

/* Prints a command's help, or the overview for NULL. */
void command_print_help(FILE *stream, const struct command *command);

#endif
