#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/journal.h"
#include "../core/listener.h"
#include "../core/process.h"
#include "../core/server.h"
#include "children.h"
#include "runs.h"
#include "status_teller.h"

enum {
  GOOD_MS = 5 * 1000,   /* so long what was told is handed out */
  TIMES_IT_TOOK = 10,   /* or that many times as long as it took to tell */
  TELL_MS = 20 * 1000,  /* then it is killed; it gives up itself before */
  LOOK_MS = 5,          /* between two looks whether it has ended */
  AGAIN_SECONDS = 10,   /* when to ask again where it failed */
  REFRESH_SECONDS = 30, /* after which a browser asks again */
  HEADER_MAXIMUM = 16 * 1024,
  BODY_MAXIMUM = 1024, /* of requests, which have none */
  CONNECTIONS = 64,
  IDLE_SECONDS = 60,
  REQUEST_SECONDS = 30,
  ERRORS_MAXIMUM = 4096,
  FACTS = 20,
  FACT_SIZE = 192
};

enum document { PAGE, STYLE, METRICS, DOCUMENTS };

static const struct {
  const char *path, *type;
} documents[DOCUMENTS] = {[PAGE] = {"/", "text/html; charset=utf-8"},
                          [STYLE] = {"/style.css", "text/css; charset=utf-8"},
                          [METRICS] = {"/metrics", "text/plain; version=0.0.4; charset=utf-8"}};

/* A request that waits for the numbers. */
struct asking {
  struct server_call *call;
  enum document document;
};

/* The process that tells them. */
struct teller {
  pid_t process; /* 0: there is none */
  int files[2];
  bool is_open[2];
  struct buffer text, errors;
  int64_t began;
  struct loop_timer end, look;
};

struct status {
  struct loop *loop;
  struct status_options options;
  struct listener listener;
  struct server *server;
  struct teller teller;
  struct buffer text; /* what was told last: the three documents, one behind the other */
  size_t lengths[DOCUMENTS];
  int64_t good_until; /* as loop_now counts; 0: there is nothing */
  struct asking asking[CONNECTIONS];
  size_t asking_count;
  int64_t began, loaded; /* milliseconds since 1970 */
  bool load_failed, failed;
};

static void say(const struct status *status, enum log_level level, const char *message,
                const char *why) {
  struct log_field field = {.name = "why", .value = why};
  log_write(&status->options.run->log, level, message, &field, why != NULL);
}

/* Answers */

static bool set_headers(struct server_reply *reply, const char *type) {
  static const struct {
    const char *name, *value;
  } fields[] = {{"Cache-Control", "no-store"},
                {"X-Content-Type-Options", "nosniff"},
                {"Referrer-Policy", "no-referrer"},
                {"Cross-Origin-Resource-Policy", "same-origin"},
                {"Content-Security-Policy",
                 "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
                 "form-action 'none'; frame-ancestors 'none'"}};
  bool fine = server_reply_header(reply, "Content-Type", type);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    fine = fine && server_reply_header(reply, fields[i].name, fields[i].value);
  return fine;
}

/* A reply that is no document: a sentence. */
static void refuse(struct server_reply *reply, int code, const char *sentence) {
  bool fine = set_headers(reply, "text/plain; charset=utf-8") &&
              buffer_append_string(&reply->body, sentence);
  reply->status = fine ? code : 500;
}

static void hand_out(const struct status *status, enum document document,
                     struct server_reply *reply) {
  const char *text = status->text.data;
  for (int i = 0; i < (int)document; i++) text += status->lengths[i];
  bool fine = set_headers(reply, documents[document].type) &&
              buffer_append(&reply->body, text, status->lengths[document]);
  reply->status = fine ? 200 : 500;
}

static void answer_all(struct status *status, bool fine) {
  char seconds[16];
  snprintf(seconds, sizeof seconds, "%d", AGAIN_SECONDS);
  size_t count = status->asking_count;
  status->asking_count = 0;
  for (size_t i = 0; i < count; i++) {
    struct server_reply *reply = server_reply_of(status->asking[i].call);
    if (fine)
      hand_out(status, status->asking[i].document, reply);
    else
      refuse(reply, server_reply_header(reply, "Retry-After", seconds) ? 503 : 500,
             "The numbers could not be read; the daemon's log says why.\n");
    server_answer(status->asking[i].call);
  }
}

