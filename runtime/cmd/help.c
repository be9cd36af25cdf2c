/* loftyrun help: commands, exit codes, and what the catalogues say of codes and operations. */
#include <lauxlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../host/state.h"
#include "cmd.h"
#include "option_help.h"

enum { TOPIC_MAXIMUM = 512 };

static const char *nearest_command(const char *topic) {
  const char *meant = topic_nearest(topic);
  if (!meant) meant = command_nearest(topic);
  return meant ? meant : option_nearest(topic);
}

static int unknown_topic(const char *topic, const char *suggestion) {
  char message[256];
  snprintf(message, sizeof message, "no help on \"%.80s\"%s%.80s%s", topic,
           suggestion ? "; did you mean \"" : "", suggestion ? suggestion : "",
           suggestion ? "\"?" : "");
  return command_usage_error(&command_help, message);
}

struct topic {
  const char *name, *nearest; /* the nearest command, or NULL */
  bool is_option;             /* its name may be that of a code or a function as well */
};

/* Stack: the topic as light userdata. Returns the exit code. */
static int print_known(lua_State *L) {
  const struct topic *topic = lua_touserdata(L, 1);
  int exit_code = EXIT_DONE;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.help");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, topic->is_option ? "describe_exactly" : "describe");
  lua_pushstring(L, topic->name);
  lua_pushstring(L, topic->nearest);
  lua_call(L, 2, 2); /* text or nil; what the words may have meant, or nil */
  if (lua_type(L, -2) == LUA_TSTRING) {
    fputs(lua_tostring(L, -2), stdout);
    if (topic->is_option) fputs("\nThe option:\n", stdout);
  } else if (!topic->is_option) {
    exit_code =
        unknown_topic(topic->name, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL);
  }
  lua_pushinteger(L, exit_code);
  return 1;
}

static int print_topic(const char *name) {
  struct topic topic = {name, nearest_command(name), option_exists(name)};
  int exit_code = state_call(print_known, &topic);
  if (topic.is_option && exit_code == EXIT_DONE) option_print(stdout, name);
  return exit_code;
}

/* "help create task" and "help POST /v1.0/notes" name one topic each. False where it is too long.
 */
static bool join(char **words, char *topic, size_t size) {
  size_t length = 0;
  for (; *words; words++) {
    size_t room = size - length;
    int count = snprintf(topic + length, room, "%s%s", length ? " " : "", *words);
    if (count < 0 || (size_t)count >= room) return false;
    length += (size_t)count;
  }
  return true;
}

static int run(const struct options *options, char **words) {
  (void)options;
  char topic[TOPIC_MAXIMUM];
  if (!words[0]) {
    command_print_help(stdout, NULL);
    return EXIT_DONE;
  }
  if (!join(words, topic, sizeof topic))
    return command_usage_error(&command_help, "no topic is that long");
  const struct command *command = command_find(topic);
  if (command) {
    command_print_help(stdout, command);
    return EXIT_DONE;
  }
  if (topic_print(stdout, topic)) return EXIT_DONE;
  return print_topic(topic);
}

const struct command command_help = {
    .name = "help",
    .usage = "help [TOPIC]",
    .summary = "explain a command, an operation, a code",
    .details =
        "  loftyrun help leads.update        an operation: fields, refusals, an example that runs\n"
        "  loftyrun help leads               all operations and helpers of a resource\n"
        "  loftyrun help TASK_IS_SMARTPLAN   a code: what it means and what to do; also a number\n"
        "  loftyrun help create task         operations found by words, misspelt ones as well\n"
        "  loftyrun help POST /v1.0/notes    an operation as Lofty's documentation names it\n"
        "  loftyrun help lofty.time          a module; likewise functions: time.parse, once, try\n"
        "  loftyrun help dry-run             an option: what takes it, and where it is explained\n"
        "  loftyrun help operations          all operations; likewise helpers, modules, codes,\n"
        "                                    exit-codes\n"
        "  loftyrun help grants              what a script may send and delete\n"
        "  loftyrun help profiles            credentials and settings, and where they go\n"
        "  loftyrun help cron                what a run that nobody watches needs\n"
        "  loftyrun help recording           seeing calls, keeping and repeating them\n"
        "  loftyrun help sandbox             a command\n",
    .examples =
        "  loftyrun help\n"
        "  loftyrun help leads.update\n"
        "  loftyrun help TASK_IS_SMARTPLAN\n",
    .words = WORD_TOPIC,
    .run = run,
};
