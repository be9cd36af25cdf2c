#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "framing.h"
#include "patience.h"

enum {
  CONNECTION_MEMORY = 256 * 1024,
  CONNECTION_TIMEOUT_SECONDS = 75,
  BACKLOG = 511,
  REPLY_MAXIMUM = 64 * 1024 * 1024,
  PASSED_OVER = 4, /* bodies so many times as large as may be are read and thrown away */
  BUSY_SECONDS = 5 /* after which to try again what there was no room for */
};

struct server {
  struct loop *loop;
  struct MHD_Daemon *daemon;
  int epoll;
  unsigned port;
  struct loop_timer timer;
  struct server_options options;
  struct server_call *waiting;
  size_t calls;  /* begun and not over */
  size_t bodies; /* bytes */
  struct patience patience;
};

enum progress {
  PROGRESS_NEW,     /* its header is not in yet */
  PROGRESS_READING, /* its body is coming, if there is any */
  PROGRESS_WAITING, /* its connection is suspended until the reply is there and due */
  PROGRESS_READY    /* the reply may be sent */
};

/* A request on its way in, and its reply on the way out. */
struct server_call {
  struct server *server;
  struct MHD_Connection *connection;
  enum progress progress;
  char *target;
  struct buffer body;
  bool unwanted; /* the body */
  int refusal;   /* a status, where the body cannot be taken; 0 */
  struct server_reply reply;
  struct loop_timer timer;
  struct server_call *next; /* of those that wait */
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
  size_t before = server->patience.count;
  MHD_run(server->daemon);
  /* At its limit of connections the library does not look at the listening socket, and after one
     has ended not before it runs again. */
  if (server->patience.count < before)
    loop_timer_set(server->loop, &server->timer, 0, run, server);
  else
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

static enum MHD_Result send_whole(struct MHD_Connection *connection, struct server_reply *reply) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(reply->body.length, reply->body.data, MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  enum MHD_Result queued = MHD_NO;
  if (add_headers(response, reply->headers.data))
    queued = MHD_queue_response(connection, (unsigned)reply->status, response);
  MHD_destroy_response(response);
  return queued;
}

static int socket_of(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

/* The reply's header as the library would write it, more or less. */
static bool write_header(const struct server_reply *reply, struct buffer *out) {
  bool fine = buffer_printf(out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", reply->status,
                            MHD_get_reason_phrase_for((unsigned)reply->status), reply->body.length);
  const char *line = reply->headers.data;
  while (fine && line && *line) {
    size_t length = strcspn(line, "\n");
    fine = buffer_printf(out, "%.*s\r\n", (int)length, line);
    line += length + (line[length] == '\n');
  }
  return fine && buffer_append_string(out, "\r\n");
}

/* Writes the beginning of the reply past the library, which knows only whole ones. What the socket
   does not take at once is lost, as it is meant to be. */
static void send_beginning(struct MHD_Connection *connection, const struct server_reply *reply) {
  struct buffer out;
  buffer_init(&out, REPLY_MAXIMUM + 2 * CONNECTION_MEMORY);
  if (write_header(reply, &out)) {
    size_t header = out.length;
    bool in_body = reply->cut_in_body && reply->body.length > 0;
    size_t part = in_body ? reply->body.length : header - 1;
    size_t end = (in_body ? header : 1) + (size_t)(reply->cut_share * (double)(part - 1));
    if (!in_body || buffer_append(&out, reply->body.data, reply->body.length)) {
      ssize_t sent = send(socket_of(connection), out.data, end, MSG_NOSIGNAL);
      (void)sent;
    }
  }
  buffer_free(&out);
}

/* A TCP socket that is connected to nothing any more resets its connection. */
static void reset(struct MHD_Connection *connection) {
  struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  int result = connect(socket_of(connection), &nowhere, sizeof nowhere);
  (void)result; /* then it is closed, as all that are answered with MHD_NO */
}

static enum MHD_Result send_reply(struct server_call *call) {
  struct server_reply *reply = &call->reply;
  if (reply->ending == SERVER_WHOLE) return send_whole(call->connection, reply);
  if (reply->ending == SERVER_CUT) send_beginning(call->connection, reply);
  if (reply->ending == SERVER_RESET) reset(call->connection);
  return MHD_NO;
}

static void wait_for_answer(struct server_call *call) {
  call->progress = PROGRESS_WAITING;
  patience_pause(call->connection, true);
  call->next = call->server->waiting;
  call->server->waiting = call;
  MHD_suspend_connection(call->connection);
}

/* The library asks for the reply again, and gets it. */
static void resume(void *context) {
  struct server_call *call = context;
  struct server *server = call->server;
  for (struct server_call **place = &server->waiting; *place; place = &(*place)->next) {
    if (*place != call) continue;
    *place = call->next;
    break;
  }
  loop_timer_clear(server->loop, &call->timer);
  call->progress = PROGRESS_READY;
  patience_pause(call->connection, false);
  MHD_resume_connection(call->connection);
  loop_timer_set(server->loop, &server->timer, 0, run, server);
}

struct server_reply *server_reply_of(struct server_call *call) {
  return &call->reply;
}

void server_answer(struct server_call *call) {
  if (call->reply.delay_ms > 0)
    loop_timer_set(call->server->loop, &call->timer, call->reply.delay_ms, resume, call);
  else
    resume(call);
}

static const struct sockaddr *peer_of(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

/* What a function of the server's owner is asked about. */
struct question {
  struct server_request request;
  struct field_list query, headers;
};

static void prepare(struct question *question, struct server_call *call, const char *path,
                    const char *method) {
  question->query.count = question->headers.count = 0;
  question->query.overflow = question->headers.overflow = false;
  MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, collect, &question->query);
  MHD_get_connection_values(call->connection, MHD_HEADER_KIND, collect, &question->headers);
  question->request = (struct server_request){.call = call,
                                              .method = method,
                                              .target = call->target,
                                              .path = path,
                                              .query = question->query.fields,
                                              .query_count = question->query.count,
                                              .headers = question->headers.fields,
                                              .header_count = question->headers.count,
                                              .body = call->body.data ? call->body.data : "",
                                              .body_length = call->body.length,
                                              .peer = peer_of(call->connection)};
}

/* Has the handler fill in the reply. */
static void ask(struct server *server, struct server_call *call, const char *path,
                const char *method) {
  char seconds[16];
  struct question question;
  prepare(&question, call, path, method);
  if (question.query.overflow || question.headers.overflow) {
    call->reply.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
  } else if (call->refusal == MHD_HTTP_SERVICE_UNAVAILABLE) {
    snprintf(seconds, sizeof seconds, "%d", BUSY_SECONDS);
    call->reply.status = call->refusal;
    server_reply_header(&call->reply, "Retry-After", seconds);
  } else if (call->refusal) {
    call->reply.status = call->refusal;
  } else {
    server->options.handler(server->options.context, &question.request, &call->reply);
  }
}

/* What comes behind such a header may be anything: the connection ends. */
static enum MHD_Result refuse(struct server_call *call, int status) {
  call->reply.status = status;
  return server_reply_header(&call->reply, "Connection", "close") ? send_reply(call) : MHD_NO;
}

/* The header is in. A body that says itself that it is too large is read to its end all the same,
   and thrown away, so that its sender gets to read why; one that is beyond measure is not. */
static enum MHD_Result begin(struct server *server, struct server_call *call, const char *path,
                             const char *method) {
  struct question question;
  const struct server_options *options = &server->options;
  call->progress = PROGRESS_READING;
  if (!options->wants_body) return MHD_YES;
  prepare(&question, call, path, method);
  bool overflow = question.query.overflow || question.headers.overflow;
  call->unwanted = overflow || !options->wants_body(options->context, &question.request);
  int refusal = framing_refusal(!call->unwanted, question.headers.fields, question.headers.count);
  if (refusal) return refuse(call, refusal);
  unsigned long long announced = framing_length(question.headers.fields, question.headers.count);
  if (announced <= options->body_maximum) return MHD_YES;
  if (!call->unwanted) call->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
  if (announced / PASSED_OVER <= options->body_maximum) return MHD_YES;
  ask(server, call, path, method);
  return send_reply(call);
}

static void take_body(struct server *server, struct server_call *call, const char *bytes,
                      size_t length) {
  const struct server_options *options = &server->options;
  if (call->unwanted || call->refusal) return;
  if (options->bodies_maximum && server->bodies + length > options->bodies_maximum) {
    call->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
  } else if (buffer_append(&call->body, bytes, length)) {
    server->bodies += length;
  } else {
    call->refusal = errno == ENOBUFS ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_SERVICE_UNAVAILABLE;
  }
  if (!call->refusal) return;
  server->bodies -= call->body.length;
  buffer_free(&call->body);
}

/* Called with each request's target before its header is in; what it returns is the state that the
   functions below get. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
  struct server_call *call = calloc(1, sizeof *call);
  if (!call) return NULL;
  call->server = context;
  call->connection = connection;
  call->reply.status = 500;
  buffer_init(&call->body, call->server->options.body_maximum);
  buffer_init(&call->reply.body, REPLY_MAXIMUM);
  buffer_init(&call->reply.headers, CONNECTION_MEMORY);
  call->target = strdup(target);
  if (!call->target) {
    free(call);
    return NULL;
  }
  call->server->calls++;
  return call;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **state) {
  (void)connection, (void)version;
  struct server_call *call = *state;
  if (!call) return MHD_NO;
  if (call->progress == PROGRESS_NEW) return begin(context, call, path, method);
  if (*upload_size > 0) {
    take_body(context, call, upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
  }
  if (call->progress == PROGRESS_READY) return send_reply(call);
  ask(context, call, path, method);
  if (!call->reply.later && call->reply.delay_ms <= 0) return send_reply(call);
  wait_for_answer(call);
  if (!call->reply.later) server_answer(call);
  return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode reason) {
  (void)context, (void)reason;
  struct server_call *call = *state;
  patience_renew(connection);
  if (!call) return;
  call->server->calls--;
  call->server->bodies -= call->body.length;
  loop_timer_clear(call->server->loop, &call->timer);
  buffer_free(&call->body);
  buffer_free(&call->reply.body);
  buffer_free(&call->reply.headers);
  free(call->target);
  free(call);
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

/* The handshake of a connection asks for what it is to show. */
static int show_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                            gnutls_pcert_st **chain, unsigned *count, gnutls_ocsp_data_st **ocsp,
                            unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags) {
  (void)info;
  struct MHD_Connection *connection = gnutls_session_get_ptr(session);
  const struct server *server = connection ? patience_owner(connection) : NULL;
  *ocsp = NULL;
  *ocsp_count = *flags = 0;
  if (!server) return -1;
  certificate_show(server->options.certificate, chain, count, key);
  return 0;
}

static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* Hands the socket to a daemon, which closes it from then on, and watches the daemon. */
static bool start_daemon(struct server *server) {
  const struct server_options *options = &server->options;
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
  struct MHD_OptionItem optional[5] = {{MHD_OPTION_END, 0, NULL}};
  int count = 0;
  if (options->connections)
    optional[count++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, options->connections, NULL};
  if (options->connections_per_address)
    optional[count++] = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                                                options->connections_per_address, NULL};
  if (options->certificate) {
    flags |= MHD_USE_TLS;
    optional[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK2, 0,
                                                (void *)(uintptr_t)show_certificate};
    optional[count++] =
        (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions};
  }
  optional[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
  server->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, on_access, server, MHD_OPTION_LISTEN_SOCKET, options->fd,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      options->header_maximum ? options->header_maximum : (size_t)CONNECTION_MEMORY,
      MHD_OPTION_CONNECTION_TIMEOUT,
      options->idle_seconds ? options->idle_seconds : (unsigned)CONNECTION_TIMEOUT_SECONDS,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
      patience_notify, &server->patience, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
      MHD_OPTION_ARRAY, optional, MHD_OPTION_END);
  if (!server->daemon) {
    close(options->fd);
    return false;
  }
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  if (!info || !loop_watch(server->loop, info->epoll_fd, run, server)) return false;
  server->epoll = info->epoll_fd;
  return true;
}