/* Having the numbers told */

static void close_file(struct status *status, int which) {
  struct teller *teller = &status->teller;
  if (!teller->is_open[which]) return;
  loop_unwatch(status->loop, teller->files[which]);
  close(teller->files[which]);
  teller->is_open[which] = false;
}

static void forget_teller(struct status *status) {
  struct teller *teller = &status->teller;
  loop_timer_clear(status->loop, &teller->end);
  loop_timer_clear(status->loop, &teller->look);
  for (int i = 0; i < 2; i++) close_file(status, i);
  buffer_free(&teller->text);
  buffer_free(&teller->errors);
  teller->process = 0;
}

/* Takes the text that was told, if it is what it should be. */
static bool take_text(struct status *status) {
  struct teller *teller = &status->teller;
  int header = 0;
  size_t lengths[DOCUMENTS];
  if (!teller->text.data || sscanf(teller->text.data, "%zu %zu %zu%n", &lengths[PAGE],
                                   &lengths[STYLE], &lengths[METRICS], &header) != DOCUMENTS)
    return false;
  size_t left = teller->text.length - (size_t)header;
  if (left == 0 || teller->text.data[header] != '\n') return false;
  left--;
  for (int i = 0; i < DOCUMENTS; i++) {
    if (lengths[i] > left) return false;
    left -= lengths[i];
  }
  if (left != 0) return false;
  memmove(teller->text.data, teller->text.data + header + 1, teller->text.length - (size_t)header);
  buffer_free(&status->text);
  status->text = teller->text;
  buffer_init(&teller->text, STATUS_MAXIMUM);
  memcpy(status->lengths, lengths, sizeof lengths);
  return true;
}

/* Failures are logged when they begin and when they end. */
static void take_end(struct status *status, int exit_code) {
  struct teller *teller = &status->teller;
  int64_t took = loop_now() - teller->began;
  bool fine = exit_code == EXIT_DONE && take_text(status);
  char *newline = teller->errors.data ? strchr(teller->errors.data, '\n') : NULL;
  if (newline) *newline = '\0';
  if (!fine && !status->failed)
    say(status, LOG_LEVEL_WARN, "the numbers of the status page cannot be read",
        teller->errors.data ? teller->errors.data : "the process that was to tell them has died");
  if (fine && status->failed)
    say(status, LOG_LEVEL_INFO, "the numbers of the status page can be read again", NULL);
  status->failed = !fine;
  if (fine)
    status->good_until =
        loop_now() + (took * TIMES_IT_TOOK > GOOD_MS ? took * TIMES_IT_TOOK : GOOD_MS);
  forget_teller(status);
  answer_all(status, fine);
}

static void look(void *context) {
  struct status *status = context;
  int code;
  if (children_ended(status->teller.process, &code))
    take_end(status, process_exit_code(code));
  else
    loop_timer_set(status->loop, &status->teller.look, LOOK_MS, look, status);
}

/* What does not fit ends it, and so does its own end. */
static void read_file(struct status *status, int which) {
  char block[16 * 1024];
  struct teller *teller = &status->teller;
  struct buffer *text = which == 0 ? &teller->text : &teller->errors;
  ssize_t length;
  while ((length = read(teller->files[which], block, sizeof block)) > 0) {
    if (buffer_append(text, block, (size_t)length) || which == 1) continue;
    kill(-teller->process, SIGKILL);
    length = 0;
    break;
  }
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  close_file(status, which);
  if (!teller->is_open[0] && !teller->is_open[1]) look(status);
}

static void read_text(void *context) { read_file(context, 0); }

static void read_errors(void *context) { read_file(context, 1); }

static void on_end(void *context) {
  struct status *status = context;
  kill(-status->teller.process, SIGKILL);
}

