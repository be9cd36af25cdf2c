#include "test_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../bind/guard.h"
#include "../bind/test.h"
#include "../core/exit_code.h"
#include "../core/process.h"
#include "credential.h"
#include "report.h"
#include "running.h"
#include "sandbox.h"

/* A stream that is taken: where it goes now, and where it went. -1: it is not taken. */
struct taken {
  int file, before;
};

struct test_worker {
  const char *task;
  struct taken output, errors;
};

static const char key[] = "sandbox";
static const char nowhere[] = "http://127.0.0.1:1";
static const char variable[] = "LOFTY_BASE_URL";
static const char *const names[SETTING_COUNT] = {
    [SETTING_BASE_URL] = "loftyrun test", [SETTING_API_KEY] = "loftyrun test"};

static bool set_target(struct run *run, const char *url, struct failure *failure) {
  struct config_layer layer = {.values = {[SETTING_BASE_URL] = url, [SETTING_API_KEY] = key},
                               .names = names};
  config_clear(&run->config);
  return config_resolve(&run->config, &layer, 1, failure);
}

static bool begin_sandbox(struct context *context, const struct test_sandbox *wanted,
                          struct failure *failure) {
  struct run *run = (struct run *)context;
  char url[64];
  struct sandbox_options options = {
      .seed = wanted->seed, .faults = wanted->faults, .rate_limit = wanted->rate_limit};
  sandbox_stop(run->sandbox);
  run->sandbox = sandbox_start(context, &options, failure);
  if (!run->sandbox) return false;
  snprintf(url, sizeof url, "http://127.0.0.1:%u", sandbox_port(run->sandbox));
  if (setenv(variable, url, 1) != 0) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  return set_target(run, url, failure);
}

/* Stack: the script. Returns its code and what its header grants. */
static int push_script(lua_State *L) {
  const struct script *script = lua_touserdata(L, 1);
  struct failure failure;
  struct grants grants = {.all = false};
  if (script_load(L, script) != LUA_OK) return lua_error(L);
  if (!grants_take_header(&grants, script, &failure)) return luaL_error(L, "%s", failure.message);
  lua_getfield(L, LUA_REGISTRYINDEX, RUN_GRANTS);
  grants_give(&grants, script, L);
  lua_getfield(L, LUA_REGISTRYINDEX, RUN_GRANTS);
  lua_insert(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, RUN_GRANTS); /* as it was */
  return 2;
}

static int load(struct context *context, lua_State *L, const char *path) {
  (void)context;
  struct script script;
  struct failure failure;
  bool fine = script_read(&script, path, &failure);
  if (fine) {
    lua_pushcfunction(L, push_script);
    lua_pushlightuserdata(L, &script);
    fine = lua_pcall(L, 1, 2, 0) == LUA_OK;
    if (!fine) {
      const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
      failure_set(&failure, "SCRIPT", "%s", message ? message : "out of memory");
    }
  }
  script_free(&script);
  return fine ? 2 : context_fail(L, &failure);
}

static bool take_stream(struct taken *taken, int number, struct failure *failure) {
  taken->file = memfd_create("printed", MFD_CLOEXEC);
  taken->before = taken->file >= 0 ? fcntl(number, F_DUPFD_CLOEXEC, 10) : -1;
  if (taken->before >= 0 && dup2(taken->file, number) >= 0) return true;
  return failure_set(failure, "CANNOT_CAPTURE", "cannot take what is printed: %s", strerror(errno));
}

static void give_back(struct taken *taken, int number) {
  if (taken->before >= 0) {
    dup2(taken->before, number);
    close(taken->before);
  }
  if (taken->file >= 0) close(taken->file);
  *taken = (struct taken){-1, -1};
}

static struct test_worker *worker_of(struct context *context) {
  return ((struct run *)context)->options->test;
}

static void give_both_back(struct test_worker *worker) {
  fflush(stdout);
  fflush(stderr);
  give_back(&worker->output, STDOUT_FILENO);
  give_back(&worker->errors, STDERR_FILENO);
}

