/* Who may deliver webhooks, and what a request to their receiver asks for.

   The path is /hooks/SECRET. To everybody who does not know the secret, does not send the header
   that is asked for, or comes from elsewhere, the receiver looks as if there were nothing at any
   path: one verdict, one reply, reached by the same work. */
#ifndef CORE_WEBHOOK_RULES_H
#define CORE_WEBHOOK_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "digest.h"
#include "failure.h"
#include "server.h"

#define WEBHOOK_PATH "/hooks/"

enum { WEBHOOK_SECRET_SHORTEST = 20, WEBHOOK_SECRET_LONGEST = 200, WEBHOOK_MOST_RANGES = 64 };

/* What is configured; NULL and 0 for what is not. */
struct webhook_settings {
  const char *secret;
  const char *previous_secret; /* still taken, while the secret is being changed */
  const char *header_name;     /* a header that each request must have, with this value */
  const char *header_value;
  const char *hmac_header;                           /* holds the HMAC-SHA-256 of the body ... */
  const char *hmac_secret;                           /* ... under this key ... */
  const char *hmac_prefix;                           /* ... behind this text, "sha256=" ... */
  bool hmac_base64;                                  /* ... in Base64, not in hexadecimal digits */
  struct address_range allowed[WEBHOOK_MOST_RANGES]; /* who may; nobody named: everybody */
  size_t allowed_count;
  struct address_range proxies[WEBHOOK_MOST_RANGES]; /* whose Forwarded headers are believed */
  size_t proxy_count;
};

enum webhook_ask {
  WEBHOOK_NOTHING,      /* whoever asks has no business here */
  WEBHOOK_DELIVERY,     /* POST */
  WEBHOOK_PROBE,        /* GET or HEAD of the same path */
  WEBHOOK_HEALTH,       /* GET or HEAD of SECRET/healthz */
  WEBHOOK_READINESS,    /* of SECRET/readyz */
  WEBHOOK_WRONG_METHOD, /* any other, by somebody who may */
};

enum { WEBHOOK_ASKS = 3, WEBHOOK_SECRETS = 2 };

/* The rules as requests are measured by them; no secret can be read from them but the HMAC's. */
struct webhook_rules {
  const struct webhook_settings *settings;
  unsigned char paths[WEBHOOK_SECRETS][WEBHOOK_ASKS][DIGEST_SHA256_SIZE];
  unsigned char header[DIGEST_SHA256_SIZE];
};

/* Makes rules of settings, which they refer to. False with CONFIG_INVALID: no secret, one that is
   too short or holds what a path does not, half a header or HMAC rule. */
bool webhook_rules_make(struct webhook_rules *rules, const struct webhook_settings *settings,
                        struct failure *failure);

/* What the request asks for, and from whom it comes: `*from` is the address that the ranges were
   compared with. The body is not looked at. */
enum webhook_ask webhook_ask_of(const struct webhook_rules *rules,
                                const struct server_request *request, struct address *from);

/* Whether the body carries the HMAC that is asked for; true where none is. */
bool webhook_is_signed(const struct webhook_rules *rules, const struct server_request *request);

#endif
