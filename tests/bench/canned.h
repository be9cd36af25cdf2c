/* A server that says the same at once, whatever it is asked: in a process of its own, so that what
   it costs is in nobody's count. Each connection is kept; a request's body is passed over. */
#ifndef BENCH_CANNED_H
#define BENCH_CANNED_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CANNED_CONNECTIONS = 1024, CANNED_REQUEST = 8192 };

struct canned_connection {
  size_t length;
  char request[CANNED_REQUEST];
};

static const char canned_lead[] =
    "{\"lead\":{\"leadId\":651095960136641,\"leadUserId\":1287300000000011,\"firstName\":\"Nora\","
    "\"lastName\":\"Ashby\",\"emails\":[\"nora.ashby@example.com\"],\"phones\":[\"+12075550111\"],"
    "\"phoneStatuses\":[2],\"leadSource\":-1,\"source\":\"Website\",\"stageId\":100301,"
    "\"stage\":\"New Lead\",\"assignedUserId\":844710023600001,\"assignedUser\":\"Dana Whitlock\","
    "\"score\":34,\"tags\":[{\"tagId\":770100000000001,\"tagName\":\"Buyer\",\"visibleType\":1,"
    "\"createTime\":\"2026-11-22T04:57:51GMT\"}],\"teamId\":13233,\"hiddenFlag\":false,"
    "\"createTime\":\"2026-11-22T04:57:51GMT\",\"lastUpdateTime\":\"2026-11-22T04:59:51GMT\","
    "\"cannotText\":false,\"cannotCall\":false,\"cannotEmail\":false,\"leadPropertyList\":[],"
    "\"groups\":[],\"segments\":[],\"unsubscription\":false,\"leadTypes\":[2],\"language\":\"en\","
    "\"ownershipId\":844710023600001,\"ownershipScope\":\"PERSONAL\"}}";

#define CANNED_TASK(id)                                                                      \
  "{\"id\":" id                                                                              \
  ",\"leadId\":651095960136641,\"assignedUserId\":844710023600001,\"content\":\"Call about " \
  "the house on Maple Street\",\"type\":\"Call\",\"startAt\":\"2026-11-23T17:00:00GMT\","    \
  "\"endAt\":\"2026-11-23T18:00:00GMT\",\"deadline\":1795456800000,\"finishFlag\":false,"    \
  "\"assignedRole\":\"Agent\",\"address\":null,\"timeZoneCode\":\"America/Los_Angeles\"}"

static const char canned_tasks[] =
    "{\"tasks\":[" CANNED_TASK("9100000000001") "," CANNED_TASK("9100000000002") "," CANNED_TASK(
        "9100000000003") "," CANNED_TASK("9100000000004") "," CANNED_TASK("9100000000005") "," CANNED_TASK("9100000000006") "," CANNED_TASK("9100000000007") "," CANNED_TASK("9100000000008") "," CANNED_TASK("9100000000009") "," CANNED_TASK("9100000000010") "]}";

static const char canned_me[] = "{\"id\":651095960136641,\"firstName\":\"Ada\",\"role\":\"Agent\"}";
static const char canned_note[] = "{\"noteId\":9200000000001}";

/* A limit that is never reached, told as Lofty does. */
struct canned_quota {
  time_t ends;
  int left;
};

/* With the header fields that a reply of Lofty's has, more or less. */
static void canned_answer(int fd, struct canned_quota *quota, const char *body) {
  enum { LIMIT = 200000, WINDOW_SECONDS = 60 };
  char reply[8192];
  time_t now = time(NULL);
  if (now >= quota->ends) *quota = (struct canned_quota){now + WINDOW_SECONDS, LIMIT};
  int length = snprintf(reply, sizeof reply,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\n"
                        "X-RateLimit-Limit: %d\r\nX-RateLimit-Remaining: %d\r\n"
                        "X-RateLimit-Reset: %lld\r\nX-Request-Id: 0f2c8a55d1\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        LIMIT, --quota->left, (long long)quota->ends, strlen(body), body);
  if (write(fd, reply, (size_t)length) != length) _exit(1);
}

/* How long the request at the beginning is, its body included; 0 when it is not whole yet. */
static size_t canned_whole(const struct canned_connection *connection) {
  const char *end = memmem(connection->request, connection->length, "\r\n\r\n", 4);
  if (!end) return 0;
  size_t length = (size_t)(end - connection->request) + 4;
  for (const char *line = connection->request; line < end; line = strchr(line, '\n') + 1)
    if (strncasecmp(line, "Content-Length:", 15) == 0) length += strtoul(line + 15, NULL, 10);
  return length <= connection->length ? length : 0;
}

static bool canned_serve(int fd, struct canned_connection *connection, struct canned_quota *quota) {
  size_t room = sizeof connection->request - 1 - connection->length;
  ssize_t got = read(fd, connection->request + connection->length, room);
  if (got <= 0) return false;
  connection->length += (size_t)got;
  connection->request[connection->length] = '\0';
  for (size_t length; (length = canned_whole(connection)) > 0;) {
    const char *target = strchr(connection->request, '/');
    canned_answer(fd, quota,
                  connection->request[0] == 'P'             ? canned_note
                  : strncmp(target, "/v1.0/leads", 11) == 0 ? canned_lead
                  : strncmp(target, "/v2.0/tasks", 11) == 0 ? canned_tasks
                                                            : canned_me);
    connection->length -= length;
    memmove(connection->request, connection->request + length, connection->length + 1);
  }
  return true;
}

static void canned_run(int listener) {
  static struct canned_connection connections[CANNED_CONNECTIONS];
  struct epoll_event events[64];
  struct canned_quota quota = {0, 0};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 || fd >= CANNED_CONNECTIONS) _exit(1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        connections[fd].length = 0;
        event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
      } else if (!canned_serve(fd, &connections[fd], &quota)) {
        close(fd);
      }
    }
  }
}

/* Starts it; it ends with the process that started it. -1 when it cannot be started. */
static pid_t canned_start(unsigned *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 ||
      listen(listener, 128) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
    return -1;
  *port = ntohs(address.sin_port);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    canned_run(listener);
  }
  close(listener);
  return child;
}

#endif
