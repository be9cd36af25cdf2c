#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 200, INPUT_MOST = 2048 };

static bool set_actions(posix_spawn_file_actions_t *actions, int in, int out, int err) {
  int error =
      in < 0 ? posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
             : posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
  return error == 0 &&
         (out < 0 || posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO) == 0) &&
         (err < 0 || posix_spawn_file_actions_adddup2(actions, err, STDERR_FILENO) == 0);
}

static bool set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  return posix_spawnattr_setsigmask(attributes, &none) == 0 &&
         posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
         posix_spawnattr_setpgroup(attributes, 0) == 0 &&
         posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  POSIX_SPAWN_SETPGROUP) == 0;
}

/* The file that runs, also where another one has taken its name since: parent and child must agree
   on what the store looks like. */
static pid_t start(const char *const *arguments, int in, int out, int err,
                   struct failure *failure) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t child = 0;
  int error = posix_spawn_file_actions_init(&actions);
  if (error == 0) {
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
      error = set_actions(&actions, in, out, err) && set_attributes(&attributes)
                  ? posix_spawn(&child, "/proc/self/exe", &actions, &attributes,
                                (char *const *)arguments, environ)
                  : ENOMEM;
      posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
  }
  if (error == 0) return child;
  failure_set(failure, "CHILD_FAILED", "cannot start a process: %s", strerror(error));
  return 0;
}

pid_t children_start(const char *const *arguments, struct failure *failure) {
  return start(arguments, -1, -1, -1, failure);
}

/* A pipe takes so little at once, whether anybody reads it or not. */
pid_t children_start_with(const char *const *arguments, const char *text, struct failure *failure) {
  int in[2];
  pid_t child = 0;
  size_t length = strlen(text);
  if (pipe2(in, O_CLOEXEC | O_NONBLOCK) != 0) {
    failure_set(failure, "CHILD_FAILED", "cannot make a pipe: %s", strerror(errno));
    return 0;
  }
  /* The child's end waits for what comes, as any input does. */
  if (fcntl(in[0], F_SETFL, 0) != 0 || length > INPUT_MOST ||
      write(in[1], text, length) != (ssize_t)length)
    failure_set(failure, "CHILD_FAILED", "cannot write to a pipe: %s", strerror(errno));
  else
    child = start(arguments, in[0], -1, -1, failure);
  close(in[0]);
  close(in[1]);
  return child;
}

bool children_ended(pid_t child, int *status) {
  pid_t ended;
  do ended = waitpid(child, status, WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended < 0) *status = SIGKILL; /* somebody else has waited for it: nothing is known */
  return ended != 0;
}

int children_exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* One end of a captured stream. */
struct stream {
  int file;
  struct buffer *text;
  bool overflows;
};

static void read_stream(void *context) {
  struct stream *stream = context;
  char block[4096];
  ssize_t length;
  while ((length = read(stream->file, block, sizeof block)) > 0)
    if (!buffer_append(stream->text, block, (size_t)length)) stream->overflows = true;
}

/* The loop may turn on and on at a stream that has ended: it is looked at only now and then. */
static void wait_for(struct loop *loop, pid_t child, int milliseconds, struct stream streams[2],
                     int *status) {
  int64_t end = loop_now() + milliseconds;
  while (!children_ended(child, status)) {
    read_stream(&streams[0]);
    read_stream(&streams[1]);
    int64_t left = end - loop_now();
    bool ends = left <= 0 || streams[0].overflows || streams[1].overflows;
    if (ends) kill(-child, SIGKILL);
    if (!loop_step(loop, ends || left > LOOK_MS ? LOOK_MS : (int)left)) kill(-child, SIGKILL);
  }
  read_stream(&streams[0]);
  read_stream(&streams[1]);
}

pid_t children_open(const char *const *arguments, int files[2], struct failure *failure) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0) {
    failure_set(failure, "CHILD_FAILED", "cannot make a pipe: %s", strerror(errno));
    return 0;
  }
  if (pipe2(err, O_CLOEXEC) != 0) {
    failure_set(failure, "CHILD_FAILED", "cannot make a pipe: %s", strerror(errno));
    close(out[0]);
    close(out[1]);
    return 0;
  }
  files[0] = out[0];
  files[1] = err[0];
  for (int i = 0; i < 2; i++) fcntl(files[i], F_SETFL, O_NONBLOCK);
  pid_t child = start(arguments, -1, out[1], err[1], failure);
  close(out[1]);
  close(err[1]);
  if (child) return child;
  close(files[0]);
  close(files[1]);
  return 0;
}

bool children_ask(struct loop *loop, const char *const *arguments, int milliseconds,
                  struct child_words *words, struct failure *failure) {
  int files[2];
  pid_t child = children_open(arguments, files, failure);
  if (!child) return false;
  struct stream streams[2] = {{.file = files[0], .text = &words->out},
                              {.file = files[1], .text = &words->err}};
  wait_for(loop, child, milliseconds, streams, &words->status);
  close(files[0]);
  close(files[1]);
  return true;
}
