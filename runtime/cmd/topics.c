/* The pages of loftyrun help that are about no command and out of no catalogue. */
#include <string.h>

#include "../core/exit_code.h"
#include "../core/text.h"
#include "cmd.h"

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
    {EXIT_SIGPIPE, "nobody reads the output any more: loftyrun help | head -1"},
    {EXIT_SIGTERM, "ended by SIGTERM"},
};

static void print_exit_codes(FILE *stream) {
  for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++)
    fprintf(stream, "%3d  %s\n", exit_codes[i].code, exit_codes[i].meaning);
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
    "(loftyrun help cron): ping = { nightly = \"https://...\" }, ping_output = true, on_failure =\n"
    "\"COMMAND\", max_memory = \"256M\". A ping URL is a secret as well; LOFTYRUN_PING holds one.\n"
    "\n"
    "schedule names scripts that loftyrun serve runs, when no FILE is given to it; loftyrun\n"
    "job check tries them. The options are those of lofty.on.schedule (loftyrun help serve),\n"
    "and args:\n"
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
    "  subscribe = \"https://HOST\"                        keep subscriptions that deliver there\n"
    "  subscribe_seconds = 900                           how often that is looked after\n"
    "  reconcile = \"1h\"                                  how often the account is compared with\n"
    "                                                    the inbox (loftyrun help inbox); \"off\"\n"
    "\n"
    "status = \"127.0.0.1:9464\" is where serve has its status page, as with --status.\n"
    "\n"
    "loftyrun auth status says whose credential is in use, where it comes from and when it ends.\n";

static const char cron[] =
    "The usual line of a crontab:\n"
    "\n"
    "  15 6 * * 1-5  /usr/local/bin/loftyrun --quiet --lock --ping nightly /opt/x/brief.lua\n"
    "\n"
    "with the program's whole path, since cron looks in /usr/bin and /bin alone. loftyrun job\n"
    "install writes such lines.\n"
    "\n"
    "--lock: the run does not begin while another one of the same script, with the same\n"
    "profile and base URL, is under way; it says so and ends with exit code 7. --wait-lock\n"
    "waits instead. --lock=NAME is a lock that several scripts share. The lock ends with its\n"
    "run, also where that is killed.\n"
    "\n"
    "--quiet prints nothing where the run is done (exit code 0), and otherwise, in the end,\n"
    "all that script, commands and loftyrun have printed; of very much the first and the last\n"
    "megabyte. It is the same where the run is killed, and where the history cannot have it.\n"
    "\n"
    "With --quiet, --keep-output and --on-failure what is printed is kept in the history: the\n"
    "first and the last 64 KiB, without secrets. loftyrun history show last shows it. Log\n"
    "lines then say which run they are of, as they always do with --log-format json.\n"
    "\n"
    "--timeout, --max-memory and --max-requests end the run (6), whatever the script catches.\n"
    "The first call beyond --max-requests is refused with TOO_MANY_CALLS, which a script may\n"
    "catch to put things in order; another one ends it. Memory is what the script's values\n"
    "take: 1G, unless --max-memory or max_memory in the profile says otherwise.\n"
    "\n"
    "--ping NAME tells a service such as healthchecks.io how the run goes: URL/start is asked\n"
    "for at the start, URL where the run is done, and URL/fail where it is not, with the exit\n"
    "code and a sentence; with ping_output = true in the profile also with what was printed\n"
    "last. The URL is a secret: it stands in the profile, ping = { NAME = \"https://...\" }, or\n"
    "in LOFTYRUN_PING. Nothing is sent with --sandbox and --replay, nor where another run has\n"
    "the lock (7). A run that is killed with SIGKILL tells nobody; that nothing comes is what\n"
    "such a service notices.\n"
    "\n"
    "--on-failure COMMAND, or on_failure in the profile where nobody sits at a terminal, is\n"
    "run by /bin/sh where the run ends with any code but 0 and 7. Its environment has\n"
    "LOFTYRUN_SCRIPT, LOFTYRUN_JOB, LOFTYRUN_RUN (the number in the history),\n"
    "LOFTYRUN_EXIT_CODE and LOFTYRUN_MESSAGE, and no credentials; its standard input is the\n"
    "last 16 KiB of what was printed. It has a minute. Neither it nor the ping changes the exit\n"
    "code. loftyrun serve runs it as well where events of webhooks are dead (help serve).\n"
    "\n"
    "Long lists say how far they are, elsewhere than on a terminal with a line each minute.\n"
    "\n"
    "Runs that use the same credential on this machine share Lofty's limit of calls and wait\n"
    "for it. --priority says who leaves room to whom: interactive, as runs at a terminal are;\n"
    "scheduled, as all others are; or bulk, as a run becomes that has made more than 200\n"
    "requests and was not told. --no-wait ends the run instead (5).\n"
    "\n"
    "The schedule itself: loftyrun help job (what a cron expression means, lines for crontab\n"
    "and systemd) and loftyrun help serve (without either). All codes: help exit-codes.\n";

