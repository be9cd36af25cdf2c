/* How many events a second a receiver takes, each on the disk before it is answered, at 64
   connections: with $BIN, which is started for it, and by a sender of its own.

     bench_webhooks                           1, 10 and 100 events a request, 3 seconds each
     bench_webhooks PORT PATH CONNECTIONS EVENTS SECONDS     of one that is there already */
#include <signal.h>
#include <sys/wait.h>

#include "webhook_load.h"

enum { CONNECTIONS = 64, SECONDS = 3 };

static const char secret[] = "the-secret-of-this-bench-0";

static bool measure(struct load *load) {
  if (!load_run(load)) {
    perror("the load could not begin");
    return false;
  }
  printf("%u connections, %3u events a request: %7.0f events/s, slowest %.0f ms%s\n",
         load->connections, load->batch, (double)load->events / load->taken, load->slowest * 1e3,
         load->refused || load->broken ? ", NOT ALL TAKEN" : "");
  fflush(stdout);
  return load->refused == 0 && load->broken == 0;
}

/* Starts it on a free port; its process, or -1. */
static pid_t start(const char *program, const char *folder, unsigned *port) {
  int ends[2];
  char line[512] = "";
  if (pipe(ends) != 0) return -1;
  pid_t child = fork();
  if (child == 0) {
    setenv("LOFTYRUN_WEBHOOK_SECRET", secret, 1);
    setenv("LOFTY_API_KEY", "key-of-this-bench", 1);
    setenv("HOME", folder, 1);
    dup2(ends[1], STDERR_FILENO);
    execlp(program, program, "serve", "--listen", "127.0.0.1:0", "--state", folder, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  for (size_t length = 0; child > 0 && length < sizeof line - 1 && !strchr(line, '\n');) {
    ssize_t got = read(ends[0], line + length, sizeof line - 1 - length);
    if (got <= 0) break;
    length += (size_t)got;
    line[length] = '\0';
  }
  const char *place = strstr(line, "127.0.0.1:");
  *port = place ? (unsigned)strtoul(place + 10, NULL, 10) : 0;
  if (*port == 0) fputs(line, stderr);
  return child;
}

static void clean(const char *folder) {
  char path[300];
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  rmdir(folder);
}

int main(int argc, char **argv) {
  static const unsigned batches[] = {1, 10, 100};
  char path[64], folder[] = "/var/tmp/bench_webhooks.XXXXXX";
  if (argc == 6) {
    struct load load = {.port = (unsigned)atoi(argv[1]),
                        .path = argv[2],
                        .connections = (unsigned)atoi(argv[3]),
                        .batch = (unsigned)atoi(argv[4]),
                        .seconds = atof(argv[5])};
    return measure(&load) ? 0 : 1;
  }
  const char *program = getenv("BIN");
  if (!program || !mkdtemp(folder)) return 1;
  struct load load = {.path = path, .connections = CONNECTIONS, .seconds = SECONDS};
  snprintf(path, sizeof path, "/hooks/%s", secret);
  pid_t child = start(program, folder, &load.port);
  bool fine = load.port != 0;
  for (size_t i = 0; fine && i < sizeof batches / sizeof *batches; i++) {
    struct load one = load;
    one.batch = batches[i];
    fine = measure(&one);
  }
  if (child > 0) {
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
  }
  clean(folder);
  return fine ? 0 : 1;
}
