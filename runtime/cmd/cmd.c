#include "cmd.h"

#include <string.h>

#include "../core/exit_code.h"
#include "../core/text.h"

enum { MOST_COMMANDS = 32 };

const struct command *const commands[] = {&command_run,
                                          &command_api,
                                          &command_apply,
                                          &command_auth,
                                          &command_sandbox,
                                          &command_state,
                                          &command_new,
                                          &command_serve,
                                          &command_job,
                                          &command_history,
                                          &command_inbox,
                                          &command_help,
                                          NULL};

const struct command *command_find(const char *name) {
  for (const struct command *const *command = commands; *command; command++)
    if (strcmp((*command)->name, name) == 0) return *command;
  return NULL;
}

const char *command_nearest(const char *name) {
  const char *names[MOST_COMMANDS];
  size_t count = 0;
  for (; commands[count] && count < MOST_COMMANDS; count++) names[count] = commands[count]->name;
  int nearest = text_nearest(name, names, count);
  return nearest >= 0 ? names[nearest] : NULL;
}

int command_usage_error(const struct command *command, const char *message) {
  fprintf(stderr, "loftyrun: %s\n", message);
  if (command)
    fprintf(stderr, "usage: loftyrun %s\n", command->usage);
  else
    fprintf(stderr, "hint: loftyrun help\n");
  return EXIT_USAGE;
}

static void print_overview(FILE *stream) {
  fputs("loftyrun runs automation scripts, written in Lua, against the Lofty CRM.\n\n", stream);
  for (const struct command *const *command = commands; *command; command++)
    fprintf(stream, "  loftyrun %-34s %s\n", (*command)->usage, (*command)->summary);
  fputs("\nOptions of a run:\n", stream);
  options_print(stream, command_run.accepts);
  fputs(
      "\nTry it without an account:\n"
      "  loftyrun --sandbox -e 'for lead in lofty.leads.each{} do print(lead.firstName) end'\n"
      "\nCredentials: LOFTY_API_KEY, LOFTY_ACCESS_TOKEN, or LOFTY_CLIENT_ID, LOFTY_CLIENT_SECRET "
      "and\n"
      "LOFTY_CUSTOMER_KEY in the environment; or a profile (loftyrun help profiles); or a login\n"
      "(loftyrun auth login).\n\n"
      "Topics of help:\n",
      stream);
  fputs(command_help.details, stream);
}

void command_print_help(FILE *stream, const struct command *command) {
  if (!command) {
    print_overview(stream);
    return;
  }
  fprintf(stream, "usage: loftyrun %s\n\n%s\n", command->usage, command->summary);
  if (command->details) fprintf(stream, "\n%s", command->details);
  if (command->accepts) fputs("\nOptions:\n", stream);
  options_print(stream, command->accepts);
}
