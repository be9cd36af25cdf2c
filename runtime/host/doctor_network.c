/* What loftyrun doctor asks outside, in a process of its own that is ended when it takes too long:
   the way to Lofty, then Lofty itself, by a call like a script's (lofty.shell.doctor). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/loop.h"
#include "doctor_report.h"
#include "embedded.h"
#include "run.h"

static const char check[] = "lofty";
static const char chunk[] = "require('lofty.shell.doctor').run(...)";

enum {
  REACH_MS = 10 * 1000,
  ASK_SECONDS = 15,
  SPARE_MS = 3000,
  MOST_CALLBACKS = 32,
  HEARD_MAXIMUM = 256 * 1024,
  MESSAGE_SIZE = 400
};

struct doctor_network {
  pid_t child;
  int pipe;
  int64_t deadline; /* as loop_now counts */
  struct buffer heard;
  char *callbacks[MOST_CALLBACKS];
  size_t callback_count;
  bool has_more;              /* callbacks than there is room for */
  char message[MESSAGE_SIZE]; /* what was said besides, last */
  bool done;                  /* Lofty was asked to the end */
};

/* So long for a step that usually has `usual` milliseconds. */
static long share(const struct doctor *doctor, long usual) {
  double given = doctor->options->timeout * 1000;
  return given > 0 && given < (double)usual ? (long)given + 1 : usual;
}

/* In the child */

static void ask_lofty(struct doctor *doctor) {
  char *no_arguments[] = {NULL};
  struct script script;
  struct failure failure;
  const struct doctor_options *options = doctor->options;
  if (!script_from_argument(&script, chunk, &failure)) return;
  script.name = "doctor";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "doctor");
  struct run_options wanted = {
      .profile = options->profile,
      .sandbox_seed = options->sandbox_seed,
      .state = options->state,
      .timeout = (double)share(doctor, ASK_SECONDS * 1000) / 1000,
      .retries = 1,
      .no_wait = true,
      .recording = RUN_READS_HISTORY,
      .log = {.stream = stderr, .level = LOG_LEVEL_ERROR, .format = LOG_FORMAT_TEXT}};
  run_script(&wanted, &script, no_arguments);
  script_free(&script);
}

/* Why there is nothing to ask has been said. */
static void skip(struct doctor *doctor, const char *why) {
  doctor_say(doctor, DOCTOR_SKIP(check), "%s", why);
  printf("%cdone\n", DOCTOR_MARK);
}

static void ask(struct doctor *doctor) {
  bool has_credential = doctor->config.credential.kind != CREDENTIAL_NONE;
  bool reached = doctor->options->sandbox_seed != NULL;
  doctor->is_part = true;
  if (!reached && doctor->has_url) reached = doctor_reach(doctor, share(doctor, REACH_MS));
  if (!reached)
    skip(doctor, "it cannot be reached");
  else if (!doctor->options->sandbox_seed && !(doctor->is_configured && has_credential))
    skip(doctor, "there is no credential to ask it with");
  else
    ask_lofty(doctor);
}

/* All that is printed, here or by the run, goes into the pipe. */
static void be_child(struct doctor *doctor, int pipe) {
  int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, STDIN_FILENO);
  if (dup2(pipe, STDOUT_FILENO) < 0 || dup2(pipe, STDERR_FILENO) < 0) _exit(EXIT_TEMPORARY);
  ask(doctor);
  fflush(stdout);
  _exit(EXIT_DONE);
}

/* In the parent */

static bool is_wanted(const struct doctor *doctor) {
  static const char *const outside[] = {"network", "clock", "lofty", "credential", "webhooks"};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
    if (doctor_wants(doctor, outside[i])) return true;
  return false;
}

struct doctor_network *doctor_network_begin(struct doctor *doctor) {
  int ends[2];
  if (!is_wanted(doctor)) return NULL;
  struct doctor_network *network = calloc(1, sizeof *network);
  if (!network || pipe2(ends, O_CLOEXEC) != 0) {
    free(network);
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_TEMPORARY, NULL), "nothing could be asked: %s",
               strerror(errno));
    return NULL;
  }
  fflush(stdout);
  fflush(stderr);
  buffer_init(&network->heard, HEARD_MAXIMUM);
  network->child = fork();
  if (network->child == 0) be_child(doctor, ends[1]);
  close(ends[1]);
  network->pipe = ends[0];
  network->deadline =
      loop_now() + share(doctor, REACH_MS) + share(doctor, ASK_SECONDS * 1000) + SPARE_MS;
  return network;
}

