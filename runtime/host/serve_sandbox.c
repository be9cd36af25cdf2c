#include "serve_sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/config.h"
#include "../core/digest.h"
#include "../core/exit_code.h"
#include "../core/folder.h"
#include "sandbox.h"
#include "sandbox_folder.h"

enum { SECRET_BYTES = 24 };

static const char url_variable[] = "LOFTYRUN_SANDBOX_URL";
static const char secret_variable[] = "LOFTYRUN_WEBHOOK_SECRET";

struct serve_sandbox {
  const struct serve_options *options;
  struct context context;
  struct sandbox *sandbox;
  struct sandbox_folder folder; /* none where --state names one */
};

static bool owns_nothing(struct context *context, lua_State *L) {
  (void)context, (void)L;
  return false;
}

static void remove_folder(struct serve_sandbox *sandbox) {
  char path[FOLDER_PATH_LENGTH];
  memcpy(path, sandbox->folder.path, sizeof path);
  if (sandbox_folder_remove(&sandbox->folder)) return;
  struct log_field field = {.name = "folder", .value = path};
  log_write(&sandbox->options->run.log, LOG_LEVEL_WARN,
            "the folder of the sandbox could not be removed", &field, 1);
}

/* A profile may have one, which is asked for by its name. */
static bool make_secret(const struct serve_options *options, struct failure *failure) {
  unsigned char bytes[SECRET_BYTES];
  char secret[2 * SECRET_BYTES + 1];
  if (!options->webhooks.listen || options->run.profile || config_variable(secret_variable))
    return true;
  bool fine = digest_random(bytes, sizeof bytes);
  for (size_t i = 0; fine && i < sizeof bytes; i++) snprintf(secret + 2 * i, 3, "%02x", bytes[i]);
  fine = fine && setenv(secret_variable, secret, 1) == 0;
  explicit_bzero(secret, sizeof secret);
  return fine || failure_set(failure, "OUT_OF_MEMORY", "no secret could be made up");
}

int serve_in_sandbox(const struct serve_options *options) {
  struct failure failure;
  struct serve_options wanted = *options;
  struct serve_sandbox sandbox = {.options = &wanted};
  unsetenv(url_variable); /* of a daemon that this one runs below */
  bool fine = wanted.run.state || sandbox_folder_make(&sandbox.folder, &failure);
  if (!fine || !make_secret(options, &failure)) {
    remove_folder(&sandbox);
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return folder_exit_code(&failure);
  }
  if (!wanted.run.state) wanted.run.state = sandbox.folder.path;
  wanted.sandbox = &sandbox;
  int exit_code = serve(&wanted);
  remove_folder(&sandbox);
  return exit_code;
}

bool serve_sandbox_start(struct serve_sandbox *sandbox, struct loop *loop,
                         struct failure *failure) {
  char url[64];
  if (!sandbox) return true;
  const struct serve_options *options = sandbox->options;
  sandbox->context = (struct context){
      .log = &options->run.log, .sandbox = true, .owns = owns_nothing, .loop = loop};
  sandbox->context.http = http_client_new(loop);
  if (!sandbox->context.http) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  const struct sandbox_options wanted = {.seed = options->run.sandbox_seed,
                                         .port = options->sandbox_port,
                                         .faults = options->run.faults,
                                         .rate_limit = options->run.rate_limit,
                                         .deliver = true};
  sandbox->sandbox = sandbox_start(&sandbox->context, &wanted, failure);
  if (!sandbox->sandbox) return false;
  snprintf(url, sizeof url, "http://127.0.0.1:%u", sandbox_port(sandbox->sandbox));
  if (setenv(url_variable, url, 1) != 0)
    return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  return true;
}

void serve_sandbox_tell(const struct serve_sandbox *sandbox) {
  if (!sandbox) return;
  const struct run_options *run = &sandbox->options->run;
  struct log_field fields[] = {{.name = "LOFTY_BASE_URL", .value = serve_sandbox_url()},
                               {.name = "LOFTY_API_KEY", .value = "sandbox"},
                               {.name = "state", .value = run->state}};
  log_write(&run->log, LOG_LEVEL_INFO, "the sandbox answers", fields,
            sizeof fields / sizeof *fields);
}

void serve_sandbox_stop(struct serve_sandbox *sandbox) {
  if (!sandbox) return;
  sandbox_stop(sandbox->sandbox);
  http_client_free(sandbox->context.http);
  sandbox->sandbox = NULL;
  sandbox->context.http = NULL;
}

const char *serve_sandbox_url(void) {
  static const char loopback[] = "http://127.0.0.1:";
  const char *url = config_variable(url_variable);
  if (!url || strncmp(url, loopback, strlen(loopback)) != 0) return NULL;
  const char *port = url + strlen(loopback);
  size_t digits = strspn(port, "0123456789");
  return digits > 0 && digits <= 5 && port[digits] == '\0' ? url : NULL;
}

bool serve_sandbox_target(const char *place, char *url, size_t size) {
  if (strncmp(place, "127.", 4) != 0) return false;
  int length = snprintf(url, size, "https://%s", place);
  return length > 0 && (size_t)length < size;
}