struct server *server_open(struct loop *loop, const struct server_options *options,
                           struct failure *failure) {
  struct server *server = calloc(1, sizeof *server);
  if (!server) {
    close(options->fd);
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  *server = (struct server){.loop = loop, .options = *options, .epoll = -1};
  patience_begin(&server->patience, loop, options->request_seconds, server);
  if (start_daemon(server)) {
    schedule(server);
    return server;
  }
  failure_set(failure, "LISTEN_FAILED", "the server could not be set up");
  server_stop(server);
  return NULL;
}

struct server *server_start(struct loop *loop, unsigned port, server_handler_fn *handler,
                            void *context, struct failure *failure) {
  unsigned bound;
  struct server_options options = {.fd = listen_on(port, &bound),
                                   .body_maximum = SERVER_BODY_MAXIMUM,
                                   .handler = handler,
                                   .context = context};
  if (options.fd < 0) {
    failure_set(failure, "LISTEN_FAILED", "cannot listen on 127.0.0.1:%u: %s", port,
                strerror(errno));
    return NULL;
  }
  struct server *server = server_open(loop, &options, failure);
  if (server) server->port = bound;
  return server;
}

unsigned server_port(const struct server *server) { return server->port; }

bool server_is_busy(const struct server *server) { return server->calls > 0; }

void server_quiesce(struct server *server) {
  int fd = MHD_quiesce_daemon(server->daemon);
  if (fd >= 0) close(fd);
}

void server_stop(struct server *server) {
  if (!server) return;
  if (server->epoll >= 0) loop_unwatch(server->loop, server->epoll);
  /* The library cannot stop while connections are suspended. */
  while (server->waiting) {
    server->waiting->reply.ending = SERVER_CLOSE;
    resume(server->waiting);
  }
  loop_timer_clear(server->loop, &server->timer);
  if (server->daemon) MHD_stop_daemon(server->daemon);
  patience_end(&server->patience);
  free(server);
}
