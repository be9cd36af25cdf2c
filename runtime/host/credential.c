#include "credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/digest.h"
#include "grant.h"
#include "interrupt.h"
#include "json_members.h"
#include "tokens.h"

enum {
  LOCK_MS = 45 * 1000,      /* longer than any process that is alive takes for a token */
  FIRST_PAUSE_MS = 10,      /* between two looks at the lock, and then twice as long each time */
  LONGEST_PAUSE_MS = 160,   /* up to this */
  LAST_REPLY_MS = 5 * 1000, /* at the end of a run, for a request that has left */
  LAST_REPLY_ENDED_MS = 600 /* and where the run was ended: by force a second later */
};

enum phase { IDLE, LOCKING, ASKING };

struct credentials {
  struct credential_source source; /* first: its functions find the rest through it */
  struct context *context;
  struct config *config;
  enum phase phase;
  bool is_refused;            /* the token in force must not be taken again */
  struct oauth_tokens tokens; /* in force */
  bool is_unkept;             /* these are not in the file, which could not be written */
  struct oauth_tokens kept;   /* as last read from the file */
  struct tokens_lock *lock;
  struct loop_timer timer;
  int64_t lock_until, pause;
  struct grant *grant;
  struct credential_wait *waits;
  bool has_warned;
};

static int64_t epoch_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_login(const struct credentials *credentials) {
  return credentials->config->credential.kind == CREDENTIAL_LOGIN;
}

/* That each run gets a token of its own is worth one line, not one for each. */
static void warn(struct credentials *credentials, const char *message,
                 const struct failure *failure) {
  const struct log_field why = {.name = "why", .value = failure->message};
  if (credentials->has_warned) return;
  credentials->has_warned = true;
  log_write(credentials->context->log, LOG_LEVEL_WARN, message, &why, 1);
}

/* Tells all who wait; `failure` NULL for success. */
static void finish(struct credentials *credentials, const struct failure *failure,
                   double retry_after) {
  credentials->phase = IDLE;
  loop_timer_clear(credentials->context->loop, &credentials->timer);
  tokens_unlock(credentials->lock);
  credentials->lock = NULL;
  oauth_tokens_clear(&credentials->kept);
  while (credentials->waits) {
    struct credential_wait *wait = credentials->waits;
    credentials->waits = wait->next;
    wait->listed = false;
    wait->fine = failure == NULL;
    if (failure) wait->failure = *failure;
    wait->retry_after = retry_after;
    wait->done(wait);
  }
}

static bool fail(struct credentials *credentials, const struct failure *failure) {
  finish(credentials, failure, -1);
  return true;
}

/* There is nothing to get a token with. */
static bool fail_login(struct credentials *credentials, const char *why) {
  struct failure failure;
  failure_set(&failure, "LOGIN_NEEDED", "%s", why);
  return fail(credentials, &failure);
}

/* Puts tokens in force. */
static bool use(struct credentials *credentials, struct oauth_tokens *tokens,
                struct failure *failure) {
  if (!credential_use_token(&credentials->config->credential, tokens->access_token,
                            tokens->refresh_token, failure))
    return false;
  oauth_tokens_clear(&credentials->tokens);
  credentials->tokens = *tokens;
  *tokens = (struct oauth_tokens){.access_token = NULL};
  credentials->is_refused = false;
  credentials->source.serial++;
  credentials->source.usable_until =
      credentials->tokens.expires_at -
      oauth_margin(credentials->tokens.obtained_at, credentials->tokens.expires_at);
  return true;
}

/* The same, as the end of getting them. */
static bool take(struct credentials *credentials, struct oauth_tokens *tokens) {
  struct failure failure;
  if (!use(credentials, tokens, &failure)) return fail(credentials, &failure);
  finish(credentials, NULL, -1);
  return true;
}

static bool is_usable(const struct credentials *credentials, const struct oauth_tokens *tokens) {
  if (epoch_ms() >= tokens->expires_at - oauth_margin(tokens->obtained_at, tokens->expires_at))
    return false;
  const char *refused = credentials->is_refused ? credentials->tokens.access_token : NULL;
  return !refused || strcmp(refused, tokens->access_token) != 0;
}

