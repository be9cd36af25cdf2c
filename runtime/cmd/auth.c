/* loftyrun auth: logging in. */
#include <string.h>

#include "../core/text.h"
#include "../host/login.h"
#include "cmd.h"

static int login(const struct options *options) {
  struct login_options wanted = {.profile = options->profile,
                                 .no_browser = (options->given & OPTION_NO_BROWSER) != 0,
                                 .has_port = (options->given & OPTION_PORT) != 0,
                                 .port = options->port,
                                 .timeout = options->timeout};
  return login_run(&wanted);
}

static const struct {
  const char *name;
  uint64_t accepts;
  int (*run)(const struct options *options);
} actions[] = {
    {"login", OPTION_PROFILE | OPTION_NO_BROWSER | OPTION_PORT | OPTION_TIMEOUT, login},
};
enum { ACTION_COUNT = sizeof actions / sizeof *actions };

static int unknown(const char *word) {
  char message[160];
  const char *names[ACTION_COUNT];
  for (size_t i = 0; i < ACTION_COUNT; i++) names[i] = actions[i].name;
  int nearest = text_nearest(word, names, ACTION_COUNT);
  snprintf(message, sizeof message, "there is no auth %.48s%s%s%s", word,
           nearest >= 0 ? "; did you mean auth " : "", nearest >= 0 ? names[nearest] : "",
           nearest >= 0 ? "?" : "");
  return command_usage_error(&command_auth, message);
}

static int run(const struct options *options, char **words) {
  if (!words[0]) return command_usage_error(&command_auth, "auth what?");
  if (words[1]) return command_usage_error(&command_auth, "auth takes one word");
  for (size_t i = 0; i < ACTION_COUNT; i++) {
    if (strcmp(actions[i].name, words[0]) != 0) continue;
    const char *stranger = options_stranger(options, actions[i].accepts);
    if (!stranger) return actions[i].run(options);
    char message[96];
    snprintf(message, sizeof message, "option --%s does not go with auth %s", stranger, words[0]);
    return command_usage_error(&command_auth, message);
  }
  return unknown(words[0]);
}

const struct command command_auth = {
    .name = "auth",
    .usage = "auth login",
    .summary = "log in with a browser",
    .details =
        "  loftyrun auth login                 for the profile called default\n"
        "  loftyrun auth login --profile work\n"
        "  loftyrun auth login --no-browser    where the browser is on another machine\n"
        "\n"
        "login asks for leave to use an account in the browser (OAuth 2.0, authorization code "
        "with\n"
        "PKCE) and keeps the tokens it gets, readable by you alone; runs with that profile renew\n"
        "them by themselves. The application comes from the profile, client_id and where it has\n"
        "one client_secret, or from LOFTY_CLIENT_ID and LOFTY_CLIENT_SECRET. Its redirect address\n"
        "must be registered with Lofty:\n"
        "\n"
        "  http://127.0.0.1:8976/callback      received here; --port changes the port\n"
        "\n"
        "or another that the profile sets as redirect_uri. The browser may be on another machine,\n"
        "and redirect_uri a page of yours, https: then paste the address that the browser ended\n"
        "at. It waits five minutes, or --timeout SECONDS.\n"
        "\n"
        "Exit codes: 3 access was denied or the application is not known, 5 the port is in use or\n"
        "Lofty cannot be reached, 6 nobody answered in time.\n",
    .accepts = OPTION_PROFILE | OPTION_NO_BROWSER | OPTION_PORT | OPTION_TIMEOUT,
    .run = run,
};
