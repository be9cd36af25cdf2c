/* loftyrun auth: logging in, whose credential it is, logging out. */
#include <stdio.h>

#include "../core/exit_code.h"
#include "../host/embedded.h"
#include "../host/login.h"
#include "../host/logout.h"
#include "../host/run.h"
#include "cmd.h"

static int none_left(char **words) {
  return words[0] ? command_usage_error(&command_auth, "auth takes one word") : EXIT_DONE;
}

static int login(const struct options *options, char **words) {
  if (none_left(words) != EXIT_DONE) return EXIT_USAGE;
  struct login_options wanted = {.profile = options->profile,
                                 .no_browser = (options->given & OPTION_NO_BROWSER) != 0,
                                 .has_port = (options->given & OPTION_PORT) != 0,
                                 .port = options->port,
                                 .timeout = options->timeout};
  return login_run(&wanted);
}

/* Asking Lofty is a call like a script's, so it is made by one. */
static int status(const struct options *options, char **words) {
  static const char chunk[] = "require('lofty.shell.auth').status(...)";
  struct script script;
  struct failure failure;
  char *arguments[] = {(char *)(options->output ? options->output : ""), NULL};
  if (none_left(words) != EXIT_DONE) return EXIT_USAGE;
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "auth";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "auth");
  struct run_options run_options = options_run(options);
  int exit_code = run_script(&run_options, &script, arguments);
  script_free(&script);
  return exit_code;
}

static int logout(const struct options *options, char **words) {
  return none_left(words) == EXIT_DONE ? logout_run(options->profile) : EXIT_USAGE;
}

enum {
  LOGIN_OPTIONS = OPTION_PROFILE | OPTION_NO_BROWSER | OPTION_PORT | OPTION_TIMEOUT,
  STATUS_OPTIONS = OPTION_PROFILE | OPTION_OUTPUT | OPTION_SANDBOX | OPTION_TIMEOUT |
                   OPTION_RETRIES | OPTION_NO_WAIT | OPTION_TRACE | OPTION_LOG_LEVEL |
                   OPTION_LOG_FORMAT | OPTION_NO_COLOR,
  LOGOUT_OPTIONS = OPTION_PROFILE
};

static const struct action actions[] = {
    {"login", "log in with a browser", WORD_ANY, LOGIN_OPTIONS, login},
    {"status", "whose credential runs use", WORD_ANY, STATUS_OPTIONS, status},
    {"logout", "remove the tokens from this machine", WORD_ANY, LOGOUT_OPTIONS, logout},
    {NULL}};

static int run(const struct options *options, char **words) {
  return command_act(&command_auth, options, words);
}

static const struct option_meaning meanings[] = {
    {"timeout", "wait that long, five minutes for a login (exit code 6)"}, {NULL, NULL}};

const struct command command_auth = {
    .name = "auth",
    .usage = "auth login | status | logout",
    .summary = "log in with a browser; whose credential it is",
    .details =
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
        "at. It waits five minutes, or --timeout SECONDS. The page it opens is Lofty's, or the\n"
        "profile's authorize_url; with a base URL on this machine it is the sandbox's there.\n"
        "\n"
        "status asks Lofty who the caller is, and shows where credential and base URL come from,\n"
        "never the credential. It ends with 0 where Lofty takes the credential, 3 where it does "
        "not\n"
        "or there is none, 5 where Lofty cannot be asked. logout removes the tokens from this\n"
        "machine; what Lofty allows the application is revoked at Lofty.\n"
        "\n"
        "Exit codes of login: 3 access was denied or the application is not known, 5 the port is "
        "in\n"
        "use or Lofty cannot be reached, 6 nobody answered in time.\n",
    .examples =
        "  loftyrun auth login                 for the profile called default\n"
        "  loftyrun auth login --profile work\n"
        "  loftyrun auth login --no-browser    where the browser is on another machine\n"
        "  loftyrun auth status                whose credential runs use, of what kind, until "
        "when\n"
        "  loftyrun auth status --profile work -o json\n"
        "  loftyrun auth logout --profile work\n",
    .actions = actions,
    .accepts = LOGIN_OPTIONS | STATUS_OPTIONS | LOGOUT_OPTIONS,
    .meanings = meanings,
    .run = run,
};