static const char recording[] =
    "--trace prints each call on standard error, as a curl command to be pasted into a shell,\n"
    "and what came of it. It is for whoever sits there: bodies are shown as they are sent,\n"
    "only secrets are not; the credential stands as $LOFTY_API_KEY or $LOFTY_ACCESS_TOKEN.\n"
    "\n"
    "--record FILE keeps every call with its reply, or that there was none, in a file that\n"
    "only you can read. Secrets are not in it, and names, addresses, phone numbers and free\n"
    "text have stand-ins, the same one for the same value; ids, times, stages and tags stay.\n"
    "A cassette that is there is written anew, any other file is left alone (exit code 2). If\n"
    "it cannot be written the run ends there (5).\n"
    "\n"
    "--replay FILE runs the script from such a file: without network, credentials or memory\n"
    "of earlier runs, at the time of day at which it was recorded. A call is found by method,\n"
    "target and body; one that was not recorded ends the run (1). What the script brings\n"
    "along, an e-mail on its command line or a text it makes up, counts as what was recorded\n"
    "in its place. Recordings that nobody asked for are reported at the end. A file that is\n"
    "no cassette: 2. With --dry-run a recording is needed that was made with --dry-run.\n";

/* Where there is no text it is the table of exit codes. */
static const struct {
  const char *name, *text;
} topics[] = {{"profiles", profiles},   {"profile", profiles}, {"credentials", profiles},
              {"cron", cron},           {"crontab", cron},     {"recording", recording},
              {"cassettes", recording}, {"exit-codes", NULL}};

enum { TOPIC_COUNT = sizeof topics / sizeof *topics };

bool topic_print(FILE *stream, const char *name) {
  for (size_t i = 0; i < TOPIC_COUNT; i++) {
    if (strcmp(topics[i].name, name) != 0) continue;
    if (topics[i].text)
      fputs(topics[i].text, stream);
    else
      print_exit_codes(stream);
    return true;
  }
  return false;
}

const char *topic_name(size_t index) { return index < TOPIC_COUNT ? topics[index].name : NULL; }

const char *topic_page(size_t index, const char **text) {
  size_t page = 0;
  for (size_t i = 0; i < TOPIC_COUNT; i++) {
    bool again = i > 0 && topics[i].text == topics[i - 1].text;
    if (again || page++ < index) continue;
    *text = topics[i].text;
    return topics[i].name;
  }
  return NULL;
}

const char *topic_nearest(const char *name) {
  const char *names[TOPIC_COUNT];
  for (size_t i = 0; i < TOPIC_COUNT; i++) names[i] = topics[i].name;
  int nearest = text_nearest(name, names, TOPIC_COUNT);
  return nearest >= 0 ? names[nearest] : NULL;
}
