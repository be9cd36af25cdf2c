#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/reader.h"
#include "keeper.h"

/* All that is opened on the way; -1: it is not. */
struct ends {
  int control[2];
  int pipes[2][2];
  int own[2];
};

static void close_all(struct ends *ends) {
  int *all = (int *)ends;
  for (size_t i = 0; i < sizeof *ends / sizeof *all; i++)
    if (all[i] >= 0) close(all[i]);
}

/* Where both go to one place they are one pipe, which keeps their order. */
static bool are_one(void) {
  struct stat out, err;
  return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
         out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

static bool open_ends(struct ends *ends) {
  for (size_t i = 0; i < sizeof *ends / sizeof(int); i++) ((int *)ends)[i] = -1;
  ends->own[0] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ends->own[1] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  return ends->own[0] >= 0 && ends->own[1] >= 0 &&
         socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->control) == 0 &&
         pipe2(ends->pipes[0], O_CLOEXEC) == 0 &&
         (are_one() || pipe2(ends->pipes[1], O_CLOEXEC) == 0);
}

static void close_end(int *end) {
  if (*end >= 0) close(*end);
  *end = -1;
}

/* The number stays taken, so that no file gets it. */
static void let_go_of_input(void) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0) return;
  dup2(nothing, STDIN_FILENO);
  if (nothing != STDIN_FILENO) close(nothing);
}

bool output_hold(struct output *output, bool quiet, const char *folder, struct failure *failure) {
  struct ends ends;
  fflush(stdout);
  fflush(stderr);
  pid_t process = open_ends(&ends) ? fork() : -1;
  if (process < 0) {
    failure_set(failure, "OUT_OF_DESCRIPTORS", "what the run prints cannot be held: %s",
                strerror(errno));
    close_all(&ends);
    return false;
  }
  if (process == 0) {
    close_end(&ends.control[0]);
    close_end(&ends.pipes[0][1]);
    close_end(&ends.pipes[1][1]);
    const struct keeper keeper = {.control = ends.control[1],
                                  .from = {ends.pipes[0][0], ends.pipes[1][0]},
                                  .to = {ends.own[0], ends.own[1]},
                                  .quiet = quiet,
                                  .folder = folder};
    let_go_of_input();
    keeper_work(&keeper);
  }
  dup2(ends.pipes[0][1], STDOUT_FILENO);
  dup2(ends.pipes[1][1] >= 0 ? ends.pipes[1][1] : ends.pipes[0][1], STDERR_FILENO);
  *output = (struct output){.held = true,
                            .quiet = quiet,
                            .control = ends.control[0],
                            .own = {ends.own[0], ends.own[1]},
                            .keeper = process};
  ends.control[0] = ends.own[0] = ends.own[1] = -1;
  close_all(&ends);
  return true;
}

/* Where it is gone, the end says so. */
static bool tell(const struct output *output, enum keeper_word word, int64_t value,
                 const char *text) {
  struct keeper_message message = {.word = word, .value = value};
  message.length = text ? (uint32_t)strlen(text) : 0;
  return send(output->control, &message, sizeof message, MSG_NOSIGNAL) == sizeof message &&
         (message.length == 0 || keeper_write(output->control, text, message.length));
}

void output_hide_text(const struct output *output, const char *secret) {
  if (output->held && secret && *secret && strlen(secret) <= KEEPER_SECRET_MOST)
    tell(output, KEEPER_SECRET, 0, secret);
}

void output_hide(const struct output *output, const struct config *config) {
  const struct credential *credential = &config->credential;
  const char *token = credential->authorization ? strchr(credential->authorization, ' ') : NULL;
  if (token) output_hide_text(output, token + 1);
  output_hide_text(output, credential->client_secret);
  output_hide_text(output, credential->customer_key);
  output_hide_text(output, credential->refresh_token);
}

void output_number(const struct output *output, int64_t run) {
  if (output->held && run > 0) tell(output, KEEPER_RUN, run, NULL);
}

void output_missed(const struct output *output) {
  if (output->held) tell(output, KEEPER_MISSED, 0, NULL);
}

/* The keeper's answer; false where it is no more. */
static bool hear(const struct output *output, int *error, struct buffer *tail) {
  struct keeper_answer answer;
  char text[KEEPER_TAIL_MOST];
  if (!keeper_read(output->control, &answer, sizeof answer) || answer.length > sizeof text ||
      !keeper_read(output->control, text, answer.length))
    return false;
  *error = answer.error;
  /* Without it the tail is missing, and nothing else. */
  if (tail) (void)!buffer_append(tail, text, answer.length);
  return true;
}

/* What a run has failed for by itself says more. That its reader was gone it has only supposed: it
   writes into the keeper's pipe, which is closed for other reasons, too. */
static int changed(int exit_code, int error) {
  if (error == 0 || (exit_code != EXIT_DONE && exit_code != EXIT_SIGPIPE)) return exit_code;
  return error == EPIPE ? EXIT_SIGPIPE : EXIT_SCRIPT;
}

int output_look(const struct output *output, int exit_code, struct buffer *tail) {
  int error = 0, heard = 0, before = errno;
  if (fflush(stdout) != 0 || ferror(stdout)) {
    before = errno ? errno : before;
    error = reader_is_gone(STDOUT_FILENO) ? EPIPE : EIO;
  }
  if (output->held && !(tell(output, KEEPER_LOOK, 0, NULL) && hear(output, &heard, tail)))
    heard = EIO;
  errno = before;
  return changed(exit_code, heard ? heard : error);
}

int output_release(struct output *output, int exit_code) {
  int error = 0, status, before = errno;
  if (!output->held) return exit_code;
  output->held = false;
  fflush(stdout);
  fflush(stderr);
  /* Nobody writes into the pipes any more, but for commands that outlive the run. */
  dup2(output->own[0], STDOUT_FILENO);
  dup2(output->own[1], STDERR_FILENO);
  bool fine = tell(output, KEEPER_END, exit_code, NULL) && hear(output, &error, NULL);
  close(output->control);
  close(output->own[0]);
  close(output->own[1]);
  while (waitpid(output->keeper, &status, 0) < 0 && errno == EINTR) continue;
  if (!fine)
    fputs("loftyrun: what the run printed is lost: the process that held it was killed\n", stderr);
  if (error && error != EPIPE)
    fprintf(stderr, "loftyrun: cannot write to standard output: %s\n", strerror(error));
  if (error) clearerr(stdout);
  errno = before;
  return changed(exit_code, fine ? error : EIO);
}
