/* loftyrun serve: the daemon that runs jobs when they are due. */
#include "../host/serve.h"

#include "../host/serve_sandbox.h"
#include "../host/subscriptions.h"
#include "cmd.h"

static int run(const struct options *options, char **words) {
  struct serve_options serve_options = {
      .run = options_run(options),
      .files = (const char *const *)words,
      .jobs_maximum = options->jobs_maximum,
      .webhooks = {.listen = options->listen,
                   .certificate = options->certificate,
                   .key = options->key},
      .subscribe = options->subscribe,
      .status = options->status,
      .sandbox_port = options->given & OPTION_PORT ? options->port : 0};
  struct failure failure;
  char base[SUBSCRIPTIONS_BASE];
  if (options->given & OPTION_TLS && !options->listen)
    return command_usage_error(&command_serve, "--cert and --key are for --listen");
  if (options->subscribe && !options->listen)
    return command_usage_error(&command_serve, "--subscribe is for --listen");
  if (options->subscribe && !subscriptions_base(options->subscribe, true, base, &failure))
    return command_usage_error(&command_serve, failure.message);
  if (options->given & OPTION_PORT && !options->sandbox_seed)
    return command_usage_error(&command_serve, "--port is the sandbox's: add --sandbox");
  return options->sandbox_seed ? serve_in_sandbox(&serve_options) : serve(&serve_options);
}

static const struct option_meaning meanings[] = {
    {"timeout", "end a job's run, or an event's, after that long (exit code 6)"},
    {"max-requests", "refuse more than N requests of a job's run, or an event's (6)"},
    {"on-failure", "have /bin/sh run this where a run fails, or events are dead"},
    {"port", "its sandbox's port on 127.0.0.1; 0 takes a free one"},
    {NULL, NULL}};

