#include "webhooks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/certificate.h"
#include "../core/inbox.h"
#include "../core/journal.h"
#include "../core/listener.h"
#include "../core/server.h"
#include "../core/webhook_rules.h"
#include "webhook_reader.h"

enum {
  HEADER_MAXIMUM = 16 * 1024,
  BODIES_MAXIMUM = 64 * 1024 * 1024, /* of those under way together */
  IDLE_SECONDS = 60,
  FAREWELL_MS = 3000,
  FORGET_FIRST_MS = 5 * 1000,
  FORGET_MORE_MS = 100,
  FORGET_MS = 60 * 60 * 1000,
  MAKE_ROOM_MS = 5 * 1000,
  RATE_WINDOW_MS = 60 * 1000,
  AGAIN_SECONDS = 30 /* when a sender is to try again what could not be kept */
};

/* A delivery that waits for the disk. */
struct pending {
  struct server_call *call;
  struct inbox_delivery delivery;
  char origin[ADDRESS_TEXT_SIZE];
};

struct webhooks {
  struct loop *loop;
  struct store *store;
  struct webhooks_options options;
  struct webhook_config config; /* its settings are what the rules refer to */
  struct webhook_rules rules;
  struct listener listener;
  struct certificate *certificate;
  struct server *server;
  struct webhook_reader *reader;
  struct pending *pending;
  size_t pending_count;
  struct loop_timer commit_timer, forget_timer;
  int64_t inbox_bytes;
  int64_t window, taken; /* when the minute began, and the deliveries in it */
  int64_t refused;       /* since keeping them began to fail; 0: it does not */
  bool full;             /* the inbox; it was said */
  struct webhooks_numbers numbers;
};

/* Saying */

static void say(const struct webhooks *webhooks, enum log_level level, const char *message,
                const char *why) {
  struct log_field field = {.name = "why", .value = why};
  log_write(webhooks->options.log, level, message, &field, why != NULL);
}

static void say_count(const struct webhooks *webhooks, enum log_level level, const char *message,
                      int64_t count) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, count);
  struct log_field field = {.name = "count", .value = text, .bare = true};
  log_write(webhooks->options.log, level, message, &field, 1);
}

/* Room in the inbox */

static void forget_old(void *context) {
  struct webhooks *webhooks = context;
  struct failure failure;
  int64_t forgotten = 0, bytes, now = journal_now();
  bool fine = inbox_forget(webhooks->store, now, webhooks->full, &forgotten, &failure);
  if (!fine) say(webhooks, LOG_LEVEL_WARN, "old webhooks could not be forgotten", failure.message);
  if (forgotten == 0 && inbox_size(webhooks->store, &bytes, NULL)) webhooks->inbox_bytes = bytes;
  int64_t next = forgotten > 0 ? FORGET_MORE_MS : webhooks->full ? MAKE_ROOM_MS : FORGET_MS;
  webhooks->full = webhooks->full && webhooks->inbox_bytes >= webhooks->config.max_inbox;
  loop_timer_set(webhooks->loop, &webhooks->forget_timer, next, forget_old, webhooks);
}

/* What is settled makes room before its time. */
static bool has_room(struct webhooks *webhooks, size_t length) {
  if (webhooks->inbox_bytes + (int64_t)length <= webhooks->config.max_inbox) return true;
  if (!webhooks->full) {
    say(webhooks, LOG_LEVEL_ERROR,
        "the inbox is full and webhooks are answered with 503; loftyrun inbox drop makes room, or "
        "max_inbox of the profile",
        NULL);
    webhooks->full = true;
    loop_timer_set(webhooks->loop, &webhooks->forget_timer, 0, forget_old, webhooks);
  }
  return false;
}

static bool is_in_rate(struct webhooks *webhooks) {
  int64_t now = loop_now(), most = webhooks->config.max_requests_per_minute;
  if (most == 0) return true;
  if (now - webhooks->window >= RATE_WINDOW_MS) {
    webhooks->window = now;
    webhooks->taken = 0;
  }
  return webhooks->taken++ < most;
}

