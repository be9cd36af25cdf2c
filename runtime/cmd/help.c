/* loftyrun help: commands, exit codes, and what the catalogues say of codes and operations. */
#include <lauxlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../host/state.h"
#include "cmd.h"

enum { TOPIC_MAXIMUM = 512 };

/* Stack: the topic and the nearest command or NULL, C strings as light userdata. Returns text or
   nil, and a suggestion or nil. */
static int describe(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.help");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "describe");
  lua_pushstring(L, lua_touserdata(L, 1));
  lua_pushstring(L, lua_touserdata(L, 2));
  lua_call(L, 2, 2);
  return 2;
}

static const char *nearest_command(const char *topic) {
  const char *meant = topic_nearest(topic);
  return meant ? meant : command_nearest(topic);
}

static int unknown_topic(const char *topic, const char *suggestion) {
  char message[256];
  snprintf(message, sizeof message, "no help on \"%.80s\"%s%.80s%s", topic,
           suggestion ? "; did you mean \"" : "", suggestion ? suggestion : "",
           suggestion ? "\"?" : "");
  return command_usage_error(&command_help, message);
}

static int print_topic(char *topic) {
  struct log log = {.stream = stderr, .level = LOG_LEVEL_WARN};
  struct context context = {.log = &log};
  lua_State *L = state_new(&context);
  if (!L) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  int exit_code = EXIT_DONE;
  lua_pushcfunction(L, describe);
  lua_pushlightuserdata(L, topic);
  lua_pushlightuserdata(L, (void *)nearest_command(topic));
  if (lua_pcall(L, 2, 2, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "loftyrun: %s\n", message ? message : "help failed");
    exit_code = EXIT_SCRIPT;
  } else if (lua_type(L, -2) == LUA_TSTRING) {
    fputs(lua_tostring(L, -2), stdout);
  } else {
    exit_code = unknown_topic(topic, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL);
  }
  state_close(L);
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
        "  loftyrun help operations          all operations; likewise helpers, codes, exit-codes\n"
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
