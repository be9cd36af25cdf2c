#include "core/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

/* The manager's end of the socket. */
struct manager {
  int socket;
  char message[2048];
};

static bool manager_open(struct manager *manager, const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
  memcpy(address.sun_path, name, strlen(name));
  if (name[0] == '@')
    address.sun_path[0] = '\0';
  else
    length++;
  manager->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return manager->socket >= 0 && bind(manager->socket, (struct sockaddr *)&address, length) == 0;
}

/* The next message; "" where there is none. */
static const char *receive(struct manager *manager) {
  ssize_t length =
      recv(manager->socket, manager->message, sizeof manager->message - 1, MSG_DONTWAIT);
  manager->message[length > 0 ? length : 0] = '\0';
  return manager->message;
}

static void set(const char *socket, const char *usec, const char *pid) {
  if (socket) setenv("NOTIFY_SOCKET", socket, 1);
  if (usec) setenv("WATCHDOG_USEC", usec, 1);
  if (pid) setenv("WATCHDOG_PID", pid, 1);
}

static void test_messages(const char *name) {
  struct manager manager;
  struct notify notify;
  struct failure failure = {.code = ""};
  TEST("messages arrive at %s, one datagram each", name[0] == '@' ? "an abstract name" : "a path");
  CHECK(manager_open(&manager, name));
  set(name, NULL, NULL);
  CHECK(notify_open(&notify, &failure));
  CHECK(!getenv("NOTIFY_SOCKET"));
  CHECK(notify_ready(&notify, &failure));
  CHECK_STR(receive(&manager), "READY=1");
  CHECK(notify_stopping(&notify, &failure));
  CHECK_STR(receive(&manager), "STOPPING=1");
  CHECK(notify_status(&notify, "3 jobs\nREADY=1\x7f", &failure));
  CHECK_STR(receive(&manager), "STATUS=3 jobs READY=1 ");
  struct timespec before, after;
  int64_t told = 0;
  clock_gettime(CLOCK_MONOTONIC, &before);
  CHECK(notify_reloading(&notify, &failure));
  clock_gettime(CLOCK_MONOTONIC, &after);
  CHECK(sscanf(receive(&manager), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &told) == 1);
  CHECK(told >= (int64_t)before.tv_sec * 1000000 + before.tv_nsec / 1000);
  CHECK(told <= (int64_t)after.tv_sec * 1000000 + after.tv_nsec / 1000);
  CHECK_STR(receive(&manager), "");
  close(manager.socket);
  CHECK(!notify_ready(&notify, &failure));
  CHECK_STR(failure.code, "NOTIFY_FAILED");
  notify_close(&notify);
  notify_close(&notify);
}

static void test_long_status(const char *name) {
  struct manager manager;
  struct notify notify;
  char line[1024] = "";
  TEST("a long status is cut between two characters");
  for (int i = 0; i < 300; i++) strcat(line, "\xc3\xa4");
  CHECK(manager_open(&manager, name));
  set(name, NULL, NULL);
  CHECK(notify_open(&notify, NULL));
  CHECK(notify_status(&notify, line, NULL));
  const char *message = receive(&manager);
  CHECK_INT(strlen(message), 7 + 504);
  CHECK_STR(message + strlen(message) - 2, "\xc3\xa4");
  CHECK(notify_status(&notify, line + 1, NULL) && notify_status(&notify, "end", NULL));
  message = receive(&manager);
  CHECK_STR(message + strlen(message) - 2, "\xc3\xa4");
  CHECK_STR(receive(&manager), "STATUS=end");
  notify_close(&notify);
  close(manager.socket);
}

static void test_watchdog(const char *name) {
  struct manager manager;
  struct notify notify;
  char self[24];
  TEST("a sign of life comes at once, and then from the loop's own turns");
  struct loop *loop = loop_new();
  snprintf(self, sizeof self, "%ld", (long)getpid());
  CHECK(loop && manager_open(&manager, name));
  set(name, "20000", self);
  CHECK(notify_open(&notify, NULL));
  CHECK_INT(notify.watchdog, 10);
  CHECK(!getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"));
  notify_watch(&notify, loop);
  CHECK_STR(receive(&manager), "WATCHDOG=1");
  CHECK_STR(receive(&manager), "");
  for (int signs = 0; signs < 3;) {
    CHECK(loop_step(loop, -1));
    if (*receive(&manager)) signs++;
  }
  CHECK_STR(manager.message, "WATCHDOG=1");
  int64_t begin = loop_now();
  while (loop_now() < begin + 30) continue;
  CHECK_STR(receive(&manager), "");
  notify_close(&notify);
  CHECK(loop_step(loop, 30));
  CHECK_STR(receive(&manager), "");
  loop_free(loop);
  close(manager.socket);
}

static void test_nobody(void) {
  struct notify notify;
  TEST("nobody asks: everything succeeds");
  struct loop *loop = loop_new();
  CHECK(notify_open(&notify, NULL));
  CHECK(notify_ready(&notify, NULL) && notify_reloading(&notify, NULL) &&
        notify_stopping(&notify, NULL) && notify_status(&notify, "", NULL));
  notify_watch(&notify, loop);
  CHECK(!notify.timer.armed);
  notify_close(&notify);
  loop_free(loop);
}

static void test_unusable(void) {
  static const struct {
    const char *socket, *usec, *pid, *message;
  } table[] = {
      {"vsock:2:1", NULL, NULL, "NOTIFY_SOCKET is neither a path nor an abstract name"},
      {"@", NULL, NULL, "NOTIFY_SOCKET is neither a path nor an abstract name"},
      {"/1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
       "90123456789012345678",
       NULL, NULL, "NOTIFY_SOCKET is longer than a socket's address"},
      {"/x", "0", NULL, "WATCHDOG_USEC is not a number above 0"},
      {"/x", "1s", NULL, "WATCHDOG_USEC is not a number above 0"},
      {"/x", "1999", NULL, "WATCHDOG_USEC is less than two milliseconds"},
      {"/x", "99999999999999999999", NULL, "WATCHDOG_USEC is not a number above 0"},
      {"/x", "30000000", "self", "WATCHDOG_PID is not a number above 0"},
      {"/x", "30000000", "1", NULL}, /* another process is watched */
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    struct notify notify;
    struct failure failure = {.code = ""};
    TEST("environment %zu: %s", i, table[i].message ? table[i].message : "fine");
    set(table[i].socket, table[i].usec, table[i].pid);
    CHECK_INT(notify_open(&notify, &failure), !table[i].message);
    if (table[i].message) CHECK_STR(failure.message, table[i].message);
    CHECK_INT(notify.watchdog, 0);
    CHECK(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"));
    notify_close(&notify);
  }
}

int main(void) {
  char folder[] = "/tmp/loftyrun-notify-XXXXXX";
  char path[64], name[64];
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/socket", folder);
  snprintf(name, sizeof name, "@%s", folder);
  test_messages(path);
  unlink(path);
#ifdef __linux__
  test_messages(name);
#endif
  test_long_status(path);
  unlink(path);
  test_watchdog(path);
  unlink(path);
  test_nobody();
  test_unusable();
  rmdir(folder);
  return test_finish();
}
