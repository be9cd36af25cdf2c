/* Processes that loftyrun starts of itself: runs of jobs, and looks at what a file registers.

   Each is the leader of a process group of its own, so that what a terminal or a person sends to
   the daemon does not end its runs by the way; it has no input unless it is given some, and the
   daemon's output unless that is captured. When the daemon is killed they go on. */
#ifndef HOST_CHILDREN_H
#define HOST_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../core/buffer.h"
#include "../core/failure.h"
#include "../core/loop.h"

/* What a captured child has said, and how it ended. */
struct child_words {
  struct buffer out, err;
  int status; /* as waitpid has it */
};

/* Starts this program with these arguments, argv[0] included, NULL-terminated. The process id, or 0
   with CHILD_FAILED. */
pid_t children_start(const char *const *arguments, struct failure *failure);

/* The same for a child whose input is `text`, of at most 2,048 bytes: what is to be in no command
   line and in no environment. */
pid_t children_start_with(const char *const *arguments, const char *text, struct failure *failure);

/* As children_start, with two pipes that do not block and are the caller's to close: files[0] has
   what it says, files[1] its errors. */
pid_t children_open(const char *const *arguments, int files[2], struct failure *failure);

/* The same, and waits until it has ended, at most so many milliseconds, then it is killed; the loop
   goes on meanwhile. `words` are buffers with their maximum, what is beyond ends the child too.
   False with CHILD_FAILED. */
bool children_ask(struct loop *loop, const char *const *arguments, int milliseconds,
                  struct child_words *words, struct failure *failure);

/* Whether the child has ended, and how. Once only. */
bool children_ended(pid_t child, int *status);

#endif