/* Answers */

static void answer(struct server_reply *reply, int status, const char *header, const char *value) {
  reply->status = status;
  if (header && !server_reply_header(reply, header, value)) reply->status = 500;
}

static void answer_later(struct server_reply *reply, int seconds) {
  char text[16];
  snprintf(text, sizeof text, "%d", seconds);
  answer(reply, 503, "Retry-After", text);
}

static void take_pending(struct webhooks *webhooks, bool kept) {
  for (size_t i = 0; i < webhooks->pending_count; i++) {
    struct pending *pending = &webhooks->pending[i];
    struct server_reply *reply = server_reply_of(pending->call);
    if (kept)
      answer(reply, 200, NULL, NULL);
    else
      answer_later(reply, AGAIN_SECONDS);
    webhook_reader_forget(&pending->delivery);
    server_answer(pending->call);
  }
  webhooks->pending_count = 0;
}

static bool keep_pending(struct webhooks *webhooks, struct inbox_added *added,
                         struct failure *failure) {
  size_t count = webhooks->pending_count;
  struct inbox_delivery *deliveries = malloc(count * sizeof *deliveries);
  if (!deliveries) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  for (size_t i = 0; i < count; i++) {
    webhooks->pending[i].delivery.origin = webhooks->pending[i].origin;
    deliveries[i] = webhooks->pending[i].delivery;
  }
  bool fine = inbox_add(webhooks->store, deliveries, count, added, failure);
  for (size_t i = 0; fine && i < count; i++) webhooks->inbox_bytes += (int64_t)deliveries[i].length;
  free(deliveries);
  return fine;
}

/* What arrived in this turn of the loop. Failures are logged when they begin and when they end. */
static void commit(void *context) {
  struct webhooks *webhooks = context;
  struct inbox_added added = {.events = 0};
  struct failure failure;
  bool kept = keep_pending(webhooks, &added, &failure);
  if (kept) {
    webhooks->numbers.deliveries += (int64_t)webhooks->pending_count;
    webhooks->numbers.events += added.events;
    webhooks->numbers.duplicates += added.duplicates;
    webhooks->numbers.unreadable += added.unreadable;
  } else {
    webhooks->numbers.not_kept += (int64_t)webhooks->pending_count;
  }
  if (!kept) {
    if (webhooks->refused == 0)
      say(webhooks, LOG_LEVEL_ERROR, "webhooks cannot be kept and are answered with 503",
          failure.message);
    webhooks->refused += (int64_t)webhooks->pending_count;
  } else if (webhooks->refused > 0) {
    say_count(webhooks, LOG_LEVEL_INFO, "webhooks are kept again; so many were refused",
              webhooks->refused);
    webhooks->refused = 0;
  }
  if (kept && added.unreadable > 0)
    say_count(webhooks, LOG_LEVEL_WARN,
              "webhooks of a shape that is not known were kept as they are; see loftyrun inbox "
              "list state=unreadable",
              added.unreadable);
  take_pending(webhooks, kept);
}

/* The body stays where it is until the call is answered. */
static bool put_aside(struct webhooks *webhooks, const struct server_request *request,
                      const struct address *from) {
  size_t count = webhooks->pending_count;
  if ((count & (count - 1)) == 0) {
    struct pending *more =
        realloc(webhooks->pending, (count ? 2 * count : 1) * sizeof *webhooks->pending);
    if (!more) return false;
    webhooks->pending = more;
  }
  struct pending *pending = &webhooks->pending[count];
  *pending = (struct pending){.call = request->call,
                              .delivery = {.account = webhooks->options.account,
                                           .received = journal_now(),
                                           .body = request->body,
                                           .length = request->body_length}};
  address_text(from, pending->origin);
  if (!webhook_reader_read(webhooks->reader, &pending->delivery)) return false;
  if (webhooks->pending_count++ == 0)
    loop_timer_set(webhooks->loop, &webhooks->commit_timer, 0, commit, webhooks);
  return true;
}