/* Looks at the file. True when that was the end, one way or the other. */
static bool look(struct credentials *credentials) {
  struct failure failure;
  switch (tokens_load(&credentials->config->credential, &credentials->kept, &failure)) {
    case TOKENS_YES:
      return is_usable(credentials, &credentials->kept) && take(credentials, &credentials->kept);
    case TOKENS_NO:
      return is_login(credentials) && fail_login(credentials,
                                                 "nobody has logged in yet, or the "
                                                 "login was ended");
    case TOKENS_DAMAGED:
      return is_login(credentials) && fail_login(credentials, failure.message);
    case TOKENS_EXPOSED:
      return fail(credentials, &failure);
    case TOKENS_FAILED:
      break;
  }
  if (is_login(credentials)) return fail(credentials, &failure);
  warn(credentials, "the token cannot be kept for other runs", &failure);
  return false;
}

/* Keeps what was granted, for the next one who looks. */
static void keep(struct credentials *credentials, const struct oauth_tokens *tokens) {
  struct failure failure;
  credentials->is_unkept = !tokens_save(&credentials->config->credential, tokens, &failure);
  if (!credentials->is_unkept) return;
  warn(credentials,
       is_login(credentials)
           ? "the new tokens cannot be kept; this run goes on with them, the next may have to log "
             "in again"
           : "the token cannot be kept for other runs",
       &failure);
}

static void on_grant(void *context) {
  struct credentials *credentials = context;
  struct failure failure;
  struct oauth_tokens tokens = {.access_token = NULL};
  bool fine = grant_take(credentials->grant, &tokens, &failure);
  double retry_after = grant_retry_after(credentials->grant);
  grant_free(credentials->grant);
  credentials->grant = NULL;
  if (!fine) {
    finish(credentials, &failure, retry_after);
    return;
  }
  /* A client asks anew; what could renew its token need not lie about. */
  if (!is_login(credentials)) oauth_tokens_drop_refresh(&tokens);
  keep(credentials, &tokens);
  take(credentials, &tokens);
  oauth_tokens_clear(&tokens);
}

/* What the file has, but for what could not be kept and is in memory only. Times alone do not tell
   which is newer: a clock may have been set back. */
static const struct oauth_tokens *newest(const struct credentials *credentials) {
  const struct oauth_tokens *kept = &credentials->kept;
  const struct oauth_tokens *own = &credentials->tokens;
  return credentials->is_unkept && own->obtained_at > kept->obtained_at ? own : kept;
}

static void ask(struct credentials *credentials) {
  struct failure failure;
  const struct oauth_tokens *last = newest(credentials);
  const struct credential *credential = &credentials->config->credential;
  struct oauth_request request = {
      .grant = is_login(credentials) ? OAUTH_REFRESH_TOKEN : OAUTH_CLIENT_CREDENTIALS,
      .client_id = credential->client_id,
      .client_secret = credential->client_secret,
      .customer_key = credential->customer_key,
      .refresh_token = is_login(credentials) ? last->refresh_token : NULL};
  struct grant_place place = {.base_url = credentials->config->base_url,
                              .token_url = credentials->config->token_url,
                              .worked = last->endpoint};
  if (is_login(credentials) && !request.refresh_token) {
    fail_login(credentials, "the login has ended, and Lofty gave nothing to renew it with");
    return;
  }
  credentials->phase = ASKING;
  credentials->grant =
      grant_start(credentials->context->http, &request, &place, on_grant, credentials, &failure);
  if (!credentials->grant) fail(credentials, &failure);
}

static void try_lock(void *context) {
  struct credentials *credentials = context;
  struct failure failure;
  enum tokens_answer answer =
      tokens_lock(&credentials->config->credential, &credentials->lock, &failure);
  if (answer == TOKENS_NO && loop_now() < credentials->lock_until) {
    loop_timer_set(credentials->context->loop, &credentials->timer, credentials->pause, try_lock,
                   credentials);
    credentials->pause *= 2;
    if (credentials->pause > LONGEST_PAUSE_MS) credentials->pause = LONGEST_PAUSE_MS;
    return;
  }
  if (answer == TOKENS_NO) {
    failure_set(&failure, "TIMEOUT", "another run has been getting a token for %d s",
                LOCK_MS / 1000);
    fail(credentials, &failure);
  } else if (answer == TOKENS_EXPOSED || (answer != TOKENS_YES && is_login(credentials))) {
    fail(credentials, &failure);
  } else if (!look(credentials)) {
    ask(credentials);
  }
}

static void begin(struct credentials *credentials) {
  if (!credentials->is_refused && epoch_ms() < credentials->source.usable_until) {
    finish(credentials, NULL, -1);
    return;
  }
  credentials->phase = LOCKING;
  credentials->lock_until = loop_now() + LOCK_MS;
  credentials->pause = FIRST_PAUSE_MS;
  if (!look(credentials)) try_lock(credentials);
}

