#include "http.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "url.h"
#include "version.h"

enum {
  HEADERS_MAXIMUM = 256 * 1024,
  IDLE_EXCHANGES = 64,
  MOST_CONNECTIONS = 100, /* and exchanges at a time; descriptors are few */
  MOST_REDIRECTS = 5,
  RECEIVE_BUFFER = 128 * 1024,
  KEPT_BODY = 256 * 1024, /* a larger one's room is given back at once */
  /* Servers close idle connections after a minute or so; an older one is not trusted with a write
     whose fate would then be unknown. */
  IDLE_CONNECTION_SECONDS = 50
};

struct http_client {
  struct loop *loop;
  struct curl_slist *headers;                 /* the same for every request */
  struct http_exchange *idle[IDLE_EXCHANGES]; /* ended, and kept because setting one up costs */
  int idle_count;
  /* libcurl would let further ones wait for a connection, but their timeout would run meanwhile. */
  int running;
  struct http_exchange *first_waiting, *last_waiting;
  struct loop_timer room; /* fires when there may be some for those that wait */
};

/* What is above `headers` stays from one request to the next; begin() empties the rest. */
struct http_exchange {
  struct http_client *client;
  CURL *easy; /* with the options that are the same for every request */
  bool plain; /* and those for http instead of https */
  char curl_message[CURL_ERROR_SIZE];
  struct curl_slist *headers; /* its own, with the client's behind them */
  char *url;
  http_done_fn *done;
  void *context;
  struct http_response response;
  struct failure failure;
  double elapsed;
  int times_sent;
  bool read_only; /* may be sent again, and elsewhere on the same origin */
  bool has_body;
  bool running;
  bool waiting;
  struct http_exchange *previous_waiting, *next_waiting;
  bool failed;
  bool has_header; /* the final reply's header came whole */
};

static void on_transfer(void *context, CURL *easy, CURLcode result);
static void destroy(struct http_exchange *exchange);

static struct curl_slist *common_headers(void) {
  /* Lofty wants Content-Type on every request, GET and DELETE included; published listings are
     XML, and refused to those who accept JSON only. An empty Expect keeps libcurl from asking for
     100 Continue first. */
  static const char *const lines[] = {"Content-Type: application/json",
                                      "Accept: application/json, */*;q=0.1", "Expect:"};
  struct curl_slist *list = NULL;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct curl_slist *longer = curl_slist_append(list, lines[i]);
    if (!longer) {
      curl_slist_free_all(list);
      return NULL;
    }
    list = longer;
  }
  return list;
}

struct http_client *http_client_new(struct loop *loop) {
  struct http_client *client = calloc(1, sizeof *client);
  if (!client) return NULL;
  client->loop = loop;
  client->headers = common_headers();
  if (!client->headers || curl_multi_setopt(loop_multi(loop), CURLMOPT_MAX_TOTAL_CONNECTIONS,
                                            (long)MOST_CONNECTIONS) != CURLM_OK) {
    curl_slist_free_all(client->headers);
    free(client);
    return NULL;
  }
  loop_on_transfer(loop, on_transfer, client);
  return client;
}

void http_client_free(struct http_client *client) {
  if (!client) return;
  loop_on_transfer(client->loop, NULL, NULL);
  loop_timer_clear(client->loop, &client->room);
  while (client->idle_count > 0) destroy(client->idle[--client->idle_count]);
  curl_slist_free_all(client->headers);
  free(client);
}

/* libcurl calls this each time it is about to send the request, on a fresh or a kept connection. */
static int before_sending(void *context, char *remote, char *local, int remote_port,
                          int local_port) {
  (void)remote, (void)local, (void)remote_port, (void)local_port;
  struct http_exchange *exchange = context;
  if (exchange->times_sent > 0 && !exchange->read_only) return CURL_PREREQFUNC_ABORT;
  exchange->times_sent++;
  return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  struct http_exchange *exchange = context;
  struct buffer *body = &exchange->response.body;
  size_t length = size * count;
  if (buffer_append(body, bytes, length)) return length;
  if (length > body->maximum - body->length)
    failure_set(&exchange->failure, "RESPONSE_TOO_LARGE",
                "the reply is larger than the %zu bytes allowed", body->maximum);
  else
    failure_set(&exchange->failure, "OUT_OF_MEMORY", "out of memory while reading the reply");
  return 0;
}

