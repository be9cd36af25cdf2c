#include "aftermath.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../core/loop.h"

enum { COMMAND_MS = 60 * 1000 };

static const char *const secret_variables[] = {
    "LOFTY_API_KEY",           "LOFTY_ACCESS_TOKEN",
    "LOFTY_CLIENT_ID",         "LOFTY_CLIENT_SECRET",
    "LOFTY_CUSTOMER_KEY",      "LOFTYRUN_PING",
    "LOFTYRUN_WEBHOOK_SECRET", "LOFTYRUN_WEBHOOK_SECRET_PREVIOUS"};

bool aftermath_pause(const sigset_t *signals, int milliseconds) {
  struct timespec time = {.tv_sec = milliseconds / 1000,
                          .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  return sigtimedwait(signals, NULL, &time) > 0;
}

static void warn(const struct aftermath *aftermath, const char *what, const char *why) {
  struct log_field field = {.name = "why", .value = why};
  log_write(aftermath->log, LOG_LEVEL_WARN, what, &field, 1);
}

/* The end of a pipe with what the run printed last, which is less than a pipe holds. No file: a
   full disk may be why the run has failed. -1: there are no descriptors. */
static int input_of(const struct aftermath *aftermath) {
  int ends[2];
  const struct buffer *tail = aftermath->tail;
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  /* Where a pipe holds less than usual the end is missing, and nothing else. */
  ssize_t ignored = tail->length > 0 ? write(ends[1], tail->data, tail->length) : 0;
  (void)ignored;
  close(ends[1]);
  return ends[0];
}

/* This process's own, which is at its end: between fork and exec nothing may take a lock. */
static bool set_environment(const struct aftermath *aftermath) {
  char code[32], run[32] = "";
  bool fine = true;
  for (size_t i = 0; i < sizeof secret_variables / sizeof *secret_variables; i++)
    fine = unsetenv(secret_variables[i]) == 0 && fine;
  snprintf(code, sizeof code, "%d", aftermath->exit_code);
  if (aftermath->run) snprintf(run, sizeof run, "%" PRId64, aftermath->run);
  return fine && setenv("LOFTYRUN_EXIT_CODE", code, 1) == 0 &&
         setenv("LOFTYRUN_RUN", run, 1) == 0 &&
         setenv("LOFTYRUN_SCRIPT", aftermath->script, 1) == 0 &&
         setenv("LOFTYRUN_JOB", aftermath->log->job ? aftermath->log->job : "", 1) == 0 &&
         setenv("LOFTYRUN_MESSAGE", aftermath->message, 1) == 0;
}

/* In the new process. A group of its own, so that all of it can be ended. */
static _Noreturn void become(const struct aftermath *aftermath, int input) {
  setpgid(0, 0);
  if (dup2(input, STDIN_FILENO) < 0) _exit(127);
  sigprocmask(SIG_SETMASK, aftermath->mask, NULL);
  execl("/bin/sh", "sh", "-c", aftermath->command, (char *)NULL);
  _exit(127);
}

/* Waits for the command's end; NULL, or why it was ended before. */
static const char *wait_for(pid_t process, int *status, bool *cut) {
  sigset_t signals;
  int64_t end = loop_now() + COMMAND_MS;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  const char *problem = NULL;
  while (waitpid(process, status, WNOHANG) == 0) {
    int64_t left = end - loop_now();
    struct timespec time = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
    int number = left > 0 ? sigtimedwait(&signals, NULL, &time) : -1;
    if (number == SIGCHLD || (number < 0 && left > 0)) continue;
    *cut = left > 0;
    problem = *cut ? "it was cut short" : "it took more than a minute";
    kill(-process, SIGKILL);
    while (waitpid(process, status, 0) < 0 && errno == EINTR) continue;
    break;
  }
  return problem;
}

bool aftermath_run(const struct aftermath *aftermath) {
  static const char what[] = "the command for a failed run failed";
  int status = 0;
  bool cut = false;
  char text[64];
  int input = input_of(aftermath);
  fflush(stdout);
  fflush(stderr);
  pid_t process = input >= 0 && set_environment(aftermath) ? fork() : -1;
  if (process == 0) become(aftermath, input);
  if (process < 0) {
    warn(aftermath, what, strerror(errno));
  } else {
    setpgid(process, process);
    const char *problem = wait_for(process, &status, &cut);
    if (!problem && WIFSIGNALED(status)) {
      snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
      problem = text;
    } else if (!problem && WEXITSTATUS(status) != 0) {
      snprintf(text, sizeof text, "exit code %d", WEXITSTATUS(status));
      problem = text;
    }
    if (problem) warn(aftermath, what, problem);
  }
  if (input >= 0) close(input);
  return process >= 0 && !cut;
}
