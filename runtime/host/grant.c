#include "grant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../core/auth.h"
#include "../core/text.h"
#include "interrupt.h"
#include "json_members.h"

enum {
  CONNECT_TIMEOUT_MS = 10 * 1000,
  TIMEOUT_MS = 20 * 1000,
  BODY_MAXIMUM = 256 * 1024,
  RESPONSE_MAXIMUM = 256 * 1024,
  WAIT_MS = 200, /* between two looks whether a signal came */
  TEXTS = 7,
  SECRETS = 6
};

struct grant {
  struct http_client *http;
  struct http_exchange *exchange;
  struct oauth_request request;
  char *texts[TEXTS]; /* what the request points to */
  struct oauth_endpoint endpoints[OAUTH_ENDPOINTS];
  size_t count, at;
  char basic[4096]; /* what was sent as Basic, to know it again */
  int64_t asked_at;
  grant_done_fn *done;
  void *context;
  struct oauth_tokens tokens;
  bool granted;
  double retry_after;
  struct failure failure;
};

static int64_t epoch_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void forget_buffer(struct buffer *buffer) {
  if (buffer->data) explicit_bzero(buffer->data, buffer->length);
  buffer_free(buffer);
}

static void on_done(void *context);

/* Asks the endpoint whose turn it is. */
static bool ask(struct grant *grant) {
  struct buffer body, authorization;
  const struct oauth_endpoint *endpoint = &grant->endpoints[grant->at];
  buffer_init(&body, BODY_MAXIMUM);
  buffer_init(&authorization, sizeof grant->basic - 1);
  bool fine = oauth_write(&grant->request, endpoint, &body, &authorization, &grant->failure);
  if (fine) {
    struct http_request request = {.method = "POST",
                                   .url = endpoint->url,
                                   .authorization = authorization.data,
                                   .content_type = "application/x-www-form-urlencoded",
                                   .body = body.data,
                                   .body_length = body.length,
                                   .connect_timeout_ms = CONNECT_TIMEOUT_MS,
                                   .timeout_ms = TIMEOUT_MS,
                                   .response_maximum = RESPONSE_MAXIMUM};
    snprintf(grant->basic, sizeof grant->basic, "%s", authorization.data ? authorization.data : "");
    grant->asked_at = epoch_ms();
    grant->exchange = http_start(grant->http, &request, on_done, grant, &grant->failure);
  }
  forget_buffer(&body);
  forget_buffer(&authorization);
  return grant->exchange != NULL;
}

/* Takes out what has the form of a signed key (RFC 7515), whosever it is. */
static void clean_signed(char *text) {
  static const char shown[] = "[secret]";
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  for (char *found = text; (found = strstr(found, "eyJ")) != NULL; found++) {
    size_t length = strspn(found, alphabet);
    if (length < sizeof shown || !memchr(found, '.', length)) continue;
    memcpy(found, shown, sizeof shown - 1);
    found += sizeof shown - 1;
    memmove(found, found + length - (sizeof shown - 1),
            strlen(found + length - (sizeof shown - 1)) + 1);
    found--;
  }
}

/* What a server says goes into messages: without the secrets that it was told, and tame. */
static void clean(const struct grant *grant, char *text) {
  const struct oauth_request *request = &grant->request;
  const char *basic = strchr(grant->basic, ' ');
  const char *const secrets[SECRETS] = {request->client_secret, request->customer_key,
                                        request->refresh_token, request->code,
                                        request->code_verifier, basic ? basic + 1 : NULL};
  if (!text) return;
  size_t length = secrets_redact(secrets, SECRETS, text, strlen(text));
  text[length] = '\0';
  clean_signed(text);
  for (; *text; text++)
    for (size_t left = text_control_length(text); left > 0; left--) text[left - 1] = ' ';
}

/* The seconds of a Retry-After field, below 0 where there is none. */
static double retry_after_of(const struct http_response *response) {
  static const char name[] = "retry-after:";
  const char *line = response->headers.data;
  for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
    if (strncasecmp(line, name, sizeof name - 1) != 0) continue;
    char *end;
    double seconds = strtod(line + sizeof name - 1, &end);
    bool plain = end != line + sizeof name - 1 && seconds >= 0 && seconds < 86400;
    return plain ? seconds : -1;
  }
  return -1;
}

enum {
  ACCESS,
  REFRESH,
  EXPIRES,
  ERROR,
  DESCRIPTION,
  CODE,
  MESSAGE,
  ERROR_CODE,
  ERROR_MESSAGE,
  MEMBERS
};

static enum oauth_answer read_reply(struct grant *grant, const struct http_response *response) {
  struct json_member members[MEMBERS] = {[ACCESS] = {.name = "access_token"},
                                         [REFRESH] = {.name = "refresh_token"},
                                         [EXPIRES] = {.name = "expires_in"},
                                         [ERROR] = {.name = "error"},
                                         [DESCRIPTION] = {.name = "error_description"},
                                         [CODE] = {.name = "code"},
                                         [MESSAGE] = {.name = "message"},
                                         [ERROR_CODE] = {.name = "errorCode"},
                                         [ERROR_MESSAGE] = {.name = "errorMsg"}};
  const struct oauth_endpoint *endpoint = &grant->endpoints[grant->at];
  const char *body = response->body.data ? response->body.data : "";
  bool is_object = json_members_read(body, response->body.length, members, MEMBERS);
  for (int i = ERROR; i < MEMBERS; i++) clean(grant, members[i].text);
  const char *description = members[DESCRIPTION].text ? members[DESCRIPTION].text
                            : members[MESSAGE].text   ? members[MESSAGE].text
                                                      : members[ERROR_MESSAGE].text;
  struct oauth_reply reply = {
      .is_object = is_object,
      .access_token = members[ACCESS].text,
      .refresh_token = members[REFRESH].text,
      .error = members[ERROR].text,
      .description = description,
      .expires_in =
          members[EXPIRES].is_number && members[EXPIRES].number >= 0 ? members[EXPIRES].number : -1,
      .code = members[CODE].number ? members[CODE].number : members[ERROR_CODE].number};
  if (reply.code == response->status) reply.code = 0; /* frameworks repeat the status there */
  enum oauth_answer answer = oauth_judge(response->status, &reply, endpoint, &grant->failure);
  if (answer == OAUTH_GRANTED)
    grant->granted = oauth_take(&grant->tokens, &reply, endpoint, grant->request.refresh_token,
                                grant->asked_at, &grant->failure);
  json_members_free(members, MEMBERS);
  return answer;
}