static void take_delivery(struct webhooks *webhooks, const struct server_request *request,
                          const struct address *from, struct server_reply *reply) {
  struct webhooks_numbers *numbers = &webhooks->numbers;
  if (!webhook_is_signed(&webhooks->rules, request)) {
    numbers->strangers++;
    answer(reply, 404, NULL, NULL);
  } else if (!is_in_rate(webhooks)) {
    numbers->rate++;
    answer_later(reply, RATE_WINDOW_MS / 1000);
  } else if (!has_room(webhooks, request->body_length)) {
    numbers->full++;
    answer_later(reply, AGAIN_SECONDS);
  } else if (put_aside(webhooks, request, from)) {
    reply->later = true;
  } else {
    numbers->not_kept++;
    answer_later(reply, AGAIN_SECONDS);
  }
}

/* Whether a delivery could be kept now: after a failure that is tried. */
static bool is_ready(struct webhooks *webhooks) {
  if (webhooks->full) return false;
  if (webhooks->refused == 0) return true;
  return inbox_try(webhooks->store, journal_now(), NULL);
}

static bool wants_body(void *context, const struct server_request *request) {
  const struct webhooks *webhooks = context;
  struct address from;
  return webhook_ask_of(&webhooks->rules, request, &from) == WEBHOOK_DELIVERY;
}

static void on_request(void *context, const struct server_request *request,
                       struct server_reply *reply) {
  struct webhooks *webhooks = context;
  struct address from;
  switch (webhook_ask_of(&webhooks->rules, request, &from)) {
    case WEBHOOK_NOTHING:
      webhooks->numbers.strangers++;
      answer(reply, 404, NULL, NULL);
      return;
    case WEBHOOK_PROBE:
    case WEBHOOK_HEALTH:
      answer(reply, 200, NULL, NULL);
      return;
    case WEBHOOK_READINESS:
      answer(reply, is_ready(webhooks) ? 200 : 503, NULL, NULL);
      return;
    case WEBHOOK_WRONG_METHOD:
      answer(reply, 405, "Allow", "GET, HEAD, POST");
      return;
    case WEBHOOK_DELIVERY:
      take_delivery(webhooks, request, &from, reply);
      return;
  }
}

/* Starting and stopping */

static bool open_listener(struct webhooks *webhooks, struct failure *failure) {
  const struct webhooks_options *options = &webhooks->options;
  if (!options->certificate != !options->key)
    return failure_set(failure, "USAGE", "--cert and --key go together");
  if (options->certificate) {
    webhooks->certificate = certificate_open(options->certificate, options->key, failure);
    if (!webhooks->certificate) return false;
  }
  if (!listener_open(options->listen, &webhooks->listener, failure)) return false;
  const struct listener *listener = &webhooks->listener;
  if (listener->is_local || listener->plain_allowed || webhooks->certificate) return true;
  return failure_set(failure, "CONFIG_INVALID",
                     "%s can be reached from other machines, where plain http shows the secret: "
                     "add --cert and --key, or listen on 127.0.0.1 or a Unix socket behind a proxy",
                     listener->name);
}

static bool open_server(struct webhooks *webhooks, struct failure *failure) {
  const struct webhook_config *config = &webhooks->config;
  const struct server_options options = {
      .fd = webhooks->listener.fd,
      .header_maximum = HEADER_MAXIMUM,
      .body_maximum = config->max_body,
      .bodies_maximum = BODIES_MAXIMUM,
      .connections = config->max_connections,
      /* A proxy on this machine is one address that speaks for many. */
      .connections_per_address =
          webhooks->listener.is_local ? 0 : config->max_connections_per_address,
      .idle_seconds = IDLE_SECONDS,
      .request_seconds = config->max_request_seconds,
      .certificate = webhooks->certificate,
      .handler = on_request,
      .wants_body = wants_body,
      .context = webhooks};
  webhooks->listener.fd = -1;
  webhooks->server = server_open(webhooks->loop, &options, failure);
  return webhooks->server != NULL;
}

