#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_MS = 2, GRACE_MS = 2000 };

static bool set_actions(posix_spawn_file_actions_t *actions, const struct process_files *files) {
  const int from[] = {files->out, files->err, files->report};
  const int to[] = {STDOUT_FILENO, STDERR_FILENO, PROCESS_REPORT};
  int error = files->in < 0 ? posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null",
                                                               O_RDONLY, 0)
                            : posix_spawn_file_actions_adddup2(actions, files->in, STDIN_FILENO);
  for (int i = 0; error == 0 && i < 3; i++)
    if (from[i] >= 0) error = posix_spawn_file_actions_adddup2(actions, from[i], to[i]);
  return error == 0;
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

/* The file that runs, also where another one has taken its name since: it has none then. By its
   name where it has one, because valgrind stands in the other's place. */
static const char *program(char path[PATH_MAX]) {
  static const char self[] = "/proc/self/exe";
  ssize_t length = readlink(self, path, PATH_MAX - 1);
  if (length <= 0) return self;
  path[length] = '\0';
  return access(path, X_OK) == 0 ? path : self;
}

int process_spawn(pid_t *child, const char *const *arguments, const char *const *environment,
                  const struct process_files *files) {
  char path[PATH_MAX];
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (error == 0) {
    error = set_actions(&actions, files) && set_attributes(&attributes)
                ? posix_spawn(child, program(path), &actions, &attributes, (char *const *)arguments,
                              (char *const *)environment)
                : ENOMEM;
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* NULL: no memory. To be freed, not what it points to. */
static const char **environment_of(const struct process_options *options) {
  size_t count = 0, added = 0, kept = 0;
  while (environ && environ[count]) count++;
  while (options->environment && options->environment[added]) added++;
  const char **list = calloc(count + added + 1, sizeof *list);
  if (!list) return NULL;
  for (size_t i = 0; i < count; i++)
    if (!options->hidden || strncmp(environ[i], options->hidden, strlen(options->hidden)) != 0)
      list[kept++] = environ[i];
  for (size_t i = 0; i < added; i++) list[kept++] = options->environment[i];
  return list;
}

static void look(void *context);

static void end_stream(struct process_stream *stream) {
  if (stream->file < 0) return;
  loop_unwatch(stream->process->loop, stream->file);
  close(stream->file);
  stream->file = -1;
}

static void kill_it(void *context) {
  struct process *process = context;
  process->killed = true;
  if (process->id) kill(-process->id, SIGKILL);
}

static void end_late(void *context) {
  struct process *process = context;
  process->late = true;
  if (process->id) kill(process->id, SIGTERM);
  loop_timer_set(process->loop, &process->deadline, GRACE_MS, kill_it, process);
}

/* Takes what is there. False at its end. */
static bool take(struct process_stream *stream) {
  char block[16384];
  for (;;) {
    ssize_t length = read(stream->file, block, sizeof block);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return errno == EAGAIN;
    if (length == 0) return false;
    if (!stream->overflows && !buffer_append(&stream->text, block, (size_t)length))
      stream->overflows = true;
  }
}

/* A report means that it goes on. The end of the reports is the child's own. */
static void read_stream(void *context) {
  struct process_stream *stream = context;
  struct process *process = stream->process;
  bool goes_on = take(stream);
  if (!goes_on) end_stream(stream);
  if (stream != &process->report) return;
  if (!process->late)
    loop_timer_set(process->loop, &process->deadline, process->quiet_ms, end_late, process);
  if (!goes_on) look(process);
}

static void finish(struct process *process) {
  loop_timer_clear(process->loop, &process->deadline);
  if (process->output.file >= 0) take(&process->output);
  end_stream(&process->output);
  end_stream(&process->report);
  process->on_end(process->context);
}

/* What it has left in its group ends before its number is free for others. */
static void reap(struct process *process) {
  pid_t reaped;
  kill(-process->id, SIGKILL);
  do reaped = waitpid(process->id, &process->status, 0);
  while (reaped < 0 && errno == EINTR);
  if (reaped < 0) process->status = SIGKILL; /* somebody else has waited for it */
  process->id = 0;
}

/* It closes its report when it ends; until that is over it is asked again and again. */
static void look(void *context) {
  struct process *process = context;
  siginfo_t ended = {.si_pid = 0};
  int error = waitid(P_PID, (id_t)process->id, &ended, WEXITED | WNOHANG | WNOWAIT);
  if ((error == 0 && ended.si_pid == 0) || (error != 0 && errno == EINTR)) {
    loop_timer_set(process->loop, &process->look, LOOK_MS, look, process);
    return;
  }
  reap(process);
  finish(process);
}

static bool open_pipe(int ends[2], struct failure *failure) {
  if (pipe2(ends, O_CLOEXEC) != 0)
    return failure_set(failure, "CHILD_FAILED", "cannot make a pipe: %s", strerror(errno));
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return true;
}

static bool open_stream(struct process *process, struct process_stream *stream, int file,
                        size_t maximum) {
  buffer_init(&stream->text, maximum);
  stream->process = process;
  stream->file = file;
  return loop_watch(process->loop, file, read_stream, stream);
}

static bool start(struct process *process, const struct process_options *options, int output[2],
                  int report[2], struct failure *failure) {
  const char **environment = environment_of(options);
  int error = ENOMEM;
  if (environment)
    error = process_spawn(&process->id, options->arguments, environment,
                          &(struct process_files){-1, output[1], output[1], report[1]});
  free(environment);
  if (error) {
    process->id = 0;
    return failure_set(failure, "CHILD_FAILED", "cannot start a process: %s", strerror(error));
  }
  return true;
}

bool process_start(struct process *process, struct loop *loop,
                   const struct process_options *options, void (*on_end)(void *context),
                   void *context, struct failure *failure) {
  int output[2], report[2];
  *process = (struct process){.loop = loop,
                              .quiet_ms = options->quiet_ms,
                              .output = {.file = -1},
                              .report = {.file = -1},
                              .on_end = on_end,
                              .context = context};
  if (!open_pipe(output, failure)) return false;
  if (!open_pipe(report, failure)) {
    close(output[0]);
    close(output[1]);
    return false;
  }
  bool watched = open_stream(process, &process->output, output[0], options->output_maximum) &&
                 open_stream(process, &process->report, report[0], options->report_maximum);
  if (!watched) failure_set(failure, "CHILD_FAILED", "too many processes at a time");
  bool fine = watched && start(process, options, output, report, failure);
  close(output[1]);
  close(report[1]);
  if (fine) {
    loop_timer_set(loop, &process->deadline, options->quiet_ms, end_late, process);
    return true;
  }
  if (process->report.file < 0) close(report[0]);
  process_close(process);
  return false;
}

void process_close(struct process *process) {
  if (!process->loop) return;
  if (process->id) reap(process);
  loop_timer_clear(process->loop, &process->deadline);
  loop_timer_clear(process->loop, &process->look);
  end_stream(&process->output);
  end_stream(&process->report);
  buffer_free(&process->output.text);
  buffer_free(&process->report.text);
  process->loop = NULL;
}

int process_exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
