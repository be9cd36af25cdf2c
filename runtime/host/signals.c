#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
enum { COUNT = sizeof numbers / sizeof *numbers };

/* A signal handler can reach nothing but file scope. */
static struct {
  volatile sig_atomic_t come[COUNT];
  int pipe[2]; /* written by the handler, watched by the loop */
  signals_fn *function;
  void *context;
  bool installed;
} state = {.pipe = {-1, -1}};

static void on_signal(int number) {
  int saved = errno;
  for (int i = 0; i < COUNT; i++)
    if (numbers[i] == number) state.come[i] = 1;
  ssize_t ignored = write(state.pipe[1], "", 1);
  (void)ignored;
  errno = saved;
}

/* The flags are what counts; the bytes only ended the wait. */
static void on_wake(void *context) {
  (void)context;
  char bytes[16];
  while (read(state.pipe[0], bytes, sizeof bytes) > 0) continue;
  for (int i = 0; i < COUNT; i++) {
    if (!state.come[i]) continue;
    state.come[i] = 0;
    state.function(state.context, numbers[i]);
  }
}

void signals_handle(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, NULL);
}

bool signals_install(struct loop *loop, signals_fn *function, void *context,
                     struct failure *failure) {
  sigset_t taken;
  if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
    return failure_set(failure, "OUT_OF_DESCRIPTORS", "cannot make a pipe: %s", strerror(errno));
  state.function = function;
  state.context = context;
  if (!loop_watch(loop, state.pipe[0], on_wake, NULL)) {
    close(state.pipe[0]);
    close(state.pipe[1]);
    return failure_set(failure, "OUT_OF_DESCRIPTORS", "too many watched descriptors");
  }
  state.installed = true;
  sigemptyset(&taken);
  for (int i = 0; i < COUNT; i++) {
    state.come[i] = 0;
    sigaddset(&taken, numbers[i]);
    signals_handle(numbers[i], on_signal);
  }
  /* Whoever started us may have blocked them. */
  sigprocmask(SIG_UNBLOCK, &taken, NULL);
  return true;
}

void signals_remove(struct loop *loop) {
  if (!state.installed) return;
  for (int i = 0; i < COUNT; i++) signals_handle(numbers[i], SIG_DFL);
  loop_unwatch(loop, state.pipe[0]);
  close(state.pipe[0]);
  close(state.pipe[1]);
  state.pipe[0] = state.pipe[1] = -1;
  state.installed = false;
}
