/* Locks among processes. */
#include "core/locks.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "state_folder.h"

static struct lock_holder holder;

static enum lock_answer take(struct locks *locks, const char *name, struct lock **lock) {
  return locks_take(locks, name, lock, &holder, NULL);
}

static void test_locks(struct locks *one, struct locks *other) {
  struct lock *lock = NULL, *second = NULL;
  CHECK_INT(take(one, "job", &lock), LOCK_TAKEN);
  CHECK_INT(holder.process, 0);
  CHECK_INT(take(other, "job", &second), LOCK_HELD);
  CHECK_INT(holder.process, getpid());
  CHECK(holder.since / 1000 >= time(NULL) - 60 && holder.since / 1000 <= time(NULL));
  CHECK_INT(take(one, "job", &second), LOCK_HELD);
  CHECK_INT(take(other, "other job", &second), LOCK_TAKEN);
  locks_release(second);
  locks_release(lock);
  CHECK_INT(take(other, "job", &second), LOCK_TAKEN);
  locks_release(second);
  locks_release(NULL);
}

/* A child that takes a lock, says so, and is killed while it holds it. */
static void test_killed(struct locks *locks) {
  int pipes[2];
  char byte;
  struct lock *lock = NULL;
  CHECK(pipe(pipes) == 0);
  pid_t child = fork();
  if (child == 0) {
    struct locks *own = NULL;
    bool fine = locks_open(folder, &own, NULL) && take(own, "held", &lock) == LOCK_TAKEN;
    if (write(pipes[1], fine ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'y');
  TEST("who holds it is known");
  CHECK_INT(take(locks, "held", &lock), LOCK_HELD);
  CHECK_INT(holder.process, child);
  CHECK(holder.since / 1000 >= time(NULL) - 60 && holder.since / 1000 <= time(NULL));
  TEST("it dies with its process");
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  CHECK_INT(take(locks, "held", &lock), LOCK_TAKEN);
  locks_release(lock);
  close(pipes[0]);
  close(pipes[1]);
}

/* What is written about a lock may be anything; only the lock counts. */
static void test_written(struct locks *one, struct locks *other) {
  static const char *const lines[] = {"", "nonsense", "0000000000000000 1 2\n",
                                      "zzzz 99999999999999999999 1"};
  struct lock *lock = NULL, *second = NULL;
  CHECK_INT(take(one, "job", &lock), LOCK_TAKEN);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    char line[64] = "";
    snprintf(line, sizeof line, "%s", lines[i]);
    for (off_t at = 0; at < 4096 * 64; at += 64)
      scribble(inside("state.lock"), at, line, sizeof line);
    CHECK_INT(take(other, "job", &second), LOCK_HELD);
    CHECK_INT(holder.process, 0);
  }
  locks_release(lock);
}

int main(void) {
  struct locks *one = NULL, *other = NULL;
  struct failure failure = {.code = ""};
  if (!begin_folder("/deep")) return 1;
  umask(0);
  TEST("in memory");
  CHECK(locks_open(NULL, &one, NULL));
  test_locks(one, one);
  locks_close(one);

  TEST("between two that have them open");
  CHECK(locks_open(folder, &one, &failure) && locks_open(folder, &other, &failure));
  test_locks(one, other);
  CHECK_INT(mode_of(inside("state.lock")), 0600);
  TEST("a released lock leaves nothing behind");
  char byte;
  int lines = open(inside("state.lock"), O_RDONLY);
  while (read(lines, &byte, 1) == 1) CHECK_INT(byte, 0);
  close(lines);
  TEST("between two processes");
  test_killed(one);
  TEST("whatever is written about it");
  test_written(one, other);

  TEST("a file that others can write is refused");
  struct locks *third = NULL;
  CHECK(chmod(inside("state.lock"), 0666) == 0);
  CHECK(!locks_open(folder, &third, &failure));
  CHECK_STR(failure.code, "STATE_UNUSABLE");
  CHECK(unlink(inside("state.lock")) == 0);
  TEST("nobody is led elsewhere by a link");
  struct lock *lock = NULL;
  CHECK(symlink("elsewhere", inside("state.lock")) == 0);
  CHECK_INT(locks_take(one, "new", &lock, &holder, &failure), LOCK_FAILED);
  CHECK(access(inside("elsewhere"), F_OK) != 0);
  locks_close(other);
  locks_close(one);
  TEST("nothing is left over");
  end_folder(1);
  return test_finish();
}
