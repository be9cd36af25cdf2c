/* What environment and profile say about an account, for commands that are about the credential
   itself: auth login, auth logout. */
#ifndef HOST_ACCOUNT_H
#define HOST_ACCOUNT_H

#include <stdbool.h>

#include "../core/config.h"
#include "../core/failure.h"
#include "profile.h"

struct account {
  struct profile *profile;
  const char *profile_name; /* "default" where nobody named one */
  struct config config;
  const char *stronger; /* a variable that runs use instead of this login, LOFTY_API_KEY; or NULL */
};

/* Finds the login of a profile (`name`, else LOFTY_PROFILE, else "default"): its client id, or that
   of the environment where the profile has no credential. config.credential then has the kind
   CREDENTIAL_LOGIN, with client_id, client_secret (or NULL) and identity, as tokens_save wants it;
   config.token_url, authorize_url and redirect_uri are "" where they are not set. False with
   CONFIG_INVALID or CREDENTIAL_MISSING, one sentence that says what to do. */
bool account_open_login(struct account *account, const char *name, struct failure *failure);

/* The credential of that profile, of whatever kind; else the environment's. */
bool account_open(struct account *account, const char *name, struct failure *failure);

/* Forgets it. Idempotent. */
void account_close(struct account *account);

#endif
