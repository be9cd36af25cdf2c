#include "notice.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/redact.h"
#include "../core/url.h"
#include "aftermath.h"
#include "interrupt.h"

enum {
  PING_TIMEOUT_MS = 5000,
  PING_ATTEMPTS = 3,
  PING_PAUSE_MS = 1000,
  STEP_MS = 100,
  REPLY_MOST = 64 * 1024,
  URL_MOST = 2048,
  SAID_MOST = 64 * 1024,
  WHY_LENGTH = 512
};

static bool is_missing(struct failure *failure, const char *name) {
  return failure_set(failure, "USAGE",
                     "--ping %.64s: the profile has no such ping; it is written "
                     "ping = { %.64s = \"https://...\" }",
                     name, name);
}

static bool set_ping(struct notice *notice, const char *url, struct failure *failure) {
  if (!url) return true;
  if (!url_is_safe(url) || strlen(url) > URL_MOST - 8)
    return failure_set(failure, "CONFIG_INVALID",
                       "the ping URL must begin with https:// and have a host (it is not shown, it "
                       "is a secret)");
  notice->ping = strdup(url);
  return notice->ping || failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

const char *notice_command(const struct run_options *options, const struct profile *profile) {
  const char *command = options->on_failure;
  /* A run of the command's own would have the same profile, and so on without end. */
  bool inside = config_variable("LOFTYRUN_EXIT_CODE") != NULL;
  if (!command && !inside && (options->job || !isatty(STDERR_FILENO)))
    command = profile_on_failure(profile);
  return command && *command ? command : NULL;
}

bool notice_open(struct notice *notice, const struct run_options *options,
                 const struct profile *profile, struct failure *failure) {
  *notice = (struct notice){.ping = NULL};
  /* What is no run of a script, and what only pretends, tells nobody. */
  if (options->recording != RUN_RECORDED) return true;
  const char *command = notice_command(options, profile);
  if (command) notice->command = strdup(command);
  notice->output = profile_ping_output(profile);
  if (options->sandbox_seed || options->replay) return true;
  const char *url = config_variable("LOFTYRUN_PING");
  if (options->ping) {
    url = profile_ping(profile, options->ping);
    if (!url) return is_missing(failure, options->ping);
  }
  return set_ping(notice, url, failure);
}

bool notice_wants_output(const struct notice *notice) {
  return notice->command || (notice->ping && notice->output);
}

/* Cut only when it is clean: what is left of a secret is not known as one. */
void notice_say(struct notice *notice, const char *message, const struct config *config) {
  static const char prefix[] = "loftyrun: ";
  struct buffer text;
  if (notice->message[0]) return;
  if (strncmp(message, prefix, sizeof prefix - 1) == 0) message += sizeof prefix - 1;
  buffer_init(&text, SAID_MOST);
  if (buffer_append(&text, message, strcspn(message, "\n"))) {
    size_t length = credential_redact(&config->credential, text.data, text.length);
    if (length >= NOTICE_MESSAGE) length = NOTICE_MESSAGE - 1;
    while (length > 0 && length < text.length && (text.data[length] & 0xC0) == 0x80) length--;
    memcpy(notice->message, text.data, length);
    notice->message[length] = '\0';
  }
  buffer_free(&text);
}

/* The URL with an ending to its path; a query stays behind it. */
static void ping_url(char url[URL_MOST], const struct notice *notice, const char *ending) {
  size_t path = strcspn(notice->ping, "?");
  size_t bare = path > 0 && notice->ping[path - 1] == '/' && *ending ? path - 1 : path;
  snprintf(url, URL_MOST, "%.*s%s%s", (int)bare, notice->ping, ending, notice->ping + path);
}

static struct http_exchange *ask(struct http_client *client, const char *url,
                                 const struct buffer *body, http_done_fn *done, void *context,
                                 struct failure *failure) {
  struct http_request request = {.method = body ? "POST" : "GET",
                                 .url = url,
                                 .content_type = "text/plain; charset=utf-8",
                                 .connect_timeout_ms = PING_TIMEOUT_MS,
                                 .timeout_ms = PING_TIMEOUT_MS,
                                 .response_maximum = REPLY_MOST};
  if (body) {
    request.body = body->data;
    request.body_length = body->length;
  }
  return http_start(client, &request, done, context, failure);
}

/* Why a ping was none; NULL: it was one. */
static const char *problem_of(const struct http_exchange *exchange, char text[32]) {
  const struct http_response *response = http_exchange_response(exchange);
  const struct failure *failure = http_exchange_failure(exchange);
  /* Where to stays unsaid: it may hold the secret, otherwise than it is known here. */
  if (!response && strcmp(failure->code, "REDIRECTED") == 0)
    return "the server redirects to another address";
  if (!response) return failure->message;
  if (response->status >= 200 && response->status < 300) return NULL;
  snprintf(text, 32, "HTTP %d", response->status);
  return text;
}

static void warn(const struct notice *notice, const struct log *log, const char *which,
                 const char *why) {
  char text[WHY_LENGTH], message[64];
  snprintf(text, sizeof text, "%s", why);
  text[redact(text, strlen(text), notice->ping)] = '\0';
  snprintf(message, sizeof message, "the ping of the run's %s did not arrive", which);
  struct log_field field = {.name = "why", .value = text};
  log_write(log, LOG_LEVEL_WARN, message, &field, 1);
}

static void on_start(void *context) { ((struct notice *)context)->start_ended = true; }

void notice_start(struct notice *notice, const struct context *context) {
  char url[URL_MOST];
  struct failure failure;
  if (!notice->ping || !context->http) return;
  ping_url(url, notice, "/start");
  notice->start = ask(context->http, url, NULL, on_start, notice, &failure);
  if (!notice->start) warn(notice, context->log, "start", failure.message);
}

void notice_wait(struct notice *notice, const struct context *context) {
  char text[32];
  if (!notice->start) return;
  interrupt_settle(); /* nothing of the script goes on, and the exchange has a timeout of its own */
  enum interrupt_reason before = interrupt_pending();
  while (!notice->start_ended && interrupt_pending() == before && loop_step(context->loop, STEP_MS))
    continue;
  interrupt_settle(); /* what came now has ended the wait, and there is nothing else to end */
  const char *problem = notice->start_ended ? problem_of(notice->start, text) : "it was cut short";
  if (problem) warn(notice, context->log, "start", problem);
  http_exchange_free(notice->start);
  notice->start = NULL;
}

static void on_answer(void *context) { *(bool *)context = true; }

/* One attempt on a loop of its own: the run's may never have been there. */
static const char *ping_once(const char *url, const struct buffer *body, struct loop *loop,
                             struct http_client *client, const sigset_t *signals, bool *cut,
                             char text[WHY_LENGTH]) {
  struct failure failure;
  bool answered = false;
  char status[32];
  struct http_exchange *exchange = ask(client, url, body, on_answer, &answered, &failure);
  if (!exchange) {
    snprintf(text, WHY_LENGTH, "%s", failure.message);
    return text;
  }
  static const struct timespec at_once = {0};
  while (!answered && !*cut) {
    if (!loop_step(loop, STEP_MS)) break;
    *cut = sigtimedwait(signals, NULL, &at_once) > 0;
  }
  const char *problem = answered ? problem_of(exchange, status) : "it was cut short";
  if (problem) snprintf(text, WHY_LENGTH, "%s", problem);
  http_exchange_free(exchange);
  return problem ? text : NULL;
}

static void ping_end(const struct notice *notice, const struct notice_end *end,
                     const sigset_t *signals, bool *cut) {
  char url[URL_MOST], text[WHY_LENGTH];
  bool failed = end->exit_code != EXIT_DONE;
  struct buffer body;
  buffer_init(&body, REPLY_MOST);
  bool fine = buffer_printf(&body, "exit code %d: %s\n", end->exit_code, notice->message);
  if (notice->output && end->tail->length > 0)
    fine = fine && buffer_append(&body, end->tail->data, end->tail->length);
  ping_url(url, notice, failed ? "/fail" : "");
  struct loop *loop = loop_new();
  struct http_client *client = loop ? http_client_new(loop) : NULL;
  const char *problem = "out of memory";
  for (int attempt = 0; client && fine && attempt < PING_ATTEMPTS && !*cut; attempt++) {
    if (attempt > 0) *cut = aftermath_pause(signals, PING_PAUSE_MS);
    problem = ping_once(url, failed ? &body : NULL, loop, client, signals, cut, text);
    if (!problem) break;
  }
  if (problem) warn(notice, end->log, "end", problem);
  http_client_free(client);
  loop_free(loop);
  buffer_free(&body);
}

/* Signals wait until all is told, and cut it short; one that came is done with then. */
bool notice_end(struct notice *notice, const struct notice_end *end) {
  sigset_t signals, before;
  bool cut = false;
  if ((!notice->ping && !notice->command) || end->exit_code == EXIT_LOCKED) return true;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, &before);
  sigdelset(&signals, SIGCHLD);
  if (!notice->message[0])
    snprintf(notice->message, sizeof notice->message, "%s",
             end->exit_code == EXIT_ITEMS_FAILED ? "some items failed"
                                                 : "the run ended with this exit code");
  if (notice->ping) ping_end(notice, end, &signals, &cut);
  if (notice->command && end->exit_code != EXIT_DONE && !cut) {
    const struct aftermath aftermath = {.command = notice->command,
                                        .script = end->script,
                                        .message = notice->message,
                                        .run = end->run,
                                        .exit_code = end->exit_code,
                                        .tail = end->tail,
                                        .log = end->log,
                                        .mask = &before};
    cut = !aftermath_run(&aftermath);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  return !cut;
}

void notice_never_began(const struct run_options *options, const char *script, int exit_code,
                        const char *message) {
  struct run_options known = *options;
  struct profile *profile = NULL;
  struct notice notice;
  const struct config no_config = {.credential = {.kind = CREDENTIAL_NONE}};
  const struct buffer no_tail = {.length = 0};
  const char *name = options->profile ? options->profile : config_variable("LOFTY_PROFILE");
  /* Where that cannot be read, what else says whom to tell has to do. */
  if (options->sandbox_seed || !profile_open(name, &profile, NULL)) profile = NULL;
  if (!profile_ping(profile, options->ping ? options->ping : "")) known.ping = NULL;
  if (notice_open(&notice, &known, profile, NULL)) {
    const struct notice_end end = {
        .script = script, .exit_code = exit_code, .tail = &no_tail, .log = &options->log};
    notice_say(&notice, message, &no_config);
    notice_end(&notice, &end);
  }
  notice_close(&notice);
  profile_close(profile);
}

void notice_close(struct notice *notice) {
  if (notice->ping) explicit_bzero(notice->ping, strlen(notice->ping));
  free(notice->ping);
  free(notice->command);
  notice->ping = notice->command = NULL;
}
