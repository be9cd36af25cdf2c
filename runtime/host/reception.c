#include "reception.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/exit_code.h"
#include "../core/folder.h"
#include "children.h"
#include "chore.h"
#include "dead_letters.h"
#include "reconcile.h"
#include "runs.h"
#include "serve_files.h"
#include "serve_sandbox.h"
#include "subscriptions.h"

/* Another of the machine's processes may be at them for ten minutes before it is this one's turn.
 */
enum { SECOND = 1000, SUBSCRIBING_MS = 20 * 60 * SECOND, PLACE_SIZE = 128 };

struct reception {
  const struct serve_options *options;
  struct loop *loop;
  int64_t server;
  struct webhooks_options wanted;
  struct profile *profile;
  struct webhooks *webhooks;     /* NULL: none are taken */
  char base[SUBSCRIPTIONS_BASE]; /* "": nothing is subscribed to */
  struct chore subscribing, reconciling;
  struct dead_letters_watch dead;
  bool always, stops;
};

static void say(const struct reception *reception, enum log_level level, const char *message,
                const char *name, const char *value) {
  struct log_field field = {.name = name, .value = value};
  log_write(&reception->options->run.log, level, message, &field, name ? 1 : 0);
}

static int refuse(const struct failure *failure, int exit_code) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return exit_code;
}

static const struct webhook_config *config_of(const struct reception *reception,
                                              struct webhook_config *usual) {
  const struct webhook_config *config = profile_webhooks(reception->profile);
  webhook_config_init(usual);
  return config ? config : usual;
}

/* A sandbox of its own has lost nothing. */
static int64_t reconcile_interval(const struct reception *reception) {
  struct webhook_config usual;
  return reception->options->run.sandbox_seed ? 0 : config_of(reception, &usual)->reconcile;
}

/* Subscribing */

/* Where Lofty is to deliver, and how often that is looked after. With a sandbox that is the place
   where the receiver listens. */
static bool find_base(struct reception *reception, struct failure *failure) {
  const struct serve_options *options = reception->options;
  struct webhook_config usual;
  const struct webhook_config *config = config_of(reception, &usual);
  char base[SUBSCRIPTIONS_BASE] = "", place[PLACE_SIZE];
  const char *listed = config->texts[WEBHOOK_SUBSCRIBE];
  if (options->subscribe ? !subscriptions_base(options->subscribe, true, base, failure)
                         : listed && !subscriptions_base(listed, false, base, failure))
    return false;
  if (options->sandbox && !options->subscribe && !listed &&
      serve_sandbox_target(webhooks_place(reception->webhooks), place, sizeof place))
    snprintf(base, sizeof base, "%s", place);
  memcpy(reception->base, base, sizeof base);
  chore_every(&reception->subscribing, (int64_t)config->subscribe_seconds * SECOND);
  return true;
}

/* What is in force, which the environment or the profile said when it was read last. */
static bool write_input(const struct reception *reception, char text[SUBSCRIPTIONS_INPUT]) {
  struct webhook_config usual;
  const struct webhook_settings settings = webhook_config_settings(config_of(reception, &usual));
  const struct subscriptions_input input = {
      .base = reception->base,
      .secret = settings.secret,
      .previous = settings.previous_secret,
      .all = reception->options->sandbox && !*reception->options->files,
      .always = reception->always};
  return subscriptions_write(&input, text);
}

static pid_t start_subscribing(void *context, struct failure *failure) {
  struct reception *reception = context;
  char server[24], text[SUBSCRIPTIONS_INPUT];
  struct runs_room room;
  const struct run_options *options = &reception->options->run;
  const char *arguments[RUNS_ARGUMENTS] = {"loftyrun", "job", "subscribe", server};
  int count = 4;
  pid_t child = 0;
  snprintf(server, sizeof server, "%" PRId64, reception->server);
  count += runs_chore_options(options, arguments + count, &room);
  count += runs_work_options(options, arguments + count);
  arguments[count] = NULL;
  if (write_input(reception, text))
    child = children_start_with(arguments, text, failure);
  else
    failure_set(failure, "CONFIG_INVALID", "the URL of the receiver is too long");
  explicit_bzero(text, sizeof text);
  if (child) reception->always = false;
  return child;
}

/* Beginning and ending */

