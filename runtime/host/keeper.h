/* The process that holds what a run prints. It is not the one that runs the script, so it has all
   of it whatever becomes of that: it is told how the run ended, or notices that nobody tells it any
   more. It reads at once what comes, so that nobody waits for it, keeps the first and the last of
   it in memory, and puts both into the history four times a second where there is something new. */
#ifndef HOST_KEEPER_H
#define HOST_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the run tells it, each followed by `length` bytes. */
enum keeper_word {
  KEEPER_RUN,    /* value: the run's number in the history, which is opened for it */
  KEEPER_MISSED, /* the run is not in the history, which cannot be used */
  KEEPER_SECRET, /* the bytes: not to be kept */
  KEEPER_LOOK,   /* what is there now; it is answered */
  KEEPER_END     /* value: the exit code; it is answered when all is said and kept */
};

struct keeper_message {
  int64_t value;
  int32_t word;
  uint32_t length;
};

/* Its answer; the last that was printed, without secrets, follows. */
struct keeper_answer {
  int32_t error; /* errno where standard output took not all of it, or 0 */
  uint32_t length;
};

enum { KEEPER_TAIL_MOST = 16 * 1024, KEEPER_SECRET_MOST = 16 * 1024 };

struct keeper {
  int control;        /* the run's end of it is the other one of a pair of sockets */
  int from[2];        /* standard output and error of the run; [1] is -1 where they are one */
  int to[2];          /* where they go */
  bool quiet;         /* only where the run fails, or the history cannot have it */
  const char *folder; /* that --state names, or NULL */
};

/* Never returns. */
_Noreturn void keeper_work(const struct keeper *keeper);

/* Writes all of it, waiting where that is needed; false with errno. */
bool keeper_write(int fd, const void *bytes, size_t length);

/* Reads so many bytes, waiting; false where they do not come. */
bool keeper_read(int fd, void *bytes, size_t length);

#endif