/* Whether the field line names Location, and where it points; the value is cut out of `line`. */
static bool is_location(const char *line, size_t length, char *value, size_t size) {
  static const char name[] = "location:";
  if (length < sizeof name - 1 || (*line | 0x20) != 'l' ||
      strncasecmp(line, name, sizeof name - 1) != 0)
    return false;
  const char *start = line + sizeof name - 1;
  const char *end = line + length;
  while (start < end && (*start == ' ' || *start == '\t')) start++;
  while (end > start && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ')) end--;
  if ((size_t)(end - start) >= size) end = start + size - 1;
  memcpy(value, start, (size_t)(end - start));
  value[end - start] = '\0';
  return true;
}

static bool redirect_is_fine(struct http_exchange *exchange, const char *location) {
  long status = 0;
  curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 300 || status > 399) return true;
  if (exchange->read_only && url_same_origin(exchange->url, location)) return true;
  /* The query of the location may hold a session or a token: only what precedes it is shown. */
  return failure_set(&exchange->failure, "REDIRECTED",
                     "the server redirects to %.*s, where the credential must not go; "
                     "check the base URL",
                     (int)strcspn(location, "?#"), location);
}

static size_t on_header(char *line, size_t size, size_t count, void *context) {
  struct http_exchange *exchange = context;
  struct buffer *headers = &exchange->response.headers;
  size_t length = size * count;
  char location[2048];
  /* A status line begins a new reply: after 100 Continue or a redirect. */
  if (length > 5 && memcmp(line, "HTTP/", 5) == 0) {
    headers->length = 0;
    exchange->has_header = false;
    return length;
  }
  /* What comes after the header are trailers, which are no header fields (RFC 9110, 6.5.1). */
  if (exchange->has_header) return length;
  if (length > 0 && (line[0] == '\r' || line[0] == '\n')) exchange->has_header = true;
  if (is_location(line, length, location, sizeof location) && !redirect_is_fine(exchange, location))
    return 0;
  if (!buffer_append(headers, line, length)) {
    failure_set(&exchange->failure, "INVALID_RESPONSE", "the reply's header is too large");
    return 0;
  }
  return length;
}

static bool set_method(struct http_exchange *exchange, const struct http_request *request) {
  CURL *easy = exchange->easy;
  bool has_body =
      strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0 || request->body;
  bool is_get = !has_body && exchange->read_only;
  exchange->has_body = has_body;
  if (curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_get ? NULL : request->method) != CURLE_OK)
    return false;
  if (!has_body) return true;
  return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length) ==
             CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "") ==
             CURLE_OK;
}

static bool set_safety(CURL *easy, bool plain) {
  const char *authorities = getenv("SSL_CERT_FILE");
  const char *folder = getenv("SSL_CERT_DIR");
  CURLcode result = CURLE_OK;
  result |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  result |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  result |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (authorities && *authorities) result |= curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
  if (folder && *folder) result |= curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
  result |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  result |= curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, plain ? "http" : "https");
  result |= curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
  /* Loopback is this machine: a proxy from the environment would look for it elsewhere. */
  if (plain) result |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
  return result == CURLE_OK;
}

static bool set_transport(CURL *easy) {
  CURLcode result = CURLE_OK;
  result |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "loftyrun/" LOFTYRUN_VERSION);
  result |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  result |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  result |= curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
  result |= curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_SECONDS);
  result |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  /* Else giving up a name look-up waits for it, and the deadline with it. */
  result |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  return result == CURLE_OK;
}

/* Commands that a script starts are not to hold its connections open. */
static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose) {
  (void)context, (void)purpose;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

static bool set_callbacks(struct http_exchange *exchange) {
  CURL *easy = exchange->easy;
  CURLcode result = CURLE_OK;
  result |= curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
  result |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->curl_message);
  result |= curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
  result |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
  result |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
  result |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  result |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
  result |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  result |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
  return result == CURLE_OK;
}

/* Puts a field in front of `headers`: a node of our own, with its text behind it. */
static bool add_header(struct curl_slist **headers, const char *name, const char *value) {
  struct curl_slist *field = malloc(sizeof *field + strlen(name) + strlen(value) + sizeof ": ");
  if (!field) return false;
  char *line = (char *)(field + 1);
  stpcpy(stpcpy(stpcpy(line, name), ": "), value);
  *field = (struct curl_slist){.data = line, .next = *headers};
  *headers = field;
  return true;
}

/* The common header fields, preceded by those of this exchange. The common list is shared: only the
   nodes in front of it are this exchange's own. Its first is the usual Content-Type. */
