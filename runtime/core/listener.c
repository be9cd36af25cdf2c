#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"

enum { BACKLOG = 1024, FIRST_HANDED_OVER = 3 };

static bool failed(const struct listener *listener, struct failure *failure) {
  return failure_set(failure, "LISTEN_FAILED", "cannot listen on %s: %s", listener->name,
                     strerror(errno));
}

/* Closes it without losing what went wrong. Returns false. */
static bool give_up(struct listener *listener, struct failure *failure) {
  failed(listener, failure);
  close(listener->fd);
  listener->fd = -1;
  return false;
}

static bool malformed(const char *where, struct failure *failure) {
  return failure_set(failure, "USAGE",
                     "\"%.64s\" is no place to listen on; write ADDRESS:PORT (127.0.0.1:8443, "
                     "[::]:8443), unix:PATH or systemd",
                     where);
}

/* What the socket is bound to, for `is_local` and `port`. */
static bool look(struct listener *listener, struct failure *failure) {
  struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof name;
  struct address address;
  char port[8] = "0";
  if (getsockname(listener->fd, (struct sockaddr *)&name, &size) != 0)
    return give_up(listener, failure);
  listener->is_local = address_of((struct sockaddr *)&name, &address) && address_is_local(&address);
  if (name.ss_family != AF_UNIX)
    getnameinfo((struct sockaddr *)&name, size, NULL, 0, port, sizeof port, NI_NUMERICSERV);
  listener->port = (unsigned)strtoul(port, NULL, 10);
  return true;
}

static bool open_address(const char *where, struct listener *listener, struct failure *failure) {
  char host[64];
  const char *colon = strrchr(where, ':');
  size_t length = colon ? (size_t)(colon - where) : 0;
  bool in_brackets = length > 2 && where[0] == '[' && where[length - 1] == ']';
  if (length == 0 || length >= sizeof host ||
      strspn(colon + 1, "0123456789") != strlen(colon + 1) || colon[1] == '\0' ||
      strtoul(colon + 1, NULL, 10) > 65535)
    return malformed(where, failure);
  snprintf(host, sizeof host, "%.*s", (int)(length - 2 * in_brackets), where + in_brackets);
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
  struct addrinfo *found = NULL;
  if (getaddrinfo(host, colon + 1, &hints, &found) != 0 || !found) return malformed(where, failure);
  int yes = 1;
  listener->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool fine = listener->fd >= 0 &&
              setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
              bind(listener->fd, found->ai_addr, found->ai_addrlen) == 0 &&
              listen(listener->fd, BACKLOG) == 0;
  int error = errno;
  freeaddrinfo(found);
  errno = error;
  if (!fine) return give_up(listener, failure);
  if (!look(listener, failure)) return false;
  snprintf(listener->name, sizeof listener->name, "%.*s:%u", (int)length, where, listener->port);
  return true;
}

/* Whether a socket of that name is left over: nobody listens on it. */
static bool is_left_over(const struct sockaddr_un *name) {
  struct stat status;
  if (lstat(name->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool refused = probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) != 0 &&
                 errno == ECONNREFUSED;
  if (probe >= 0) close(probe);
  return refused;
}

static bool open_unix(const char *path, struct listener *listener, struct failure *failure) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (*path == '\0' || strlen(path) >= sizeof name.sun_path)
    return failure_set(failure, "USAGE", "the path of a Unix socket has 1 to %zu bytes",
                       sizeof name.sun_path - 1);
  snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
  if (is_left_over(&name)) unlink(path);
  listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener->fd < 0) return failed(listener, failure);
  mode_t before = umask(0117);
  bool bound = bind(listener->fd, (struct sockaddr *)&name, sizeof name) == 0;
  int error = errno;
  umask(before);
  errno = error;
  if (!bound || listen(listener->fd, BACKLOG) != 0) return give_up(listener, failure);
  listener->is_local = true;
  snprintf(listener->path, sizeof listener->path, "%s", path);
  return true;
}

/* sd_listen_fds(3): the descriptors from 3 on, for the process that LISTEN_PID names. */
static bool take_over(struct listener *listener, struct failure *failure) {
  const char *count = getenv("LISTEN_FDS"), *process = getenv("LISTEN_PID");
  if (!count || !process || strtol(process, NULL, 10) != (long)getpid())
    return failure_set(failure, "LISTEN_FAILED",
                       "systemd has handed over no socket: LISTEN_FDS and LISTEN_PID are not set "
                       "for this process");
  if (strcmp(count, "1") != 0)
    return failure_set(failure, "LISTEN_FAILED",
                       "systemd has handed over %.8s sockets; one is wanted", count);
  int listening = 0;
  socklen_t size = sizeof listening;
  listener->fd = FIRST_HANDED_OVER;
  if (getsockopt(listener->fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening)
    return failure_set(failure, "LISTEN_FAILED",
                       "what systemd has handed over is no listening stream socket; its unit wants "
                       "ListenStream and Accept=no");
  int flags = fcntl(listener->fd, F_GETFL);
  if (flags < 0 || fcntl(listener->fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
      fcntl(listener->fd, F_SETFD, FD_CLOEXEC) != 0)
    return failed(listener, failure);
  return look(listener, failure);
}

bool listener_is_loopback(const char *where) {
  char host[64];
  struct address address;
  const char *colon = strrchr(where, ':');
  if (strncmp(where, "unix:", 5) == 0) return where[5] != '\0';
  if (!colon || (size_t)(colon - where) >= sizeof host) return false;
  size_t digits = strspn(colon + 1, "0123456789");
  bool is_port = digits > 0 && digits <= 5 && colon[1 + digits] == '\0' &&
                 strtoul(colon + 1, NULL, 10) <= 65535;
  snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
  return is_port && strcmp(host, "unix") != 0 && address_read(host, &address) &&
         address_is_local(&address) && (host[0] == '[' || !strchr(host, ':'));
}

bool listener_open(const char *where, struct listener *listener, struct failure *failure) {
  *listener = (struct listener){.fd = -1};
  snprintf(listener->name, sizeof listener->name, "%s", where);
  if (strncmp(where, "unix:", 5) == 0) return open_unix(where + 5, listener, failure);
  listener->plain_allowed = strcmp(where, "systemd:plain") == 0;
  if (listener->plain_allowed || strcmp(where, "systemd") == 0) return take_over(listener, failure);
  return open_address(where, listener, failure);
}

void listener_forget(const struct listener *listener) {
  if (listener->path[0]) unlink(listener->path);
}