/* What only the daemon knows, as words of a command line. */
struct facts {
  char words[FACTS][FACT_SIZE];
  int count;
};

static void add_fact(struct facts *facts, const char *name, int64_t value) {
  snprintf(facts->words[facts->count++], FACT_SIZE, "%s=%" PRId64, name, value);
}

static void collect_facts(const struct status *status, struct facts *facts) {
  const struct webhooks *webhooks = *status->options.webhooks;
  facts->count = 0;
  add_fact(facts, "began", status->began);
  add_fact(facts, "process", getpid());
  if (status->loaded) add_fact(facts, "loaded", status->loaded);
  add_fact(facts, "load_failed", status->load_failed);
  if (!webhooks) return;
  struct webhooks_numbers numbers;
  webhooks_look(webhooks, &numbers);
  snprintf(facts->words[facts->count++], FACT_SIZE, "place=%s", webhooks_place(webhooks));
  add_fact(facts, "deliveries", numbers.deliveries);
  add_fact(facts, "events", numbers.events);
  add_fact(facts, "duplicates", numbers.duplicates);
  add_fact(facts, "unreadable", numbers.unreadable);
  add_fact(facts, "not_kept", numbers.not_kept);
  add_fact(facts, "full", numbers.full);
  add_fact(facts, "rate", numbers.rate);
  add_fact(facts, "strangers", numbers.strangers);
  if (numbers.certificate_end) add_fact(facts, "certificate_end", numbers.certificate_end);
}

static pid_t start_process(struct status *status, struct failure *failure) {
  struct facts facts;
  struct runs_room room;
  struct run_options options = *status->options.run;
  const char *arguments[RUNS_ARGUMENTS + FACTS] = {"loftyrun", "job",          "look", "--timeout",
                                                   "15",       "--max-memory", "128M"};
  int count = 7;
  options.faults = options.rate_limit = NULL;
  if (options.sandbox_seed) options.sandbox_seed = "empty";
  count += runs_chore_options(&options, arguments + count, &room);
  arguments[count++] = "--";
  collect_facts(status, &facts);
  for (int i = 0; i < facts.count; i++) arguments[count++] = facts.words[i];
  arguments[count] = NULL;
  return children_open(arguments, status->teller.files, failure);
}

static bool have_told(struct status *status, struct failure *failure) {
  struct teller *teller = &status->teller;
  if (teller->process) return true;
  teller->process = start_process(status, failure);
  if (!teller->process) return false;
  buffer_init(&teller->text, STATUS_MAXIMUM);
  buffer_init(&teller->errors, ERRORS_MAXIMUM);
  teller->began = loop_now();
  teller->is_open[0] = loop_watch(status->loop, teller->files[0], read_text, status);
  teller->is_open[1] = loop_watch(status->loop, teller->files[1], read_errors, status);
  for (int i = 0; i < 2; i++)
    if (!teller->is_open[i]) close(teller->files[i]);
  loop_timer_set(status->loop, &teller->end, TELL_MS, on_end, status);
  if (!teller->is_open[0] || !teller->is_open[1]) look(status);
  return true;
}

/* Requests */

static bool is_local_name(const char *host) {
  char name[64];
  struct address address;
  size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
  if (length >= sizeof name || length > strlen(host)) return false;
  const char *port = host + length;
  if (*port && (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1))) return false;
  snprintf(name, sizeof name, "%.*s", (int)length, host);
  if (strcasecmp(name, "localhost") == 0) return true;
  return strcmp(name, "unix") != 0 && address_read(name, &address) && address_is_local(&address);
}

/* A browser says here which name it was told to ask. */
static bool names_us(const struct server_request *request) {
  int count = 0;
  for (size_t i = 0; i < request->header_count; i++) {
    if (strcasecmp(request->headers[i].name, "Host") != 0) continue;
    if (!is_local_name(request->headers[i].value)) return false;
    count++;
  }
  return count == 1;
}

static bool is_fresh(const struct status *status) {
  return status->good_until > 0 && loop_now() < status->good_until;
}