/* The rules, and what else may change while it runs. */
static bool take_rules(struct webhooks *webhooks, const struct webhook_config *given,
                       struct failure *failure) {
  struct webhook_config config;
  struct webhook_rules rules;
  if (given)
    config = *given;
  else
    webhook_config_init(&config);
  config.settings = webhook_config_settings(&config);
  if (!webhook_rules_make(&rules, &config.settings, failure)) return false;
  webhooks->config = config;
  webhooks->rules = rules;
  webhooks->rules.settings = &webhooks->config.settings;
  explicit_bzero(&rules, sizeof rules);
  return true;
}

static bool start(struct webhooks *webhooks, struct failure *failure) {
  const struct webhooks_options *options = &webhooks->options;
  if (!take_rules(webhooks, options->config, failure) ||
      !inbox_size(webhooks->store, &webhooks->inbox_bytes, failure) ||
      !(webhooks->reader = webhook_reader_new(failure)) || !open_listener(webhooks, failure) ||
      !open_server(webhooks, failure))
    return false;
  loop_timer_set(webhooks->loop, &webhooks->forget_timer, FORGET_FIRST_MS, forget_old, webhooks);
  return true;
}

struct webhooks *webhooks_start(struct loop *loop, struct store *store,
                                const struct webhooks_options *options, struct failure *failure) {
  struct webhooks *webhooks = calloc(1, sizeof *webhooks);
  if (!webhooks) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  webhooks->loop = loop;
  webhooks->store = store;
  webhooks->options = *options;
  webhooks->listener.fd = -1;
  if (start(webhooks, failure)) return webhooks;
  webhooks_stop(webhooks);
  return NULL;
}

const char *webhooks_place(const struct webhooks *webhooks) { return webhooks->listener.name; }

void webhooks_look(const struct webhooks *webhooks, struct webhooks_numbers *numbers) {
  *numbers = webhooks->numbers;
  if (webhooks->certificate) numbers->certificate_end = certificate_end(webhooks->certificate);
}

bool webhooks_reload(struct webhooks *webhooks, const struct webhook_config *config) {
  struct failure failure;
  if (webhooks->certificate && certificate_reload(webhooks->certificate, &failure))
    say(webhooks, LOG_LEVEL_INFO, "certificate and key were read anew", NULL);
  else if (webhooks->certificate)
    say(webhooks, LOG_LEVEL_ERROR, "the certificate stays as it was", failure.message);
  if (take_rules(webhooks, config, &failure)) return true;
  say(webhooks, LOG_LEVEL_ERROR, "the rules for webhooks stay as they were", failure.message);
  return false;
}

void webhooks_stop(struct webhooks *webhooks) {
  if (!webhooks) return;
  int64_t end = loop_now() + FAREWELL_MS;
  if (webhooks->server) server_quiesce(webhooks->server);
  while (webhooks->server && server_is_busy(webhooks->server)) {
    int64_t left = end - loop_now();
    if (left <= 0 || !loop_step(webhooks->loop, (int)left)) break;
  }
  loop_timer_clear(webhooks->loop, &webhooks->commit_timer);
  loop_timer_clear(webhooks->loop, &webhooks->forget_timer);
  for (size_t i = 0; i < webhooks->pending_count; i++)
    webhook_reader_forget(&webhooks->pending[i].delivery);
  server_stop(webhooks->server);
  if (webhooks->listener.fd >= 0) close(webhooks->listener.fd);
  listener_forget(&webhooks->listener);
  certificate_close(webhooks->certificate);
  webhook_reader_free(webhooks->reader);
  free(webhooks->pending);
  explicit_bzero(&webhooks->rules, sizeof webhooks->rules);
  free(webhooks);
}
