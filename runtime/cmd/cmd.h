/* Commands: one file each, described by a const struct; a new one is a file and a line in cmd.c. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "options.h"

struct command {
  const char *name;
  const char *usage;   /* what follows "loftyrun " */
  const char *summary; /* half a line */
  const char *details; /* paragraphs for its own help, ending with a line end; may be NULL */
  uint64_t accepts;    /* option_bits */
  bool keeps_rest;     /* options after the first word are the script's, not ours */
  /* `words` are what is left of the command line, NULL-terminated. Returns the exit code. */
  int (*run)(const struct options *options, char **words);
};

extern const struct command command_run;
extern const struct command command_api;
extern const struct command command_apply;
extern const struct command command_auth;
extern const struct command command_sandbox;
extern const struct command command_help;
extern const struct command command_new;
extern const struct command command_job;
extern const struct command command_serve;
extern const struct command command_history;
extern const struct command command_inbox;
extern const struct command command_state;

/* All commands, in the order help lists them, ended by NULL. */
extern const struct command *const commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/* The name of the command that was probably meant, or NULL. */
const char *command_nearest(const char *name);

/* Prints the page of help of that name, which is no command's; false where there is none. */
bool topic_print(FILE *stream, const char *name);

/* The name of such a page that was probably meant, or NULL. */
const char *topic_nearest(const char *name);

/* Says what is wrong with the command line, and how to get help. Returns EXIT_USAGE. */
int command_usage_error(const struct command *command, const char *message);

/* Prints a command's help, or the overview for NULL. */
void command_print_help(FILE *stream, const struct command *command);

#endif