static int begin(struct reception *reception, struct journal *journal, const char *account) {
  struct failure failure;
  const struct run_options *run = &reception->options->run;
  struct webhooks_options *wanted = &reception->wanted;
  *wanted = reception->options->webhooks;
  if (!wanted->listen) return EXIT_DONE;
  if (!serve_open_profile(reception->options, &reception->profile, &failure))
    return refuse(&failure, EXIT_CONFIG);
  wanted->account = account;
  wanted->config = profile_webhooks(reception->profile);
  wanted->log = &run->log;
  reception->webhooks = webhooks_start(reception->loop, journal_store(journal), wanted, &failure);
  if (!reception->webhooks ||
      !reconcile_begin(&reception->reconciling, journal_store(journal), account, run,
                       reconcile_interval(reception), &failure))
    return refuse(&failure, strcmp(failure.code, "CONFIG_INVALID") == 0
                                ? EXIT_CONFIG
                                : folder_exit_code(&failure));
  if (!find_base(reception, &failure)) return refuse(&failure, EXIT_CONFIG);
  say(reception, LOG_LEVEL_INFO, "webhooks are taken", "place",
      webhooks_place(reception->webhooks));
  if (reception->options->sandbox && (!*reception->base || wanted->certificate))
    say(reception, LOG_LEVEL_WARN,
        "the sandbox cannot deliver there: it posts plain http, to 127.0.0.1 alone", NULL, NULL);
  return EXIT_DONE;
}

int reception_begin(struct reception **result, const struct serve_options *options,
                    struct loop *loop, struct journal *journal, const char *account,
                    int64_t server) {
  struct reception *reception = calloc(1, sizeof *reception);
  *result = reception;
  if (!reception) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  *reception =
      (struct reception){.options = options,
                         .loop = loop,
                         .server = server,
                         .subscribing = {.what = "the subscriptions could not be looked after",
                                         .log = &options->run.log,
                                         .start = start_subscribing,
                                         .context = reception,
                                         .rest = chore_rest_about,
                                         .deadline = SUBSCRIBING_MS}};
  dead_letters_watch(&reception->dead, options, journal_store(journal), account);
  return begin(reception, journal, account);
}

struct webhooks *const *reception_webhooks(const struct reception *reception) {
  return &reception->webhooks;
}

const struct profile *reception_profile(const struct reception *reception) {
  return reception->profile;
}

/* Of two profiles the one whose texts are in use is kept. */
void reception_reload(struct reception *reception) {
  struct failure failure;
  struct profile *profile;
  if (!reception->webhooks) return;
  if (!serve_open_profile(reception->options, &profile, &failure)) {
    say(reception, LOG_LEVEL_ERROR, failure.message, NULL, NULL);
    return;
  }
  if (webhooks_reload(reception->webhooks, profile_webhooks(profile))) {
    struct profile *before = reception->profile;
    reception->profile = profile;
    profile = before;
    chore_every(&reception->reconciling, reconcile_interval(reception));
    if (!find_base(reception, &failure))
      say(reception, LOG_LEVEL_ERROR, "the subscriptions stay as they were", "why",
          failure.message);
  }
  profile_close(profile);
}

void reception_look(struct reception *reception) {
  reception->always = true;
  chore_hurry(&reception->subscribing);
}

void reception_step(struct reception *reception) {
  if (reception->stops) return;
  chore_step(&reception->dead.chore);
  if (!reception->webhooks) return;
  if (*reception->base) chore_step(&reception->subscribing);
  chore_step(&reception->reconciling);
}

void reception_stop(struct reception *reception) {
  reception->stops = true;
  webhooks_stop(reception->webhooks);
  reception->webhooks = NULL;
}

size_t reception_count(struct reception *reception) {
  return (size_t)chore_is_under_way(&reception->dead.chore) +
         (size_t)chore_is_under_way(&reception->subscribing) +
         (size_t)chore_is_under_way(&reception->reconciling);
}

void reception_signal(struct reception *reception, int number) {
  chore_end(&reception->dead.chore, number);
  chore_end(&reception->subscribing, number);
  chore_end(&reception->reconciling, number);
}

void reception_free(struct reception *reception) {
  if (!reception) return;
  reception_stop(reception);
  profile_close(reception->profile);
  free(reception);
}
