#include "subscriptions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/url.h"
#include "../core/webhook_rules.h"
#include "embedded.h"

enum { LINES = 4, URL_SIZE = SUBSCRIPTIONS_BASE + 256 };

static const char chunk[] = "require('lofty.inbox.subscriptions').run(...)";

bool subscriptions_base(const char *text, bool bare, char base[SUBSCRIPTIONS_BASE],
                        struct failure *failure) {
  static const char scheme[] = "https://";
  const char *name = bare ? "--subscribe" : "webhooks: subscribe";
  struct failure why;
  if (strncasecmp(text, scheme, strlen(scheme)) != 0 ||
      !url_check_base(text, base, SUBSCRIPTIONS_BASE, &why))
    return failure_set(failure, "CONFIG_INVALID",
                       "%s must be https://HOST or https://HOST:PORT, without user, ? and #", name);
  const char *path = strchr(base + strlen(scheme), '/');
  if (path && (bare || strstr(path, "/hooks")))
    return failure_set(failure, "CONFIG_INVALID",
                       "%s is https://HOST or https://HOST:PORT alone: the path, which is secret, "
                       "is added by itself",
                       name);
  return true;
}

bool subscriptions_write(const struct subscriptions_input *input, char text[SUBSCRIPTIONS_INPUT]) {
  int length = snprintf(text, SUBSCRIPTIONS_INPUT, "%s\n%s\n%s\n%s%s\n", input->base, input->secret,
                        input->previous ? input->previous : "", input->all ? "all," : "",
                        input->always ? "always," : "");
  return length > 0 && length < SUBSCRIPTIONS_INPUT;
}

static bool read_input(char text[SUBSCRIPTIONS_INPUT], char *lines[LINES]) {
  size_t length = 0;
  while (length < SUBSCRIPTIONS_INPUT - 1) {
    ssize_t got = read(STDIN_FILENO, text + length, SUBSCRIPTIONS_INPUT - 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += (size_t)got;
  }
  text[length] = '\0';
  char *at = text;
  for (int i = 0; i < LINES; i++) {
    char *end = strchr(at, '\n');
    if (!end) return false;
    *end = '\0';
    lines[i] = at;
    at = end + 1;
  }
  return true;
}

static int run(const struct run_options *options, int64_t server, char *const lines[LINES]) {
  struct failure failure;
  struct script script;
  char number[24], url[URL_SIZE], previous[URL_SIZE];
  const char *const secrets[] = {lines[1], lines[2]};
  bool changes = *lines[2] != '\0' && strcmp(lines[1], lines[2]) != 0;
  char *arguments[] = {number, lines[3], url, changes ? previous : NULL, NULL};
  struct run_options wanted = *options;
  snprintf(number, sizeof number, "%" PRId64, server);
  snprintf(url, sizeof url, "%s" WEBHOOK_PATH "%s", lines[0], lines[1]);
  snprintf(previous, sizeof previous, "%s" WEBHOOK_PATH "%s", lines[0], lines[2]);
  if (!script_from_argument(&script, chunk, &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "subscriptions";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "subscriptions");
  wanted.recording = RUN_RECORDS_WRITES;
  wanted.job_name = "subscriptions";
  wanted.secrets = secrets;
  wanted.secret_count = sizeof secrets / sizeof *secrets;
  int exit_code = run_script(&wanted, &script, arguments);
  script_free(&script);
  explicit_bzero(url, sizeof url);
  explicit_bzero(previous, sizeof previous);
  return exit_code;
}

int subscriptions_run(const struct run_options *options, int64_t server) {
  char text[SUBSCRIPTIONS_INPUT], *lines[LINES];
  int exit_code = EXIT_USAGE;
  if (server > 0 && read_input(text, lines))
    exit_code = run(options, server, lines);
  else
    fputs("loftyrun: job subscribe is for loftyrun serve alone\n", stderr);
  explicit_bzero(text, sizeof text);
  return exit_code;
}
