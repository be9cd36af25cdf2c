/* From arguments to a command to an exit code. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "core/exit_code.h"
#include "core/reader.h"
#include "core/version.h"

enum { MOST_WORDS = 256 };

/* Help and version win over everything else on the line, so that they are always safe to type. */
static bool answer_at_once(const struct options *options, const struct command *command) {
  if (options->given & OPTION_HELP)
    command_print_help(stdout, command);
  else if (options->given & OPTION_VERSION)
    puts("loftyrun " LOFTYRUN_VERSION);
  else
    return false;
  return true;
}

static int usage(const struct command *command, const struct failure *failure) {
  return command_usage_error(command, failure->message);
}

/* The words of a command that takes options anywhere; false with USAGE. */
static bool collect_words(struct options *options, char **argv, char **words,
                          struct failure *failure) {
  int count = 0;
  for (;;) {
    if (!options->ended && !options_take(options, &argv, failure)) return false;
    if (!*argv) break;
    if (count == MOST_WORDS) return failure_set(failure, "USAGE", "too many words");
    words[count++] = *argv++;
  }
  words[count] = NULL;
  return true;
}

static int dispatch(char **argv) {
  struct options options;
  struct failure failure;
  char *words[MOST_WORDS + 1];
  const struct command *command = NULL;
  options_init(&options);
  if (!options_take(&options, &argv, &failure)) return usage(NULL, &failure);
  if (*argv && !options.chunk) command = command_find(*argv);
  if (command) argv++;
  bool named = command != NULL;
  if (!command) command = &command_run;
  if (named && !options_take(&options, &argv, &failure)) return usage(command, &failure);
  if (!command->keeps_rest) {
    if (!collect_words(&options, argv, words, &failure)) return usage(command, &failure);
    argv = words;
  }
  if (answer_at_once(&options, named ? command : NULL)) return EXIT_DONE;
  const char *stranger = options_stranger(&options, command->accepts);
  if (stranger) {
    failure_set(&failure, "USAGE", "option --%s does not go with %s", stranger, command->name);
    return usage(command, &failure);
  }
  if (!named && !*argv && !options.chunk) {
    command_print_help(stderr, NULL);
    return EXIT_USAGE;
  }
  return command->run(&options, argv);
}

/* A closed standard stream would hand its number to the next socket, and what is printed would go
   there. The stand-in is opened the wrong way round, so that using it is an error that shows. */
static void hold_standard_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(EXIT_TEMPORARY);
  }
}

static void pass_by(int number) { (void)number; }

/* A write that nobody reads, or that goes beyond a file's limit, fails, and what is under way comes
   to an end of its own. Not SIG_IGN: that is inherited, and the commands that are started would no
   longer end with the pipes they write to. */
static void let_writes_fail(void) {
  struct sigaction action = {.sa_handler = pass_by, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGXFSZ, &action, NULL);
}

/* Where an earlier write has failed errno may be of another call by now. */
static const char *why_not_written(int error) {
  static const int of_writes[] = {ENOSPC, EDQUOT, EFBIG, EIO, EBADF};
  for (size_t i = 0; i < sizeof of_writes / sizeof *of_writes; i++)
    if (of_writes[i] == error) return strerror(error);
  return NULL;
}

/* Output that could not be written is not done work. Who stops reading has had enough, which needs
   no sentence. */
static int flush_output(int exit_code) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return exit_code;
  if (reader_is_gone(STDOUT_FILENO)) return exit_code == EXIT_DONE ? EXIT_SIGPIPE : exit_code;
  const char *why = why_not_written(errno);
  fprintf(stderr, "loftyrun: cannot write to standard output%s%s\n", why ? ": " : "",
          why ? why : "");
  return exit_code == EXIT_DONE ? EXIT_SCRIPT : exit_code;
}

int main(int argc, char **argv) {
  hold_standard_streams();
  let_writes_fail();
  /* What a script says it did must be readable even if it is killed the next moment. */
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  return flush_output(dispatch(argc > 0 ? argv + 1 : argv));
}
