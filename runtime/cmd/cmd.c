#include "cmd.h"

#include <string.h>

#include "../core/exit_code.h"
#include "../core/text.h"

enum { MOST_COMMANDS = 32, MOST_ACTIONS = 16 };

const struct command *const commands[] = {
    &command_run,        &command_api,   &command_repl,  &command_check,  &command_test,
    &command_new,        &command_apply, &command_auth,  &command_doctor, &command_history,
    &command_serve,      &command_job,   &command_inbox, &command_state,  &command_sandbox,
    &command_completion, &command_help,  NULL,
};

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
  char shown[512];
  snprintf(shown, sizeof shown, "%s", message);
  text_tame(shown);
  fprintf(stderr, "loftyrun: %s\n", shown);
  if (command)
    fprintf(stderr, "usage: loftyrun %s\n", command->usage);
  else
    fprintf(stderr, "hint: loftyrun help\n");
  return EXIT_USAGE;
}

const struct action *command_action(const struct command *command, const char *name) {
  for (const struct action *action = command->actions; action && action->name; action++)
    if (strcmp(action->name, name) == 0) return action;
  return NULL;
}

/* "list, show or undo" */
static void join(const char *const *names, size_t count, char *text, size_t size) {
  size_t length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < count && length < size; i++)
    length += (size_t)snprintf(text + length, size - length, "%s%s",
                               i == 0           ? ""
                               : i + 1 == count ? " or "
                                                : ", ",
                               names[i]);
}

int command_no_action(const struct command *command, const char *word) {
  const char *names[MOST_ACTIONS] = {NULL};
  char message[320], all[200];
  size_t count = 0;
  if (word && !*word) word = NULL;
  for (const struct action *action = command->actions; action->name && count < MOST_ACTIONS;
       action++)
    if (action->words != WORD_INTERNAL) names[count++] = action->name;
  int nearest = word ? text_nearest(word, names, count) : -1;
  join(names, count, all, sizeof all);
  if (nearest >= 0)
    snprintf(message, sizeof message, "there is no %s %.48s; did you mean %s %s?", command->name,
             word, command->name, names[nearest]);
  else if (word)
    snprintf(message, sizeof message, "there is no %s %.48s; say %s %s", command->name, word,
             command->name, all);
  else
    snprintf(message, sizeof message, "say what: %s %s", command->name, all);
  return command_usage_error(command, message);
}

int command_act(const struct command *command, const struct options *options, char **words) {
  char message[160];
  const struct action *action = words[0] ? command_action(command, words[0]) : NULL;
  if (!action) return command_no_action(command, words[0]);
  const char *stranger = action->accepts ? options_stranger(options, action->accepts) : NULL;
  if (!stranger) return action->run(options, words + 1);
  snprintf(message, sizeof message, "option --%s does not go with %s %s", stranger, command->name,
           action->name);
  return command_usage_error(command, message);
}

static void print_overview(FILE *stream) {
  fputs("loftyrun runs automation scripts, written in Lua, against the Lofty CRM.\n\n", stream);
  for (const struct command *const *command = commands; *command; command++)
    fprintf(stream, "  loftyrun %-34s %s\n", (*command)->usage, (*command)->summary);
  fputs("\nOptions of a run:\n", stream);
  options_print(stream, command_run.accepts, NULL);
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
  if (command->examples) fprintf(stream, "\nExamples:\n%s", command->examples);
  if (command->accepts) fputs("\nOptions:\n", stream);
  options_print(stream, command->accepts, command->meanings);
}
