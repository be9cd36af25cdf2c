/* loftyrun sandbox: the pretend Lofty on its own, until SIGINT or SIGTERM. */
#include "../host/sandbox.h"

#include <string.h>

#include "../core/exit_code.h"
#include "../host/interrupt.h"
#include "cmd.h"

static int serve(struct context *context, const struct options *options) {
  struct failure failure;
  if (!interrupt_install(context->loop, 0, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  struct sandbox *sandbox = sandbox_start(context, options->seed, options->port, &failure);
  if (!sandbox) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    interrupt_remove(context->loop);
    return strcmp(failure.code, "SEED_INVALID") == 0 ? EXIT_USAGE : EXIT_TEMPORARY;
  }
  printf("http://127.0.0.1:%u\n", sandbox_port(sandbox));
  fflush(stdout);
  fprintf(stderr,
          "loftyrun: sandbox with seed %s; from another terminal:\n"
          "  LOFTY_BASE_URL=http://127.0.0.1:%u LOFTY_API_KEY=sandbox loftyrun SCRIPT\n",
          options->seed, sandbox_port(sandbox));
  while (interrupt_pending() == INTERRUPT_NONE && loop_step(context->loop, -1)) continue;
  /* To be stopped is how a server ends, not a failure. */
  int exit_code = interrupt_pending() == INTERRUPT_NONE ? EXIT_TEMPORARY : EXIT_DONE;
  interrupt_settle();
  sandbox_stop(sandbox);
  interrupt_remove(context->loop);
  return exit_code;
}

static bool owns_nothing(struct context *context, lua_State *L) {
  (void)context, (void)L;
  return false;
}

static int run(const struct options *options, char **words) {
  if (words[0]) return command_usage_error(&command_sandbox, "the sandbox takes no words");
  struct log log = options_log(options);
  struct context context = {.log = &log, .sandbox = true, .owns = owns_nothing};
  context.loop = loop_new();
  if (!context.loop) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  int exit_code = serve(&context, options);
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
        "from its own /oauth/token. Nothing is kept when it stops.\n",
    .accepts = OPTION_PORT | OPTION_SEED | OPTION_LOG_LEVEL | OPTION_LOG_FORMAT,
    .run = run,
};