static void give(struct status *status, enum document document,
                 const struct server_request *request, struct server_reply *reply) {
  char seconds[16];
  struct failure failure;
  bool stands_still = strchr(request->target, '?') != NULL;
  snprintf(seconds, sizeof seconds, "%d", REFRESH_SECONDS);
  if (document == PAGE && !stands_still && !server_reply_header(reply, "Refresh", seconds)) return;
  if (is_fresh(status)) {
    hand_out(status, document, reply);
  } else if (status->asking_count == CONNECTIONS) {
    refuse(reply, 503, "Too many ask at once.\n");
  } else {
    status->asking[status->asking_count++] = (struct asking){request->call, document};
    reply->later = true;
    if (have_told(status, &failure)) return;
    status->asking_count--;
    reply->later = false;
    say(status, LOG_LEVEL_WARN, "the numbers of the status page cannot be read", failure.message);
    refuse(reply, 503, "The numbers could not be read; the daemon's log says why.\n");
  }
}

static void on_request(void *context, const struct server_request *request,
                       struct server_reply *reply) {
  struct status *status = context;
  struct address from;
  int document = 0;
  if (!address_of(request->peer, &from) || !address_is_local(&from)) {
    refuse(reply, 403, "This page is for its own machine alone.\n");
    return;
  }
  if (!names_us(request)) {
    refuse(reply, 421, "This page has no other name than localhost or the address of loopback.\n");
    return;
  }
  while (document < DOCUMENTS && strcmp(request->path, documents[document].path) != 0) document++;
  bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
  if (document == DOCUMENTS)
    refuse(reply, 404, "There are / and /metrics.\n");
  else if (reads)
    give(status, (enum document)document, request, reply);
  else
    refuse(reply, server_reply_header(reply, "Allow", "GET, HEAD") ? 405 : 500,
           "This is to be looked at: GET and HEAD.\n");
}

static bool wants_body(void *context, const struct server_request *request) {
  (void)context, (void)request;
  return false;
}

/* Starting and stopping */

static bool start(struct status *status, struct failure *failure) {
  const char *place = status->options.place;
  if (!listener_is_loopback(place))
    return failure_set(failure, "USAGE",
                       "the status page is for this machine alone, and \"%.64s\" is not of it "
                       "alone: write 127.0.0.1:9464, [::1]:9464 or unix:PATH",
                       place);
  if (!listener_open(place, &status->listener, failure)) return false;
  const struct server_options options = {.fd = status->listener.fd,
                                         .header_maximum = HEADER_MAXIMUM,
                                         .body_maximum = BODY_MAXIMUM,
                                         .connections = CONNECTIONS,
                                         .idle_seconds = IDLE_SECONDS,
                                         .request_seconds = REQUEST_SECONDS,
                                         .handler = on_request,
                                         .wants_body = wants_body,
                                         .context = status};
  status->listener.fd = -1;
  status->options.place = status->listener.name;
  status->server = server_open(status->loop, &options, failure);
  return status->server != NULL;
}

struct status *status_start(struct loop *loop, const struct status_options *options,
                            struct failure *failure) {
  struct status *status = calloc(1, sizeof *status);
  if (!status) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  *status = (struct status){.loop = loop, .options = *options, .began = journal_now()};
  status->listener.fd = -1;
  if (start(status, failure)) return status;
  status_stop(status);
  return NULL;
}

const char *status_place(const struct status *status) { return status->listener.name; }

void status_note_load(struct status *status, bool fine) {
  if (!status) return;
  status->load_failed = !fine;
  if (fine) status->loaded = journal_now();
  status->good_until = 0;
}

void status_stop(struct status *status) {
  if (!status) return;
  pid_t process = status->teller.process;
  if (process) {
    int code;
    kill(-process, SIGKILL);
    while (waitpid(process, &code, 0) < 0 && errno == EINTR) continue;
    forget_teller(status);
  }
  server_stop(status->server);
  if (status->listener.fd >= 0) close(status->listener.fd);
  listener_forget(&status->listener);
  buffer_free(&status->text);
  free(status);
}
