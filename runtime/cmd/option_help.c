#include "option_help.h"

#include <ctype.h>
#include <string.h>

#include "../core/text.h"
#include "cmd.h"
#include "option_table.h"

enum { LINE_MOST = 92 };

static const char *bare(const char *name) { return strncmp(name, "--", 2) == 0 ? name + 2 : name; }

static const struct option *find(const char *name) {
  for (int i = 0; i < option_count; i++)
    if (strcmp(option_table[i].name, bare(name)) == 0) return &option_table[i];
  return NULL;
}

const char *option_name(size_t index) {
  return index < (size_t)option_count ? option_table[index].name : NULL;
}

bool option_exists(const char *name) { return find(name) != NULL; }

const char *option_nearest(const char *name) {
  const char *names[OPTION_MOST];
  int count = 0;
  for (; count < option_count && count < OPTION_MOST; count++)
    names[count] = option_table[count].name;
  int nearest = text_nearest(bare(name), names, (size_t)count);
  return nearest >= 0 ? names[nearest] : NULL;
}

/* Words separated by commas, in lines that are not too long. */
struct list {
  FILE *stream;
  const char *heading;
  size_t column; /* 0: nothing was written yet */
};

static void add(struct list *list, const char *command, const char *action) {
  size_t length = strlen(command) + (action ? 1 + strlen(action) : 0);
  if (list->column == 0)
    list->column = (size_t)fprintf(list->stream, "%s", list->heading);
  else if (list->column + length + 3 > LINE_MOST)
    list->column = (size_t)fprintf(list->stream, ",\n  ") - 2;
  else
    list->column += (size_t)fprintf(list->stream, ", ");
  list->column +=
      (size_t)fprintf(list->stream, "%s%s%s", command, action ? " " : "", action ? action : "");
}

static void end(const struct list *list) {
  if (list->column > 0) fputc('\n', list->stream);
}

static bool takes(const struct command *command, const struct action *action, uint64_t bit) {
  return ((action->accepts ? action->accepts : command->accepts) & bit) != 0;
}

static void add_takers(struct list *list, const struct command *command, uint64_t bit) {
  const struct action *action = command->actions;
  bool all = true;
  for (; action && action->name; action++)
    if (action->words != WORD_INTERNAL) all = all && takes(command, action, bit);
  if (all && (command->accepts & bit)) {
    add(list, command->name, NULL);
    return;
  }
  for (action = command->actions; action && action->name; action++)
    if (action->words != WORD_INTERNAL && takes(command, action, bit))
      add(list, command->name, action->name);
}

/* Whether a text speaks of --NAME. */
static bool mentions(const char *text, const char *name) {
  size_t length = strlen(name);
  for (; text && (text = strstr(text, "--")); text += 2)
    if (strncmp(text + 2, name, length) == 0 && text[2 + length] != '-' &&
        !isalnum((unsigned char)text[2 + length]))
      return true;
  return false;
}

bool option_print(FILE *stream, const char *name) {
  const struct option *option = find(name);
  if (!option) return false;
  const char *topic, *text;
  options_print_one(stream, option, NULL);
  for (const struct command *const *command = commands; *command; command++)
    if (option_help(option, (*command)->meanings) != option->help)
      fprintf(stream, "  %22s   %s\n", (*command)->name, option_help(option, (*command)->meanings));
  struct list takers = {.stream = stream, .heading = "Taken by: "};
  struct list more = {.stream = stream, .heading = "More in loftyrun help: "};
  for (const struct command *const *command = commands; *command; command++)
    add_takers(&takers, *command, option->bit);
  end(&takers);
  for (const struct command *const *command = commands; *command; command++)
    if (mentions((*command)->details, option->name)) add(&more, (*command)->name, NULL);
  for (size_t i = 0; (topic = topic_page(i, &text)); i++)
    if (mentions(text, option->name)) add(&more, topic, NULL);
  end(&more);
  return true;
}