static bool capture(struct context *context, struct failure *failure) {
  struct test_worker *worker = worker_of(context);
  if (worker->output.file >= 0)
    return failure_set(failure, "CANNOT_CAPTURE", "what is printed is taken already");
  fflush(stdout);
  fflush(stderr);
  if (take_stream(&worker->output, STDOUT_FILENO, failure) &&
      take_stream(&worker->errors, STDERR_FILENO, failure))
    return true;
  give_both_back(worker);
  return false;
}

static bool read_all(int file, struct buffer *text, struct failure *failure) {
  char block[16384];
  ssize_t length;
  off_t at = 0;
  while ((length = pread(file, block, sizeof block, at)) > 0) {
    at += length;
    if (!buffer_append(text, block, (size_t)length))
      return failure_set(failure, "CANNOT_CAPTURE", "a script has printed more than 64 MiB");
  }
  return length == 0 || failure_set(failure, "CANNOT_CAPTURE", "cannot read what was printed: %s",
                                    strerror(errno));
}

static bool release(struct context *context, struct buffer *output, struct buffer *errors,
                    struct failure *failure) {
  struct test_worker *worker = worker_of(context);
  if (worker->output.file < 0)
    return failure_set(failure, "CANNOT_CAPTURE", "what is printed is not taken");
  fflush(stdout);
  fflush(stderr);
  bool fine = read_all(worker->output.file, output, failure) &&
              read_all(worker->errors.file, errors, failure);
  give_both_back(worker);
  return fine;
}

static bool tell(const char *text, size_t length, struct failure *failure) {
  while (length > 0) {
    ssize_t written = write(PROCESS_REPORT, text, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return failure_set(failure, "CANNOT_REPORT", "cannot report a test: %s", strerror(errno));
    text += written;
    length -= (size_t)written;
  }
  return true;
}

static const struct test_host host = {.sandbox = begin_sandbox,
                                      .load = load,
                                      .capture = capture,
                                      .release = release,
                                      .tell = tell,
                                      .exit_code = report_exit_code};

int test_worker_target(struct run *run) {
  struct failure failure;
  run->context.test = &host;
  if (!set_target(run, nowhere, &failure)) return run_say(run, &failure, EXIT_CONFIG);
  run->credentials = credentials_new(&run->context, &run->config);
  return run->credentials ? EXIT_DONE : run_out_of_memory(run);
}

void test_worker_give_body(lua_State *L, lua_State *co, const struct run_options *options) {
  const struct test_worker *worker = options->test;
  if (!worker) return;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.test.worker");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "main");
  lua_remove(L, -2);
  lua_pushstring(L, worker->task);
  luaL_checkstack(co, 3, "the body of a test");
  lua_xmove(L, co, 2); /* co: code, main, task */
  lua_rotate(co, -3, -1);
  lua_insert(co, -2); /* co: main, code, task */
}

void test_worker_close(struct test_worker *worker) {
  if (worker) give_both_back(worker);
}

int test_worker_run(const struct run_options *options, const char *path, const char *task) {
  struct test_worker worker = {.task = task, .output = {-1, -1}, .errors = {-1, -1}};
  struct run_options wanted = *options;
  struct script script;
  struct failure failure;
  char *arguments[] = {NULL};
  int exit_code = EXIT_USAGE;
  if (fcntl(PROCESS_REPORT, F_SETFD, FD_CLOEXEC) != 0) {
    fputs("loftyrun: there is no process to report to\n", stderr);
    return EXIT_USAGE;
  }
  if (script_read(&script, path, &failure)) {
    wanted.test = &worker;
    wanted.sandbox_seed = "empty";
    wanted.recording = RUN_RECORDS_WRITES;
    exit_code = run_script(&wanted, &script, arguments);
  } else {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
  }
  script_free(&script);
  return exit_code;
}
