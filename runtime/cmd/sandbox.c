/* loftyrun sandbox: the pretend Lofty on its own, until SIGINT or SIGTERM. */
#include "../host/sandbox.h"

#include <errno.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../host/interrupt.h"
#include "cmd.h"

static void introduce(const struct options *options, const struct sandbox *sandbox) {
  unsigned port = sandbox_port(sandbox);
  if (options->upstream)
    fprintf(stderr,
            "loftyrun: proxy before %s; from another terminal, with your own credential:\n"
            "  LOFTY_BASE_URL=http://127.0.0.1:%u loftyrun SCRIPT\n",
            options->upstream, port);
  else
    fprintf(stderr,
            "loftyrun: sandbox with seed %s; from another terminal:\n"
            "  LOFTY_BASE_URL=http://127.0.0.1:%u LOFTY_API_KEY=sandbox loftyrun SCRIPT\n",
            options->seed, port);
  if (options->faults)
    fprintf(stderr, "loftyrun: the same faults again with seed:%lld\n",
            sandbox_fault_seed(sandbox));
}

static int serve(struct context *context, const struct options *options) {
  struct failure failure;
  if (!interrupt_install(context->loop, 0, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  struct sandbox_options wanted = {.seed = options->seed,
                                   .port = options->port,
                                   .faults = options->faults,
                                   .rate_limit = options->rate_limit,
                                   .ledger = options->ledger,
                                   .deliver = true,
                                   .upstream = options->upstream};
  struct sandbox *sandbox = sandbox_start(context, &wanted, &failure);
  if (!sandbox) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    interrupt_remove(context->loop);
    return strcmp(failure.code, "USAGE") == 0 ? EXIT_USAGE : EXIT_TEMPORARY;
  }
  printf("http://127.0.0.1:%u\n", sandbox_port(sandbox));
  /* Whoever is to hear where it is does not: main says so. */
  bool is_told = fflush(stdout) == 0 && !ferror(stdout);
  int why = errno;
  if (is_told) introduce(options, sandbox);
  while (is_told && interrupt_pending() == INTERRUPT_NONE && loop_step(context->loop, -1)) continue;
  /* To be stopped is how a server ends, not a failure. */
  int exit_code = is_told && interrupt_pending() == INTERRUPT_NONE ? EXIT_TEMPORARY : EXIT_DONE;
  interrupt_settle();
  sandbox_stop(sandbox);
  interrupt_remove(context->loop);
  errno = why;
  return exit_code;
}

static bool owns_nothing(struct context *context, lua_State *L) {
  (void)context, (void)L;
  return false;
}

static int run(const struct options *options, char **words) {
  if (words[0]) return command_usage_error(&command_sandbox, "the sandbox takes no words");
  if (options->upstream && options->given & OPTION_SEED)
    return command_usage_error(&command_sandbox, "with --upstream there is nothing to seed");
  struct log log = options_log(options);
  struct context context = {.log = &log, .sandbox = true, .owns = owns_nothing};
  context.loop = loop_new();
  context.http = context.loop ? http_client_new(context.loop) : NULL;
  if (!context.http) {
    fputs("loftyrun: out of memory\n", stderr);
    loop_free(context.loop);
    return EXIT_TEMPORARY;
  }
  int exit_code = serve(&context, options);
  http_client_free(context.http);
  loop_free(context.loop);
  return exit_code;
}

const struct command command_sandbox = {
    .name = "sandbox",
    .usage = "sandbox [--port PORT] [--seed SEED]",
    .summary = "a pretend Lofty on loopback, until stopped",
    .details =
        "Prints its base URL as the first line of standard output once it answers. Any API key is\n"
        "accepted (`Authorization: token KEY`) but \"revoked\" and \"expired\"; one with the word\n"
        "\"limited\" in it may manage neither routing nor offices nor agents. OAuth tokens come\n"
        "from its own /oauth/token, and its consent page, /page/vendor-auth.html, allows at once:\n"
        "auth login opens it. A client id with the word \"denied\" in it is refused there, with\n"
        "\"stateless\" it gets no state back; with \"lifetime-2\" tokens end after 2 seconds, and\n"
        "with \"rotating\" a refresh token works once. The secrets \"wrong\", \"revoked\" and\n"
        "\"expired\" are refused. Nothing is kept when it stops.\n"
        "\n"
        "--faults takes NAME:RATE%[@WHERE], with commas between them; of these at most one meets "
        "a\n"
        "request:\n"
        "  429, 429-bare        Too Many Requests, with and without the limit's headers\n"
        "  500, 502, 503, 504   instead of carrying the request out; 500-after, ...: afterwards\n"
        "  cut                  carried out, then the reply ends inside its header or its body\n"
        "  lost-reply           carried out, then the connection is closed without a reply\n"
        "  garbage              carried out, then 200 with a page or bytes that are no JSON\n"
        "  refuse               the connection is closed and the request not carried out\n"
        "  reset                the same by a TCP reset\n"
        "and besides latency:50ms..2s[:RATE%][@WHERE] before any reply, wait:TIME that a 429 asks\n"
        "for (21s), seed:NUMBER to have the same again. WHERE is a method, a path and what is "
        "below\n"
        "it, both, or an operation: 500:20%@POST, cut:5%@/v1.0/leads, reset:1%@PUT/v1.0/leads,\n"
        "lost-reply:10%@leads.create.\n"
        "\n"
        "--rate-limit takes COUNT/min or COUNT/10s, for each credential, and COUNT/min@WHERE for "
        "what\n"
        "has a limit of its own; reset:epoch-s, epoch-ms, ms-left or none says what\n"
        "X-RateLimit-Reset holds, and headers:none leaves all of them out.\n"
        "\n"
        "--ledger counts what really happened: requests, what was carried out, true replies sent\n"
        "(`answered`: whether one arrived only the caller knows), and for each operation the ids\n"
        "it was done on, how often the same again, and the writes whose reply a fault withheld.\n"
        "It is at GET /sandbox/ledger, and with a FILE there when the sandbox stops.\n"
        "\n"
        "It posts to the callbacks of subscriptions when something changes in it: to loopback "
        "alone, and\n"
        "as plain http where they say https, as if a proxy stood there:\n"
        "  loftyrun serve --listen 127.0.0.1:8443\n"
        "  loftyrun api webhooks.create listId=2 "
        "callbackUrl=https://127.0.0.1:8443/hooks/SECRET\n"
        "  loftyrun api sandbox.trigger lead.updated leadId=ID count=20\n"
        "All three at once is loftyrun serve --sandbox.\n"
        "trigger makes events of all twelve lists (id, time and array may be said as well), and\n"
        "GET /sandbox/deliveries tells what was posted. Only the arrays of list 2 and 6 to 8 are\n"
        "known to be Lofty's. --faults has for deliveries, each as NAME:RATE%:\n"
        "  webhook-twice        a post is made a second time\n"
        "  webhook-late         it comes up to 2 seconds later, behind those after it\n"
        "  webhook-reversed     its entries stand in the opposite order\n"
        "  webhook-strange      before it comes one of a shape that nobody knows\n"
        "  webhook-odd-time     updateTime is a text\n"
        "  webhook-lost         it is never made\n"
        "  webhook-again        one that is not answered with 2xx is made again\n"
        "\n"
        "With --upstream it is no Lofty but a proxy before one, https or on loopback, with the "
        "same\n"
        "faults, limit and ledger; it sends each request once, with the caller's credential, and "
        "logs\n"
        "nothing. What it does to writes there is real.\n",
    .examples =
        "  loftyrun sandbox\n"
        "  loftyrun sandbox --port 8765 --seed large:10000\n"
        "  loftyrun sandbox --faults \"429:5%,lost-reply:1%@POST\" --rate-limit 600/min\n"
        "  loftyrun sandbox --upstream https://api.lofty.com --faults cut:1%\n",
    .accepts = OPTION_PORT | OPTION_SEED | OPTION_FAULTS | OPTION_RATE_LIMIT | OPTION_LEDGER |
               OPTION_UPSTREAM | OPTION_LOG_LEVEL | OPTION_LOG_FORMAT,
    .run = run,
};
