#include "notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "text.h"

enum { STATUS_SIZE = 512, SEND_SECONDS = 5 };

static bool unusable(const char *name, const char *why, struct failure *failure) {
  return failure_set(failure, "NOTIFY_UNUSABLE", "%s %s", name, why);
}

/* A path, or with an @ in front a name in Linux's abstract space, where it begins with a NUL. */
static bool read_address(struct notify *notify, const char *name, struct failure *failure) {
  struct sockaddr_un *address = &notify->address;
  size_t length = strlen(name);
  if ((name[0] != '/' && name[0] != '@') || length < 2)
    return unusable("NOTIFY_SOCKET", "is neither a path nor an abstract name", failure);
  if (length >= sizeof address->sun_path)
    return unusable("NOTIFY_SOCKET", "is longer than a socket's address", failure);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, name, length);
  if (name[0] == '@') address->sun_path[0] = '\0';
  /* The NUL that ends a path counts; to an abstract name it would add one. */
  notify->address_length =
      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
  return true;
}

static bool read_number(const char *name, const char *text, int64_t *number,
                        struct failure *failure) {
  char *end;
  errno = 0;
  *number = strtoll(text, &end, 10);
  if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number > 0) return true;
  return unusable(name, "is not a number above 0", failure);
}

static bool read_watchdog(struct notify *notify, struct failure *failure) {
  int64_t process, microseconds;
  const char *usec = config_variable("WATCHDOG_USEC"), *pid = config_variable("WATCHDOG_PID");
  if (!usec) return true;
  if (pid && !read_number("WATCHDOG_PID", pid, &process, failure)) return false;
  if (pid && process != getpid()) return true;
  if (!read_number("WATCHDOG_USEC", usec, &microseconds, failure)) return false;
  /* Half of what is allowed, as sd_watchdog_enabled(3) advises. */
  notify->watchdog = microseconds / 2000;
  if (notify->watchdog > 0) return true;
  return unusable("WATCHDOG_USEC", "is less than two milliseconds", failure);
}

static bool open_socket(struct notify *notify, struct failure *failure) {
  const struct timeval patience = {.tv_sec = SEND_SECONDS};
  notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (notify->socket >= 0 &&
      setsockopt(notify->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0)
    return true;
  return unusable("NOTIFY_SOCKET", strerror(errno), failure);
}

bool notify_open(struct notify *notify, struct failure *failure) {
  *notify = (struct notify){.socket = -1};
  const char *name = config_variable("NOTIFY_SOCKET");
  bool fine = !name || (read_address(notify, name, failure) && read_watchdog(notify, failure) &&
                        open_socket(notify, failure));
  unsetenv("NOTIFY_SOCKET");
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
  if (!fine) notify_close(notify);
  return fine;
}

static bool send_message(struct notify *notify, const char *message, struct failure *failure) {
  ssize_t sent;
  if (notify->socket < 0) return true;
  do {
    sent = sendto(notify->socket, message, strlen(message), MSG_NOSIGNAL,
                  (const struct sockaddr *)&notify->address, notify->address_length);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return true;
  return failure_set(failure, "NOTIFY_FAILED", "the service manager cannot be told: %s",
                     strerror(errno));
}

bool notify_ready(struct notify *notify, struct failure *failure) {
  return send_message(notify, "READY=1", failure);
}

bool notify_reloading(struct notify *notify, struct failure *failure) {
  char message[80];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
           (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
  return send_message(notify, message, failure);
}

bool notify_stopping(struct notify *notify, struct failure *failure) {
  return send_message(notify, "STOPPING=1", failure);
}

bool notify_status(struct notify *notify, const char *line, struct failure *failure) {
  char message[STATUS_SIZE];
  int length = snprintf(message, sizeof message, "STATUS=%s", line);
  if (length >= STATUS_SIZE) { /* a character that was cut in two would cost the whole line */
    size_t end = STATUS_SIZE - 1;
    while (((unsigned char)line[end - strlen("STATUS=")] & 0xC0) == 0x80) end--;
    message[end] = '\0';
  }
  /* A line end would begin another message. */
  for (char *at = message; *at; at++)
    for (size_t i = text_control_length(at); i > 0; i--) at[i - 1] = ' ';
  return send_message(notify, message, failure);
}

/* One that is lost is followed by the next in time. */
static void give_sign(void *context) {
  struct notify *notify = context;
  send_message(notify, "WATCHDOG=1", NULL);
  loop_timer_set(notify->loop, &notify->timer, notify->watchdog, give_sign, notify);
}

void notify_watch(struct notify *notify, struct loop *loop) {
  if (notify->socket < 0 || notify->watchdog == 0) return;
  notify->loop = loop;
  give_sign(notify);
}

void notify_close(struct notify *notify) {
  if (notify->loop) loop_timer_clear(notify->loop, &notify->timer);
  if (notify->socket >= 0) close(notify->socket);
  *notify = (struct notify){.socket = -1};
}
