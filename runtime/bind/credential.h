/* native.credential: the token that calls carry, for stdlib/lofty/credential.lua, and what can be
   told about the credential, for lofty.cures. How a token is got is the host's matter
   (host/credential.c); none of it becomes a Lua value. */
#ifndef BIND_CREDENTIAL_H
#define BIND_CREDENTIAL_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../core/failure.h"

/* One who waits for a token, in a list of the host's while it lasts. */
struct credential_wait {
  void (*done)(struct credential_wait *wait); /* called once; then the rest is written */
  bool fine;
  struct failure failure;
  double retry_after; /* seconds; below 0: nobody said */
  bool listed;
  struct credential_wait *next;
};

/* What is known of the credential, besides what core/config.h says. */
struct credential_facts {
  int64_t obtained_at;  /* epoch milliseconds; 0: not known, as the next */
  int64_t ends_at;      /* of the access token, or of a signed key that says so */
  const char *endpoint; /* that gave the token, or NULL */
  bool is_signed;       /* it has the form of a signed key (JWS) */
};

/* The host's part. */
struct credential_source {
  unsigned serial;      /* of the token in force; 0: there is none */
  int64_t usable_until; /* epoch milliseconds */
  /* Gets a token that is not the one with the serial `refused` (0: any), and calls `wait->done`,
     perhaps at once. Those who ask while one is being got wait for the same. */
  void (*obtain)(struct credential_source *source, unsigned refused, struct credential_wait *wait);
  /* Takes a wait out. The token is got all the same. */
  void (*leave)(struct credential_source *source, struct credential_wait *wait);
  void (*describe)(struct credential_source *source, struct credential_facts *facts);
};

/* Lua:
     is_grant() -> whether tokens are got and renewed in the run
     ready() -> the serial of the token in force, or nil where one has to be got first
     obtain([refused]) -> serial; or nil, code, message, { sent = false, retry_after= }
     describe() -> { kind=, from=, profile=, base_url=, base_url_from=, client_id=, obtained_at=,
       ends_at=, endpoint=, signed= }; times in epoch milliseconds, what is not known is absent */
int luaopen_native_credential(lua_State *L);

#endif