static bool set_headers(struct http_exchange *exchange, const struct http_request *request) {
  exchange->headers = exchange->client->headers;
  if (request->content_type) {
    exchange->headers = exchange->headers->next;
    if (!add_header(&exchange->headers, "Content-Type", request->content_type)) return false;
  }
  if (request->authorization &&
      !add_header(&exchange->headers, "Authorization", request->authorization))
    return false;
  return curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK;
}

static void free_headers(struct http_exchange *exchange) {
  const struct curl_slist *common = exchange->client->headers;
  while (exchange->headers && exchange->headers != common && exchange->headers != common->next) {
    struct curl_slist *field = exchange->headers;
    exchange->headers = field->next;
    explicit_bzero(field->data, strlen(field->data));
    free(field);
  }
}

static bool is_plain(const char *url) { return strncasecmp(url, "https:", 6) != 0; }

/* With all the options that do not depend on the request. */
static struct http_exchange *create(struct http_client *client, bool plain) {
  struct http_exchange *exchange = calloc(1, sizeof *exchange);
  if (!exchange) return NULL;
  exchange->client = client;
  exchange->plain = plain;
  exchange->easy = curl_easy_init();
  if (exchange->easy && set_callbacks(exchange) && set_transport(exchange->easy) &&
      set_safety(exchange->easy, plain))
    return exchange;
  destroy(exchange);
  return NULL;
}

static void destroy(struct http_exchange *exchange) {
  if (exchange->easy) curl_easy_cleanup(exchange->easy);
  buffer_free(&exchange->response.headers);
  buffer_free(&exchange->response.body);
  free(exchange);
}

static struct http_exchange *take(struct http_client *client, bool plain) {
  while (client->idle_count > 0) {
    struct http_exchange *exchange = client->idle[--client->idle_count];
    if (exchange->plain == plain) return exchange;
    destroy(exchange);
  }
  return create(client, plain);
}

/* Nothing of a request is kept: neither its credential nor what it was about. */
static void give_back(struct http_exchange *exchange) {
  struct http_client *client = exchange->client;
  bool forgotten = curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, NULL) == CURLE_OK &&
                   (!exchange->has_body ||
                    curl_easy_setopt(exchange->easy, CURLOPT_COPYPOSTFIELDS, NULL) == CURLE_OK);
  if (!forgotten || client->idle_count == IDLE_EXCHANGES) {
    destroy(exchange);
    return;
  }
  if (exchange->response.body.capacity > KEPT_BODY) buffer_free(&exchange->response.body);
  client->idle[client->idle_count++] = exchange;
}

static void begin(struct http_exchange *exchange, const struct http_request *request,
                  http_done_fn *done, void *context) {
  struct buffer headers = exchange->response.headers, body = exchange->response.body;
  headers.length = body.length = 0;
  headers.maximum = HEADERS_MAXIMUM;
  body.maximum = request->response_maximum;
  memset(&exchange->headers, 0, sizeof *exchange - offsetof(struct http_exchange, headers));
  exchange->response.headers = headers;
  exchange->response.body = body;
  exchange->curl_message[0] = '\0';
  exchange->done = done;
  exchange->context = context;
  exchange->read_only = strcmp(request->method, "GET") == 0;
}

static bool set_request(struct http_exchange *exchange, const struct http_request *request) {
  CURL *easy = exchange->easy;
  CURLcode result = CURLE_OK;
  result |= curl_easy_setopt(easy, CURLOPT_URL, request->url);
  result |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, exchange->read_only ? 1L : 0L);
  result |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
  result |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
  return result == CURLE_OK && set_method(exchange, request) && set_headers(exchange, request);
}

static bool run(struct http_exchange *exchange) {
  struct http_client *client = exchange->client;
  if (curl_multi_add_handle(loop_multi(client->loop), exchange->easy) != CURLM_OK) return false;
  exchange->running = true;
  client->running++;
  return true;
}

static void wait_for_room(struct http_exchange *exchange) {
  struct http_client *client = exchange->client;
  struct http_exchange *last = client->last_waiting;
  exchange->waiting = true;
  exchange->previous_waiting = last;
  *(last ? &last->next_waiting : &client->first_waiting) = exchange;
  client->last_waiting = exchange;
}

static void wait_no_more(struct http_exchange *exchange) {
  struct http_client *client = exchange->client;
  struct http_exchange *previous = exchange->previous_waiting, *next = exchange->next_waiting;
  *(previous ? &previous->next_waiting : &client->first_waiting) = next;
  *(next ? &next->previous_waiting : &client->last_waiting) = previous;
  exchange->previous_waiting = exchange->next_waiting = NULL;
  exchange->waiting = false;
}