static void obtain(struct credential_source *source, unsigned refused,
                   struct credential_wait *wait) {
  struct credentials *credentials = (struct credentials *)source;
  wait->listed = true;
  wait->next = credentials->waits;
  credentials->waits = wait;
  if (credentials->phase != IDLE) return;
  /* A token that has been replaced since is not the one that was refused. */
  credentials->is_refused = refused != 0 && refused == source->serial;
  begin(credentials);
}

static void leave(struct credential_source *source, struct credential_wait *wait) {
  struct credentials *credentials = (struct credentials *)source;
  for (struct credential_wait **place = &credentials->waits; *place; place = &(*place)->next) {
    if (*place != wait) continue;
    *place = wait->next;
    break;
  }
  wait->listed = false;
}

/* Reads when a signed key (RFC 7515) ends, from the part in its middle; false where it is none. */
static bool read_signed(const char *key, int64_t *ends_at) {
  enum { PAYLOAD_MAXIMUM = 16 * 1024 };
  const char *first = strchr(key, '.');
  const char *second = first ? strchr(first + 1, '.') : NULL;
  if (!second || strchr(second + 1, '.') || strncmp(key, "eyJ", 3) != 0) return false;
  struct buffer payload;
  struct json_member exp = {.name = "exp"};
  buffer_init(&payload, PAYLOAD_MAXIMUM);
  if (digest_base64url_decode(&payload, first + 1, (size_t)(second - first - 1)) && payload.data &&
      json_members_read(payload.data, payload.length, &exp, 1) && exp.is_number && exp.number > 0 &&
      exp.number < INT64_MAX / 1000)
    *ends_at = exp.number * 1000;
  json_members_free(&exp, 1);
  if (payload.data) explicit_bzero(payload.data, payload.length);
  buffer_free(&payload);
  return true;
}

static void describe(struct credential_source *source, struct credential_facts *facts) {
  const struct credentials *credentials = (struct credentials *)source;
  const struct credential *credential = &credentials->config->credential;
  const struct oauth_tokens *tokens = &credentials->tokens;
  *facts = (struct credential_facts){.endpoint = NULL};
  if (credential_is_grant(credential)) {
    facts->obtained_at = tokens->obtained_at;
    facts->ends_at = tokens->expires_at;
    facts->endpoint = tokens->access_token ? tokens->endpoint : NULL;
    return;
  }
  const char *space = credential->authorization ? strchr(credential->authorization, ' ') : NULL;
  if (space) facts->is_signed = read_signed(space + 1, &facts->ends_at);
}

/* What is in the file is a secret of the run from its start, also where it is of no use any more.
   What is wrong with the file is told when a token is wanted. */
static void preload(struct credentials *credentials) {
  struct failure failure;
  if (!credential_is_grant(&credentials->config->credential)) return;
  if (tokens_load(&credentials->config->credential, &credentials->kept, &failure) == TOKENS_YES)
    (void)use(credentials, &credentials->kept, &failure);
  oauth_tokens_clear(&credentials->kept);
}

struct credentials *credentials_new(struct context *context, struct config *config) {
  struct credentials *credentials = calloc(1, sizeof *credentials);
  if (!credentials) return NULL;
  credentials->source =
      (struct credential_source){.obtain = obtain, .leave = leave, .describe = describe};
  credentials->context = context;
  credentials->config = config;
  context->credentials = &credentials->source;
  preload(credentials);
  return credentials;
}

/* The reply to a request that has left may bring the only refresh token that is still good. A
   client gets another token whenever it likes. */
static void await_last_reply(struct credentials *credentials) {
  if (!is_login(credentials)) return;
  bool ended = interrupt_pending() != INTERRUPT_NONE && interrupt_pending() != INTERRUPT_EXIT;
  int64_t until = loop_now() + (ended ? LAST_REPLY_ENDED_MS : LAST_REPLY_MS);
  while (credentials->phase == ASKING && loop_now() < until)
    if (!loop_step(credentials->context->loop, (int)(until - loop_now()))) return;
}

void credentials_free(struct credentials *credentials) {
  if (!credentials) return;
  await_last_reply(credentials);
  grant_free(credentials->grant);
  credentials->grant = NULL;
  finish(credentials, NULL, -1);
  oauth_tokens_clear(&credentials->tokens);
  credentials->context->credentials = NULL;
  free(credentials);
}
