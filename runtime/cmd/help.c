/* loftyrun help: commands, exit codes, and what the catalogues say of codes and operations. */
#include <lauxlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/text.h"
#include "../host/state.h"
#include "cmd.h"

enum { TOPIC_MAXIMUM = 512 };

static const struct {
  int code;
  const char *meaning;
} exit_codes[] = {
    {EXIT_DONE, "done"},
    {EXIT_SCRIPT, "the script failed with an error of its own"},
    {EXIT_USAGE, "the command line is wrong"},
    {EXIT_CONFIG, "configuration or credentials"},
    {EXIT_REFUSED, "Lofty refused: an uncaught Lofty error"},
    {EXIT_TEMPORARY, "temporary: unreachable, server error, rate limited; run again later"},
    {EXIT_LIMIT, "a time, memory or request limit was reached"},
    {EXIT_LOCKED, "already running: another run holds the lock"},
    {EXIT_ITEMS_FAILED, "finished, but some items failed"},
    {EXIT_SIGINT, "interrupted by SIGINT (Ctrl-C)"},
    {EXIT_SIGTERM, "ended by SIGTERM"},
};

static int print_exit_codes(void) {
  for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++)
    printf("%3d  %s\n", exit_codes[i].code, exit_codes[i].meaning);
  return EXIT_DONE;
}

static const char profiles[] =
    "Credentials come from the environment, or else from a profile:\n"
    "\n"
    "  LOFTY_API_KEY        api_key        from Lofty: Settings > Integrations > API Keys\n"
    "  LOFTY_API_KEY_FILE   api_key_file   a file of your own with that key in it\n"
    "  LOFTY_ACCESS_TOKEN   access_token   an OAuth access token, used as it is\n"
    "  LOFTY_CLIENT_ID      client_id      an application of your own: all three for the client\n"
    "  LOFTY_CLIENT_SECRET  client_secret  credentials grant; without customer_key, which is a\n"
    "  LOFTY_CUSTOMER_KEY   customer_key   user's API key, for a login (loftyrun help auth)\n"
    "  LOFTY_BASE_URL       base_url       https://api.lofty.com where it is not set\n"
    "\n"
    "One kind of credential in one place: two may be of two accounts and are refused. Profiles\n"
    "are in ~/.config/loftyrun/config.lua (in $XDG_CONFIG_HOME where that is set), which must be\n"
    "readable by you alone when a secret is in it (chmod 600):\n"
    "\n"
    "  return {\n"
    "    profiles = {\n"
    "      default = { api_key = \"...\" },\n"
    "      work = { client_id = \"...\", client_secret = \"...\" },\n"
    "    },\n"
    "  }\n"
    "\n"
    "--profile NAME or LOFTY_PROFILE chooses one; the one called default needs no choosing. It\n"
    "may also have token_url, authorize_url and redirect_uri, where Lofty's own do not do;\n"
    "requests_per_minute; priority: interactive, scheduled or bulk; read_before_write = true, and\n"
    "what an update or a delete is about is read first where the run has not read it, one call\n"
    "more, so that history undo can put it back; and codes, numbers that you have seen and their\n"
    "names: codes = { [40013] = \"TASK_IS_SMARTPLAN\" }. What runs may send and delete stands in\n"
    "allow, limit, deny, quiet_hours and timezone (loftyrun help grants). For runs of scripts\n"
    "(loftyrun help run): ping = { nightly = \"https://...\" }, ping_output = true, on_failure =\n"
    "\"COMMAND\", max_memory = \"256M\". A ping URL is a secret as well; LOFTYRUN_PING holds one.\n"
    "\n"
    "schedule names scripts that loftyrun serve runs, when no FILE is given to it; loftyrun job "
    "check\n"
    "tries them. The options are those of lofty.on.schedule (loftyrun help serve), and args:\n"
    "\n"
    "  schedule = {\n"
    "    { \"15 6 * * 1-5\", \"/opt/x/brief.lua\", name = \"brief\", tz = \"America/New_York\",\n"
    "      args = { \"--days\", \"7\" } },\n"
    "  },\n"
    "\n"
    "For serve --listen it may have webhooks = { ... } with any of\n"
    "\n"
    "  secret, previous_secret                           20 letters, digits or - . _ ~, or more\n"
    "  header = { name = \"X-Token\", value = \"...\" }      each request must have it\n"
    "  hmac = { header = \"X-Signature\", secret = \"...\",  HMAC-SHA-256 of the body, behind\n"
    "    prefix = \"sha256=\", encoding = \"hex\" }          the prefix, in hex or base64\n"
    "  allow = { \"203.0.113.0/24\", \"unix\" }              who may deliver\n"
    "  proxies = { \"127.0.0.1\" }                         whose X-Forwarded-For is believed\n"
    "  max_body = 4194304, max_inbox = 1073741824        bytes\n"
    "  max_connections = 256, max_connections_per_address = 64,\n"
    "  max_request_seconds = 30, max_requests_per_minute   the last without a limit by default\n"
    "\n"
    "loftyrun auth status says whose credential is in use, where it comes from and when it ends.\n";

static bool is_about_profiles(const char *topic) {
  static const char *const names[] = {"profiles", "profile", "credentials"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(topic, names[i]) == 0) return true;
  return false;
}

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
  const char *const exit_codes_topic = "exit-codes";
  if (text_nearest(topic, &exit_codes_topic, 1) == 0) return exit_codes_topic;
  return command_nearest(topic);
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
  if (strcmp(topic, "exit-codes") == 0) return print_exit_codes();
  if (is_about_profiles(topic)) {
    fputs(profiles, stdout);
    return EXIT_DONE;
  }
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
        "  loftyrun help sandbox             a command\n",
    .run = run,
};
