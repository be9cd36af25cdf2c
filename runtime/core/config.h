/* Settings and where each came from: environment beats profile beats default. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "auth.h"
#include "failure.h"

/* One place that settings can come from; a member it does not set is NULL. */
struct config_layer {
  const char *base_url;
  const char *base_url_name; /* how a person calls it: "LOFTY_BASE_URL" */
  const char *api_key;
  const char *api_key_name;
  const char *access_token;
  const char *access_token_name;
};

struct config {
  char base_url[512];
  const char *base_url_from;
  struct credential credential;
  const char *credential_from; /* NULL when there is no credential */
};

/* The layer of LOFTY_BASE_URL, LOFTY_API_KEY and LOFTY_ACCESS_TOKEN; empty ones are unset. */
struct config_layer config_environment(void);

/* The value of an environment variable, or NULL when it is unset or empty. */
const char *config_variable(const char *name);

/* Fills `config` from the layers, the strongest first; what none sets gets its default, the
   credential none. The first layer that holds a credential decides; one that holds two of them is
   refused, for they may be of two accounts. The layers' names must outlive `config`.
   False with INVALID_URL, INSECURE_URL, CREDENTIAL_INVALID or CREDENTIAL_AMBIGUOUS. */
bool config_resolve(struct config *config, const struct config_layer *layers, size_t count,
                    struct failure *failure);

/* What to say where a credential is needed and there is none. */
const char *config_missing_credential(void);

/* Forgets the credential. Idempotent. */
void config_clear(struct config *config);

#endif
