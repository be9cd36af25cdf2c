#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/process.h"

enum { LOOK_MS = 200, INPUT_MOST = 2048 };

/* Parent and child must agree on what the store looks like: it is the same file. */
static pid_t start(const char *const *arguments, int in, int out, int err,
                   struct failure *failure) {
  pid_t child;
  const struct process_files files = {.in = in, .out = out, .err = err, .report = -1};
  int error = process_spawn(&child, arguments, (const char *const *)environ, &files);
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
