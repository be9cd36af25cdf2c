/* One quota in memory that processes share: all take from it at once, some are killed on the way.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/quota.h"
#include "test.h"

enum { PROCESSES = 8, LIMIT = 20000, MINUTE = 60 * 1000, KILLED_AFTER = 100 };

struct world {
  struct quota_memory memory;
  _Atomic int go;
  _Atomic int ready;
  _Atomic int64_t given;    /* permits, as those count who got them */
  _Atomic int64_t received; /* calls, as the server counts */
};

static struct rate_limit reply_of(int64_t count) {
  return (struct rate_limit){.limit = LIMIT,
                             .remaining = count < LIMIT ? LIMIT - count : 0,
                             .reset = 50000,
                             .least = 50000,
                             .most = 50000,
                             .retry_after = -1};
}

/* A process: calls until there is no permit. `kill_self`: dies between permit and call. */
static void call_all(struct world *world, int64_t now, bool told, bool kill_self) {
  struct quota quota = {.memory = &world->memory, .start = LIMIT};
  atomic_fetch_add(&world->ready, 1);
  while (!atomic_load(&world->go)) usleep(100);
  for (int made = 0; made <= 2 * LIMIT;) {
    enum quota_reason reason;
    int64_t wait = quota_take(&quota, 1, QUOTA_INTERACTIVE, now, &reason);
    if (wait > 0 && reason != QUOTA_LEARNING) break;
    if (wait > 0) continue;
    atomic_fetch_add(&world->given, 1);
    if (kill_self && made == KILLED_AFTER) raise(SIGKILL);
    int64_t count = atomic_fetch_add(&world->received, 1) + 1;
    struct rate_limit reply = reply_of(count);
    quota_learn(&quota, 1, count > LIMIT ? 429 : 200, told ? &reply : NULL, now, now);
    made++;
  }
  _exit(0);
}

static void run_processes(struct world *world, int64_t now, bool told, int killed) {
  pid_t children[PROCESSES];
  atomic_store(&world->go, 0);
  atomic_store(&world->ready, 0);
  atomic_store(&world->given, 0);
  atomic_store(&world->received, 0);
  for (int i = 0; i < PROCESSES; i++) {
    children[i] = fork();
    CHECK(children[i] >= 0);
    if (children[i] == 0) call_all(world, now, told, i < killed);
  }
  while (atomic_load(&world->ready) < PROCESSES) usleep(100);
  atomic_store(&world->go, 1);
  for (int i = 0; i < PROCESSES; i++) {
    int status;
    CHECK(waitpid(children[i], &status, 0) == children[i]);
    CHECK(i < killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
}

int main(void) {
  struct world *world =
      mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (world == MAP_FAILED) return 1;
  int64_t now = 1000 * 1000;
  for (int told = 0; told <= 1; told++) {
    for (int round = 0; round < 4; round++) {
      int killed = round == 3 ? 3 : 0;
      TEST("%d processes, replies that %s of the limit, %d of them killed, round %d", PROCESSES,
           told ? "tell" : "do not tell", killed, round);
      run_processes(world, now, told, killed);
      CHECK(atomic_load(&world->given) <= LIMIT);
      CHECK(atomic_load(&world->received) <= LIMIT);
      CHECK_INT(atomic_load(&world->given), LIMIT);
      now += 3 * MINUTE; /* the minute before does not count any more */
    }
  }
  return test_finish();
}
