/* A sender of webhooks that shares nothing with the receiver: some connections, each with one
   request under way, each event with an id of its own. */
#ifndef WEBHOOK_LOAD_H
#define WEBHOOK_LOAD_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LOAD_MOST_CONNECTIONS = 1024 };

struct load {
  unsigned port;
  const char *path;
  unsigned connections;
  unsigned batch; /* events a request */
  double seconds;
  /* what came of it */
  uint64_t requests, events; /* acknowledged with 200 */
  uint64_t refused;          /* any other status */
  uint64_t broken;           /* connections that ended in the middle */
  double slowest;            /* seconds from request to reply */
  double taken;
};

struct load_line {
  int fd;
  char *request;
  size_t length, sent;
  char reply[2048];
  size_t got;
  double since;
};

static inline double load_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The next request of a connection, written in place. */
static inline void load_write(const struct load *load, struct load_line *line, uint64_t *next) {
  static char body[1 << 20];
  size_t length = (size_t)sprintf(body, "{\"listId\":2,\"teamId\":77,\"updatedLead\":[");
  for (unsigned i = 0; i < load->batch; i++, ++*next)
    length += (size_t)sprintf(body + length, "%s{\"leadId\":%llu,\"updateTime\":%llu}",
                              i ? "," : "", (unsigned long long)(651095960136641ull + *next % 5000),
                              (unsigned long long)(1763880000000ull + *next));
  length += (size_t)sprintf(body + length, "]}");
  line->length = (size_t)sprintf(line->request,
                                 "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                                 "application/json\r\nContent-Length: %zu\r\n\r\n",
                                 load->path, length);
  memcpy(line->request + line->length, body, length);
  line->length += length;
  line->sent = line->got = 0;
  line->since = load_clock();
}

static inline bool load_connect(const struct load *load, struct load_line *line) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)load->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line->fd < 0 || connect(line->fd, (struct sockaddr *)&address, sizeof address) != 0)
    return false;
  setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fcntl(line->fd, F_SETFL, O_NONBLOCK) == 0;
}

/* Whether the reply is whole; these replies have no body. */
static inline bool load_is_whole(const struct load_line *line) {
  return line->got >= 4 && memcmp(line->reply + line->got - 4, "\r\n\r\n", 4) == 0;
}

/* Sends and reads what goes. False where the connection has ended. */
static inline bool load_move(struct load_line *line) {
  while (line->sent < line->length) {
    ssize_t sent =
        send(line->fd, line->request + line->sent, line->length - line->sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    line->sent += (size_t)sent;
  }
  ssize_t got = recv(line->fd, line->reply + line->got, sizeof line->reply - 1 - line->got, 0);
  if (got < 0) return errno == EAGAIN;
  line->got += (size_t)got;
  line->reply[line->got] = '\0';
  return got > 0;
}

static inline void load_note(struct load *load, const struct load_line *line) {
  double took = load_clock() - line->since;
  if (took > load->slowest) load->slowest = took;
  if (strncmp(line->reply, "HTTP/1.1 200 ", 13) != 0) {
    load->refused++;
    return;
  }
  load->requests++;
  load->events += load->batch;
}

/* Runs the load. False where it could not begin. */
static inline bool load_run(struct load *load) {
  static struct load_line lines[LOAD_MOST_CONNECTIONS];
  struct epoll_event events[LOAD_MOST_CONNECTIONS];
  uint64_t next = (uint64_t)time(NULL) * 1000000; /* another run's events are others */
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  size_t room = 512 + (size_t)load->batch * 64;
  unsigned open = 0;
  for (; open < load->connections; open++) {
    lines[open].request = malloc(room);
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = open};
    if (!lines[open].request || !load_connect(load, &lines[open]) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, lines[open].fd, &wanted) != 0)
      return false;
    load_write(load, &lines[open], &next);
  }
  double began = load_clock(), end = began + load->seconds;
  while (open > 0) {
    int count = epoll_wait(epoll, events, LOAD_MOST_CONNECTIONS, 10000);
    if (count <= 0) break;
    bool over = load_clock() >= end;
    for (int i = 0; i < count; i++) {
      struct load_line *line = &lines[events[i].data.u32];
      if (line->fd < 0) continue;
      bool alive = load_move(line), whole = load_is_whole(line);
      if (whole) load_note(load, line);
      if (whole && alive && !over) {
        load_write(load, line, &next);
        alive = load_move(line);
      }
      if (!alive && !whole) load->broken++;
      if (alive && !(whole && over)) continue;
      close(line->fd);
      free(line->request);
      line->fd = -1;
      open--;
    }
  }
  load->taken = load_clock() - began;
  close(epoll);
  return true;
}

#endif
