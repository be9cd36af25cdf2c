/* loftyrun doctor: whether all is there that runs need. */
#include "../host/doctor.h"

#include "cmd.h"

/* Each word names one of the checks. */
static const struct action actions[] = {
    {"configuration", "the file, the profile, the base URL", WORD_ACTION},
    {"credential", "which, from where, until when", WORD_ACTION},
    {"environment", "what cron leaves out, proxies, zones", WORD_ACTION},
    {"disk", "the state folder: room, rights, what disk", WORD_ACTION},
    {"store", "the file in it: whole, its schema, who uses it", WORD_ACTION},
    {"jobs", "jobs, handlers and events that need somebody", WORD_ACTION},
    {"webhooks", "the receiver's certificate, the callbacks", WORD_ACTION},
    {"network", "the way to Lofty: DNS, TCP, TLS", WORD_ACTION},
    {"clock", "this machine's, by the server's", WORD_ACTION},
    {"lofty", "whose credential, what it may, the limit", WORD_ACTION},
    {NULL}};

static int run(const struct options *options, char **words) {
  for (char **word = words; *word; word++)
    if (!command_action(&command_doctor, *word)) return command_no_action(&command_doctor, *word);
  if (!options->certificate != !options->key)
    return command_usage_error(&command_doctor, "--cert and --key go together");
  struct doctor_options wanted = {.profile = options->profile,
                                  .sandbox_seed = options->sandbox_seed,
                                  .state = options->state,
                                  .certificate = options->certificate,
                                  .key = options->key,
                                  .timeout = options->timeout,
                                  .json = (options->given & OPTION_JSON) != 0,
                                  .checks = (const char *const *)words};
  return doctor_run(&wanted);
}

static const struct option_meaning meanings[] = {
    {"timeout", "give each thing that is asked outside no more than that"},
    {"cert", "the certificate that serve is to show, with its chain"},
    {NULL, NULL}};

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor [CHECK...]",
    .summary = "find out what is wrong, and what to do",
    .details =
        "Looks at everything that runs need, and says of each whether it is ok, a warning or a "
        "problem,\n"
        "with what to do about it. CHECK is one of\n"
        "\n"
        "  configuration  the file, the profile and the base URL, and where each comes from\n"
        "  credential     of what kind, from where, and when it ends; it is never shown\n"
        "  environment    what cron leaves out, variables that are misspelt, proxies, time zones\n"
        "  disk           the state folder: room, rights, whether the disk is this machine's own\n"
        "  store          state.db: whether it is whole, its schema, its size, who uses it\n"
        "  jobs           jobs that fail, are paused or that nothing runs; events that were given\n"
        "                 up; writes of which nobody knows whether they were done\n"
        "  webhooks       the secret, the certificate (--cert and --key, as serve has them), and\n"
        "                 whether Lofty's posts would arrive at the subscribed callbacks\n"
        "  network        the way to Lofty: its name, a connection, TLS, the certificate\n"
        "  clock          this machine's clock by the server's\n"
        "  lofty          whether Lofty takes the credential, what it may read, the limit of "
        "calls\n"
        "\n"
        "and without one all are done. Nothing is changed by it but the count of calls that all\n"
        "runs share: Lofty is asked three things, and nothing is written. Of callbacks only a\n"
        "connection is made; those with the secret that is set here are asked for /healthz. What\n"
        "is asked outside has ten seconds and Lofty fifteen, or --timeout SECONDS if that is "
        "less.\n"
        "\n"
        "It ends with 0 where there is no problem, warnings or not, else with the code of the "
        "first:\n"
        "3 configuration, credential, or the state folder, 4 Lofty refuses, 5 something that may\n"
        "pass: it is unreachable, the disk is full.\n",
    .examples =
        "  loftyrun doctor\n"
        "  loftyrun doctor --profile work --json\n"
        "  loftyrun doctor disk store jobs         nothing outside is asked\n"
        "  loftyrun doctor webhooks --cert chain.pem --key key.pem\n"
        "  loftyrun doctor || mail -s \"loftyrun\" me    from cron, once a day\n",
    .actions = actions,
    .accepts =
        OPTION_PROFILE | OPTION_SANDBOX | OPTION_STATE | OPTION_JSON | OPTION_TIMEOUT | OPTION_TLS,
    .meanings = meanings,
    .run = run,
};
