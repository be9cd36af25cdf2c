#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  CONNECTION_MEMORY = 256 * 1024,
  CONNECTION_TIMEOUT_SECONDS = 75,
  BACKLOG = 511,
  REPLY_MAXIMUM = 64 * 1024 * 1024
};

struct server {
  struct loop *loop;
  struct MHD_Daemon *daemon;
  int epoll;
  unsigned port;
  struct loop_timer timer;
  server_handler_fn *handler;
  void *context;
};

/* A request on its way in. */
struct incoming {
  struct buffer body;
  bool too_large;
};

struct field_list {
  struct server_field fields[SERVER_MOST_FIELDS];
  size_t count;
  bool overflow;
};

static void run(void *context);

static void schedule(struct server *server) {
  MHD_UNSIGNED_LONG_LONG milliseconds;
  if (MHD_get_timeout(server->daemon, &milliseconds) == MHD_YES)
    loop_timer_set(server->loop, &server->timer, (int64_t)milliseconds, run, server);
  else
    loop_timer_clear(server->loop, &server->timer);
}

static void run(void *context) {
  struct server *server = context;
  MHD_run(server->daemon);
  schedule(server);
}

bool server_reply_header(struct server_reply *reply, const char *name, const char *value) {
  return buffer_printf(&reply->headers, "%s: %s\n", name, value);
}

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name,
                               const char *value) {
  (void)kind;
  struct field_list *list = context;
  if (list->count == SERVER_MOST_FIELDS) {
    list->overflow = true;
    return MHD_NO;
  }
  list->fields[list->count++] = (struct server_field){name, value ? value : ""};
  return MHD_YES;
}

/* Cuts the "name: value\n" lines apart, in place, and adds them. */
static bool add_headers(struct MHD_Response *response, char *lines) {
  while (lines && *lines) {
    char *end = strchr(lines, '\n');
    char *colon = strstr(lines, ": ");
    if (!end || !colon || colon > end) return false;
    *end = '\0';
    *colon = '\0';
    if (MHD_add_response_header(response, lines, colon + 2) != MHD_YES) return false;
    lines = end + 1;
  }
  return true;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct server_reply *reply) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(reply->body.length, reply->body.data, MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  enum MHD_Result queued = MHD_NO;
  if (add_headers(response, reply->headers.data))
    queued = MHD_queue_response(connection, (unsigned)reply->status, response);
  MHD_destroy_response(response);
  return queued;
}

static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
                              const char *path, const char *method, struct incoming *incoming) {
  struct field_list query = {.count = 0};
  struct field_list headers = {.count = 0};
  struct server_reply reply = {.status = 500};
  buffer_init(&reply.body, REPLY_MAXIMUM);
  buffer_init(&reply.headers, CONNECTION_MEMORY);
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect, &query);
  MHD_get_connection_values(connection, MHD_HEADER_KIND, collect, &headers);
  if (incoming->too_large) {
    reply.status = MHD_HTTP_CONTENT_TOO_LARGE;
  } else if (query.overflow || headers.overflow) {
    reply.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
  } else {
    struct server_request request = {.method = method,
                                     .path = path,
                                     .query = query.fields,
                                     .query_count = query.count,
                                     .headers = headers.fields,
                                     .header_count = headers.count,
                                     .body = incoming->body.data ? incoming->body.data : "",
                                     .body_length = incoming->body.length};
    server->handler(server->context, &request, &reply);
  }
  enum MHD_Result result = send_reply(connection, &reply);
  buffer_free(&reply.body);
  buffer_free(&reply.headers);
  return result;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **state) {
  (void)version;
  struct incoming *incoming = *state;
  if (!incoming) {
    incoming = calloc(1, sizeof *incoming);
    if (!incoming) return MHD_NO;
    buffer_init(&incoming->body, SERVER_BODY_MAXIMUM);
    *state = incoming;
    return MHD_YES;
  }
  if (*upload_size == 0) return answer(context, connection, path, method, incoming);
  if (!buffer_append(&incoming->body, upload, *upload_size)) incoming->too_large = true;
  *upload_size = 0;
  return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode reason) {
  (void)context, (void)connection, (void)reason;
  struct incoming *incoming = *state;
  if (!incoming) return;
  buffer_free(&incoming->body);
  free(incoming);
  *state = NULL;
}

/* A listening socket on loopback, and the port it got; -1 with errno. Ours rather than the
   library's, which does not say why it failed. */
static int listen_on(unsigned port, unsigned *bound) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  struct sockaddr *name = (struct sockaddr *)&address;
  int yes = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      bind(fd, name, size) == 0 && listen(fd, BACKLOG) == 0 && getsockname(fd, name, &size) == 0) {
    *bound = ntohs(address.sin_port);
    return fd;
  }
  int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

/* Hands the socket to a daemon, which closes it from then on, and watches the daemon. */
static bool start_daemon(struct server *server, int fd) {
  server->daemon =
      MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_access, server, MHD_OPTION_LISTEN_SOCKET,
                       fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                       MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_SECONDS,
                       MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
  if (!server->daemon) {
    close(fd);
    return false;
  }
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  if (!info || !loop_watch(server->loop, info->epoll_fd, run, server)) return false;
  server->epoll = info->epoll_fd;
  return true;
}

struct server *server_start(struct loop *loop, unsigned port, server_handler_fn *handler,
                            void *context, struct failure *failure) {
  struct server *server = calloc(1, sizeof *server);
  if (!server) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  *server = (struct server){.loop = loop, .handler = handler, .context = context, .epoll = -1};
  int fd = listen_on(port, &server->port);
  if (fd < 0) {
    failure_set(failure, "LISTEN_FAILED", "cannot listen on 127.0.0.1:%u: %s", port,
                strerror(errno));
  } else if (start_daemon(server, fd)) {
    schedule(server);
    return server;
  } else {
    failure_set(failure, "LISTEN_FAILED", "the server on 127.0.0.1:%u could not be set up", port);
  }
  server_stop(server);
  return NULL;
}

unsigned server_port(const struct server *server) { return server->port; }

void server_stop(struct server *server) {
  if (!server) return;
  if (server->epoll >= 0) loop_unwatch(server->loop, server->epoll);
  loop_timer_clear(server->loop, &server->timer);
  if (server->daemon) MHD_stop_daemon(server->daemon);
  free(server);
}