static bool enter_loop(struct http_exchange *exchange) {
  const struct http_client *client = exchange->client;
  if (!client->first_waiting && client->running < MOST_CONNECTIONS) return run(exchange);
  wait_for_room(exchange);
  return true;
}

static void on_room(void *context) {
  struct http_client *client = context;
  while (client->first_waiting && client->running < MOST_CONNECTIONS) {
    struct http_exchange *exchange = client->first_waiting;
    wait_no_more(exchange);
    if (run(exchange)) continue;
    failure_set(&exchange->failure, "CONNECT_FAILED", "libcurl could not begin the request");
    exchange->failed = true;
    exchange->done(exchange->context);
  }
}

struct http_exchange *http_start(struct http_client *client, const struct http_request *request,
                                 http_done_fn *done, void *context, struct failure *failure) {
  struct http_exchange *exchange = take(client, is_plain(request->url));
  if (!exchange) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  begin(exchange, request, done, context);
  exchange->url = strdup(request->url);
  if (exchange->url && set_request(exchange, request) && enter_loop(exchange)) return exchange;
  failure_set(failure, "CONNECT_FAILED", "libcurl could not set up the request");
  http_exchange_free(exchange);
  return NULL;
}

static void leave_loop(struct http_exchange *exchange) {
  struct http_client *client = exchange->client;
  if (exchange->waiting) wait_no_more(exchange);
  if (!exchange->running) return;
  curl_multi_remove_handle(loop_multi(client->loop), exchange->easy);
  exchange->running = false;
  client->running--;
  if (client->first_waiting) loop_timer_set(client->loop, &client->room, 0, on_room, client);
}

void http_exchange_free(struct http_exchange *exchange) {
  if (!exchange) return;
  leave_loop(exchange);
  free_headers(exchange);
  free(exchange->url);
  exchange->url = NULL;
  give_back(exchange);
}

static const char *code_of(CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return "CONNECT_FAILED";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return "TLS_FAILED";
    case CURLE_OPERATION_TIMEDOUT:
      return "TIMEOUT";
    case CURLE_TOO_MANY_REDIRECTS:
      return "REDIRECTED";
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return "CONNECTION_LOST";
    default:
      return "INVALID_RESPONSE";
  }
}

/* libcurl quotes the address of a proxy that it cannot use, password and all. */
static void hide_user(char *message) {
  char *quoted = strchr(message, '\'');
  char *end = quoted ? strrchr(quoted, '@') : NULL;
  if (end) memmove(quoted + 1, end + 1, strlen(end + 1) + 1);
}

static void describe_failure(struct http_exchange *exchange, CURLcode result) {
  exchange->failed = true;
  if (exchange->failure.code[0] != '\0') return; /* one of our callbacks knew better */
  hide_user(exchange->curl_message);
  if (result == CURLE_ABORTED_BY_CALLBACK)
    failure_set(&exchange->failure, code_of(result),
                "the connection ended before the reply; the request was not sent again");
  else
    failure_set(&exchange->failure, code_of(result), "%s",
                exchange->curl_message[0] ? exchange->curl_message : curl_easy_strerror(result));
}

static void on_transfer(void *context, CURL *easy, CURLcode result) {
  (void)context;
  char *private = NULL;
  long status = 0;
  curl_off_t elapsed = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &elapsed);
  struct http_exchange *exchange = (struct http_exchange *)(void *)private;
  exchange->response.status = (int)status;
  exchange->elapsed = (double)elapsed / 1e6;
  leave_loop(exchange);
  /* libcurl takes a connection that ends inside the header for a reply without a body. */
  if (result == CURLE_OK && !exchange->has_header) {
    failure_set(&exchange->failure, "INVALID_RESPONSE", "the connection ended inside the header");
    exchange->failed = true;
  }
  if (result != CURLE_OK) describe_failure(exchange, result);
  exchange->done(exchange->context);
}

const struct http_response *http_exchange_response(const struct http_exchange *exchange) {
  return exchange->failed ? NULL : &exchange->response;
}

const struct failure *http_exchange_failure(const struct http_exchange *exchange) {
  return &exchange->failure;
}

bool http_exchange_sent(const struct http_exchange *exchange) { return exchange->times_sent > 0; }

double http_exchange_elapsed(const struct http_exchange *exchange) { return exchange->elapsed; }

int64_t http_date(const char *text) { return *text ? (int64_t)curl_getdate(text, NULL) : -1; }
