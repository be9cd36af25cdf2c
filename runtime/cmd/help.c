/* loftyrun help: commands, exit codes, and what the catalogues say of codes and operations. */
#include <lauxlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../host/state.h"
#include "cmd.h"
#include "option_help.h"

enum { TOPIC_MAXIMUM = 512 };

static int call_help(lua_State *L, const char *function) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.help");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, function);
  lua_pushstring(L, lua_touserdata(L, 1));
  lua_pushstring(L, lua_touserdata(L, 2));
  lua_call(L, 2, 2);
  return 2;
}

/* Stack: the topic and the nearest command or NULL, C strings as light userdata. Returns text or
   nil, and a suggestion or nil. */
static int describe(lua_State *L) { return call_help(L, "describe"); }

/* The same, without what words may have meant. */
static int describe_exactly(lua_State *L) { return call_help(L, "describe_exactly"); }

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

/* An option's name may be that of a code or a function as well. */
static int print_topic(char *topic, bool is_option) {
  struct log log = {.stream = stderr, .level = LOG_LEVEL_WARN};
  struct context context = {.log = &log};
  lua_State *L = state_new(&context);
  if (!L) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  int exit_code = EXIT_DONE;
  lua_pushcfunction(L, is_option ? describe_exactly : describe);
  lua_pushlightuserdata(L, topic);
  lua_pushlightuserdata(L, (void *)nearest_command(topic));
  if (lua_pcall(L, 2, 2, 0) != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "loftyrun: %s\n", message ? message : "help failed");
    exit_code = EXIT_SCRIPT;
  } else if (lua_type(L, -2) == LUA_TSTRING) {
    fputs(lua_tostring(L, -2), stdout);
    if (is_option) fputs("\nThe option:\n", stdout);
  } else if (!is_option) {
    exit_code = unknown_topic(topic, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL);
  }
  state_close(L);
  if (is_option && exit_code == EXIT_DONE) option_print(stdout, topic);
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
  return print_topic(topic, option_exists(topic));
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