const struct command command_serve = {
    .name = "serve",
    .usage = "serve [options] [FILE...]",
    .summary = "run jobs and take webhooks, until SIGTERM",
    .details =
        "Each FILE registers jobs, and does nothing else:\n"
        "\n"
        "  local lofty = require \"lofty\"\n"
        "  lofty.on.schedule(\"30 6 * * MON-FRI\", { name = \"brief\", tz = \"America/New_York\" "
        "},\n"
        "    function(job) ... end)\n"
        "\n"
        "Besides name and tz a job may have\n"
        "  overlap       while another run of it is under way: skip (default), queue, cancel, "
        "allow\n"
        "  catch_up      what was missed while nobody was there: none (default), one, all;\n"
        "  window        so late at most (24h). A minute late is still in time. So long is also "
        "started\n"
        "                again what could not begin, for a full disk, say\n"
        "  jitter        each run starts up to so much later, by chance\n"
        "  timeout       a run is ended after that long (exit code 6); a shorter --timeout holds\n"
        "  retries       how often a run that failed is made again (0), within a day;\n"
        "  retry_delay   before the first of them (1m), then twice as long each time\n"
        "  pause_after   so many failures in a row pause it; loftyrun job resume NAME\n"
        "\n"
        "Each run is a process of its own, loftyrun job run NAME, with the options given here and\n"
        "the text of the file that was found right; modules that it requires are read from the "
        "disk\n"
        "at each run. Every instant has one row in the state folder: it is neither lost nor run\n"
        "twice by a restart, a clock that is set, or a second daemon on the same folder.\n"
        "\n"
        "Without FILE it serves the scripts that the profile schedules (loftyrun help profiles),\n"
        "which with --listen may be none; with FILE those are left alone.\n"
        "\n"
        "SIGHUP reads the files again. If one is wrong all jobs go on as they were. SIGTERM "
        "starts\n"
        "nothing new, tells what runs to end, kills it after 30 seconds, and ends with 0; a "
        "second\n"
        "one ends at once.\n"
        "\n"
        "With --listen it also takes webhooks of Lofty's, at https://HOST/hooks/SECRET. The secret "
        "is in\n"
        "LOFTYRUN_WEBHOOK_SECRET (while it is changed the one before in\n"
        "LOFTYRUN_WEBHOOK_SECRET_PREVIOUS) or in the profile: 20 letters, digits or more. Whoever\n"
        "does not know it gets 404 everywhere. A delivery is on the disk before it is answered "
        "with\n"
        "200; when it cannot be kept the answer is 503, with Retry-After. loftyrun inbox shows "
        "them.\n"
        "\n"
        "SIGHUP also reads --cert and --key and the profile's rules again. Without them it is "
        "plain http:\n"
        "on 127.0.0.1, on a Unix socket, or on systemd's socket as systemd:plain, behind a proxy. "
        "GET of\n"
        "/hooks/SECRET/healthz and /readyz tells whether it lives, and whether it could keep a "
        "delivery.\n"
        "What else the profile can say (a header, an HMAC, who may, limits) is in webhooks = { ... "
        "},\n"
        "see loftyrun help profiles.\n"
        "\n"
        "A file that registers handlers (lofty.on.webhook) gets a process of its own for them, as "
        "long\n"
        "as the daemon runs: it gives them what has come, also while nothing ran. SIGHUP: what is\n"
        "under way ends with the old text, what comes next has the new one. SIGTERM: what is under "
        "way\n"
        "has 30 seconds; what does not end is handled again. --timeout and --max-requests hold for "
        "each\n"
        "event, where the handler's own timeout is not shorter; --max-memory is for all handlers "
        "of a\n"
        "file; --ping is for jobs. --on-failure is run where their process fails, and where events "
        "have\n"
        "become dead: within two minutes, every 15 minutes at most, told of all that are new, "
        "with\n"
        "LOFTYRUN_JOB=webhooks, exit code 8 and no run. loftyrun help inbox has the rest.\n"
        "\n"
        "With --subscribe https://HOST, or subscribe in the profile's webhooks, it has Lofty "
        "deliver what\n"
        "the handlers want: a subscription for each of their lists, to https://HOST/hooks/SECRET. "
        "They\n"
        "are looked after at the start, after SIGHUP and every 15 minutes (subscribe_seconds); one "
        "that\n"
        "has vanished is made again, and told. Others' are left alone. While the secret is changed "
        "the\n"
        "new ones are made first; those with the previous secret go at the first look after ten "
        "minutes,\n"
        "when what was on its way to them has come. Take the previous secret away after that. To "
        "remove\n"
        "those, and what nobody wants there any more, takes the grant delete_webhooks (--allow, or "
        "allow\n"
        "in the profile).\n"
        "Where Lofty refuses one the log says what to do, and what comes is taken all the same. "
        "They\n"
        "stay when serve ends.\n"
        "\n"
        "With --sandbox there is one pretend Lofty for the daemon and all that it starts, on its "
        "own\n"
        "loopback port (--port, any free one by default). It subscribes to it and gets what "
        "changes\n"
        "there, without --state in a folder that is gone at the end, and without a secret with one "
        "that\n"
        "is made up:\n"
        "\n"
        "  loftyrun serve --sandbox=demo --listen 127.0.0.1:0 handlers.lua\n"
        "  LOFTY_BASE_URL=http://127.0.0.1:PORT LOFTY_API_KEY=sandbox \\\n"
        "    loftyrun api sandbox.trigger lead.updated\n"
        "\n"
        "Without files it subscribes to every list that the sandbox's team has room for: one of\n"
        "--sandbox=demo, all of --sandbox=empty. What a killed one has left goes with the next.\n"
        "\n"
        "What is run by hand with --sandbox --state DIR uses the same one where\n"
        "LOFTYRUN_SANDBOX_URL=http://127.0.0.1:PORT is set, as it is for all that serve starts.\n"
        "\n"
        "--status 127.0.0.1:9464, or status = \"127.0.0.1:9464\" in the profile, serves a page "
        "with "
        "the\n"
        "jobs and their last runs, events, dead letters, calls by code and what is left of "
        "Lofty's\n"
        "limit, and the same numbers for Prometheus at /metrics. It is for this machine alone; "
        "from\n"
        "another one: ssh -L 9464:127.0.0.1:9464 HOST. There are no secrets and no personal data "
        "on it.\n"
        "\n"
        "loftyrun job shows and steers the jobs, loftyrun job check FILE tries a file.\n",
    .examples =
        "  loftyrun serve jobs.lua\n"
        "  loftyrun serve --listen 127.0.0.1:8443 handlers.lua\n"
        "  loftyrun serve --listen 0.0.0.0:443 --cert chain.pem --key key.pem handlers.lua\n"
        "  loftyrun serve --profile work\n",
    .words = WORD_FILE,
    .accepts = (OPTIONS_OF_A_RUN & ~(uint64_t)(OPTION_TRACE | OPTION_RECORD | OPTION_REPLAY |
                                               OPTION_LEDGER | OPTION_DRY_RUN | OPTION_PLAN)) |
               (OPTIONS_OF_A_SCRIPT & ~(uint64_t)(OPTION_QUIET | OPTION_KEEP_OUTPUT)) |
               OPTION_ALLOW | OPTION_MAX_JOBS | OPTION_LISTEN | OPTION_TLS | OPTION_SUBSCRIBE |
               OPTION_STATUS | OPTION_PORT,
    .meanings = meanings,
    .run = run,
};