/* Moves on to the endpoint that has not been asked; false where there is none, or it cannot be. */
static bool ask_next(struct grant *grant) {
  struct failure first = grant->failure;
  http_exchange_free(grant->exchange);
  grant->exchange = NULL;
  if (grant->at + 1 == grant->count) return false;
  grant->at++;
  if (ask(grant)) return true;
  grant->failure = first;
  return false;
}

/* Both did not answer as they should. A page from one tells more than that the other is not there.
 */
static void name_unknown(struct grant *grant, const struct failure *first) {
  static const char missing[] = "NO_TOKEN_ENDPOINT";
  if (strcmp(first->code, "INVALID_RESPONSE") == 0)
    grant->failure = *first;
  else if (strcmp(first->code, missing) == 0 && strcmp(grant->failure.code, missing) == 0)
    failure_set(&grant->failure, missing, "neither %.200s nor %.200s gives tokens",
                grant->endpoints[0].url, grant->endpoints[1].url);
}

static void on_done(void *context) {
  struct grant *grant = context;
  const struct http_response *response = http_exchange_response(grant->exchange);
  struct failure before = grant->failure;
  if (!response) {
    const struct failure *failure = http_exchange_failure(grant->exchange);
    failure_set(&grant->failure, failure->code, "%s: %s", grant->endpoints[grant->at].url,
                failure->message);
  } else {
    grant->retry_after = retry_after_of(response);
    if (read_reply(grant, response) == OAUTH_UNKNOWN) {
      if (ask_next(grant)) return;
      name_unknown(grant, &before);
    }
  }
  grant->done(grant->context);
}

/* Copies what the request points to; false when memory ran out. */
static bool copy_request(struct grant *grant, const struct oauth_request *request) {
  grant->request = *request;
  const char **const places[TEXTS] = {&grant->request.client_id,    &grant->request.client_secret,
                                      &grant->request.customer_key, &grant->request.code,
                                      &grant->request.redirect_uri, &grant->request.code_verifier,
                                      &grant->request.refresh_token};
  for (int i = 0; i < TEXTS; i++) {
    if (!*places[i]) continue;
    grant->texts[i] = strdup(*places[i]);
    if (!grant->texts[i]) return false;
    *places[i] = grant->texts[i];
  }
  return true;
}

struct grant *grant_start(struct http_client *http, const struct oauth_request *request,
                          const struct grant_place *place, grant_done_fn *done, void *context,
                          struct failure *failure) {
  struct grant *grant = calloc(1, sizeof *grant);
  if (!grant || !copy_request(grant, request)) {
    grant_free(grant);
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  grant->http = http;
  grant->done = done;
  grant->context = context;
  grant->retry_after = -1;
  grant->count =
      oauth_endpoints(place->base_url, place->token_url, place->worked, grant->endpoints);
  if (ask(grant)) return grant;
  *failure = grant->failure;
  grant_free(grant);
  return NULL;
}

bool grant_take(struct grant *grant, struct oauth_tokens *tokens, struct failure *failure) {
  oauth_tokens_clear(tokens);
  if (!grant->granted) {
    *failure = grant->failure;
    return false;
  }
  *tokens = grant->tokens;
  grant->tokens = (struct oauth_tokens){.access_token = NULL};
  grant->granted = false;
  return true;
}

double grant_retry_after(const struct grant *grant) { return grant->retry_after; }

void grant_free(struct grant *grant) {
  if (!grant) return;
  http_exchange_free(grant->exchange);
  oauth_tokens_clear(&grant->tokens);
  for (int i = 0; i < TEXTS; i++) {
    if (grant->texts[i]) explicit_bzero(grant->texts[i], strlen(grant->texts[i]));
    free(grant->texts[i]);
  }
  explicit_bzero(grant->basic, sizeof grant->basic);
  free(grant);
}

static void set_flag(void *flag) { *(bool *)flag = true; }

bool grant_run(struct loop *loop, struct http_client *http, const struct oauth_request *request,
               const struct grant_place *place, struct oauth_tokens *tokens,
               struct failure *failure) {
  bool done = false;
  struct grant *grant = grant_start(http, request, place, set_flag, &done, failure);
  if (!grant) return false;
  bool fine = true;
  while (fine && !done) {
    if (interrupt_pending() != INTERRUPT_NONE)
      fine = failure_set(failure, "CANCELLED", "%s", interrupt_name(interrupt_pending()));
    else if (!loop_step(loop, WAIT_MS))
      fine = failure_set(failure, "CONNECT_FAILED", "the event loop failed");
  }
  fine = fine && grant_take(grant, tokens, failure);
  grant_free(grant);
  return fine;
}