static void hear_callback(struct doctor_network *network, const char *url) {
  for (size_t i = 0; i < network->callback_count; i++)
    if (strcmp(network->callbacks[i], url) == 0) return;
  network->has_more = network->callback_count == MOST_CALLBACKS;
  if (network->has_more) return;
  char *copy = strdup(url);
  if (copy) network->callbacks[network->callback_count++] = copy;
}

static void hear(struct doctor *doctor, struct doctor_network *network, char *line) {
  static const char program[] = "loftyrun: ", callback[] = "callback\t";
  if (*line != DOCTOR_MARK) {
    size_t skipped = strncmp(line, program, sizeof program - 1) == 0 ? sizeof program - 1 : 0;
    if (skipped > 0) snprintf(network->message, sizeof network->message, "%s", line + skipped);
  } else if (strncmp(line + 1, callback, sizeof callback - 1) == 0) {
    hear_callback(network, line + sizeof callback);
  } else if (strcmp(line + 1, "done") == 0) {
    network->done = true;
  } else {
    doctor_hear(doctor, line + 1);
  }
}

/* Whole lines; the rest stays. */
static void hear_all(struct doctor *doctor, struct doctor_network *network) {
  struct buffer *heard = &network->heard;
  char *line = heard->data, *end;
  while (line && (end = memchr(line, '\n', heard->length - (size_t)(line - heard->data)))) {
    *end = '\0';
    hear(doctor, network, line);
    line = end + 1;
  }
  if (!line) return;
  size_t rest = heard->length - (size_t)(line - heard->data);
  memmove(heard->data, line, rest);
  heard->length = rest;
}

/* Until it has ended; false where it has not in time. */
static bool listen_to(struct doctor *doctor, struct doctor_network *network) {
  char part[4096];
  for (;;) {
    struct pollfd ready = {.fd = network->pipe, .events = POLLIN};
    int64_t left = network->deadline - loop_now();
    int count = left > 0 ? poll(&ready, 1, (int)left) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    ssize_t length = read(network->pipe, part, sizeof part);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return length == 0;
    if (!buffer_append(&network->heard, part, (size_t)length)) return false;
    hear_all(doctor, network);
  }
}

static void tell_end(struct doctor *doctor, struct doctor_network *network, bool ended) {
  if (!ended)
    doctor_say(doctor,
               DOCTOR_FAIL(check, EXIT_TEMPORARY,
                           "Run again later, or give it longer with --timeout SECONDS."),
               "it took too long to ask");
  else if (!network->done)
    doctor_say(doctor, DOCTOR_FAIL(check, EXIT_TEMPORARY, "Run again later: loftyrun auth status."),
               "it could not be asked: %s",
               *network->message ? network->message : "no reason given");
}

/* A sandbox's are made up. */
static void look_at_callbacks(struct doctor *doctor, const struct doctor_network *network) {
  if (network->callback_count == 0 || !doctor_wants(doctor, "webhooks") ||
      doctor->options->sandbox_seed)
    return;
  doctor_callbacks(doctor, (const char *const *)network->callbacks, network->callback_count,
                   share(doctor, REACH_MS));
  if (network->has_more)
    doctor_say(doctor, DOCTOR_SKIP("webhooks"), "only %d callbacks were looked at", MOST_CALLBACKS);
}

void doctor_network_end(struct doctor *doctor, struct doctor_network *network) {
  int status;
  if (!network) return;
  bool ended = network->child > 0 && listen_to(doctor, network);
  if (!ended && network->child > 0) kill(network->child, SIGKILL);
  close(network->pipe);
  while (network->child > 0 && waitpid(network->child, &status, 0) < 0 && errno == EINTR) continue;
  tell_end(doctor, network, ended);
  look_at_callbacks(doctor, network);
  for (size_t i = 0; i < network->callback_count; i++) {
    explicit_bzero(network->callbacks[i], strlen(network->callbacks[i]));
    free(network->callbacks[i]);
  }
  if (network->heard.data) explicit_bzero(network->heard.data, network->heard.capacity);
  buffer_free(&network->heard);
  free(network);
}
