/* The settings of the webhook receiver, from the profile and the environment:

     webhooks = { secret = "...", previous_secret = "...",
                  header = { name = "X-Token", value = "..." },
                  hmac = { header = "X-Signature", secret = "...", prefix = "sha256=",
                           encoding = "hex" },
                  allow = { "203.0.113.0/24" }, proxies = { "127.0.0.1", "unix" },
                  max_body = 4194304, max_connections = 256, max_connections_per_address = 64,
                  max_requests_per_minute = 6000, max_request_seconds = 30,
                  max_inbox = 1073741824,
                  subscribe = "https://hooks.example.com", subscribe_seconds = 900,
                  reconcile = "1h" }                                              */
#ifndef HOST_WEBHOOK_CONFIG_H
#define HOST_WEBHOOK_CONFIG_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "../core/failure.h"
#include "../core/webhook_rules.h"

enum webhook_text {
  WEBHOOK_SECRET,
  WEBHOOK_PREVIOUS_SECRET,
  WEBHOOK_HEADER_NAME,
  WEBHOOK_HEADER_VALUE,
  WEBHOOK_HMAC_HEADER,
  WEBHOOK_HMAC_SECRET,
  WEBHOOK_HMAC_PREFIX,
  WEBHOOK_SUBSCRIBE,
  WEBHOOK_TEXTS
};

struct webhook_config {
  struct webhook_settings settings; /* its texts are those below, or the environment's */
  char *texts[WEBHOOK_TEXTS];
  size_t max_body; /* bytes */
  unsigned max_connections, max_connections_per_address;
  unsigned max_requests_per_minute; /* 0: no limit */
  unsigned max_request_seconds;     /* from connecting, or the reply before, to its end */
  int64_t max_inbox;                /* bytes of bodies */
  unsigned subscribe_seconds;       /* how often the subscriptions are looked after */
  int64_t reconcile;                /* milliseconds; 0: never */
};

/* What holds when nothing is said. */
void webhook_config_init(struct webhook_config *config);

/* Takes the table on top of the stack. False, with what is wrong in `what`. */
bool webhook_config_take(struct webhook_config *config, lua_State *L, char *what, size_t size);

/* Whether there is a secret in it. */
bool webhook_config_is_secret(const struct webhook_config *config);

/* The same as the environment wants it: LOFTYRUN_WEBHOOK_SECRET and
   LOFTYRUN_WEBHOOK_SECRET_PREVIOUS come before the profile's. */
struct webhook_settings webhook_config_settings(const struct webhook_config *config);

/* Forgets the texts. Idempotent. */
void webhook_config_clear(struct webhook_config *config);

#endif
