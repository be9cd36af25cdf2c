/* Settings and where each came from: environment beats profile beats default. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "auth.h"
#include "failure.h"

/* One place that settings can come from. What it does not set is NULL. */
enum setting {
  SETTING_BASE_URL,
  SETTING_API_KEY,
  SETTING_ACCESS_TOKEN,
  SETTING_CLIENT_ID,
  SETTING_CLIENT_SECRET,
  SETTING_CUSTOMER_KEY, /* the API key of whom the client credentials grant is for */
  SETTING_TOKEN_URL,
  SETTING_AUTHORIZE_URL,
  SETTING_REDIRECT_URI,
  SETTING_API_KEY_FILE, /* a file with the API key in it */
  SETTING_COUNT
};

struct config_layer {
  const char *values[SETTING_COUNT];
  const char *const *names; /* how a person calls each: "LOFTY_BASE_URL" */
  const char *profile;      /* the name of the profile that it is; NULL: it is none */
};

enum { CONFIG_URL_LENGTH = 512 };

struct config {
  char base_url[CONFIG_URL_LENGTH];
  const char *base_url_from;
  struct credential credential;
  const char *credential_from;       /* NULL when there is no credential */
  const char *profile;               /* "default" where there is none */
  char token_url[CONFIG_URL_LENGTH]; /* "" for Lofty's own, as the next two */
  char authorize_url[CONFIG_URL_LENGTH];
  char redirect_uri[CONFIG_URL_LENGTH];
};

/* The layer of LOFTY_BASE_URL, LOFTY_API_KEY, LOFTY_API_KEY_FILE, LOFTY_ACCESS_TOKEN,
   LOFTY_CLIENT_ID, LOFTY_CLIENT_SECRET and LOFTY_CUSTOMER_KEY; empty ones are unset. */
struct config_layer config_environment(void);

/* The value of an environment variable, or NULL when it is unset or empty. */
const char *config_variable(const char *name);

/* The same for a variable of the XDG Base Directory Specification, which says to pass over a folder
   that is not absolute. */
const char *config_folder(const char *name);

/* Whether the layer sets anything of a credential. */
bool config_layer_has_credential(const struct config_layer *layer);

/* Fills `config` from the layers, the strongest first; what none sets gets its default, the
   credential none. The first layer that holds a credential decides; one that holds two of them is
   refused, for they may be of two accounts, and so is half of one. A file with a key is read here;
   one that others can read is refused. The layers' names and the profile's must outlive `config`.
   False with INVALID_URL, INSECURE_URL, CREDENTIAL_INVALID, CREDENTIAL_AMBIGUOUS or
   CREDENTIAL_INCOMPLETE, and `config` is to be cleared all the same. */
bool config_resolve(struct config *config, const struct config_layer *layers, size_t count,
                    struct failure *failure);

/* What to say where a credential is needed and there is none. */
const char *config_missing_credential(void);

/* Forgets the credential. Idempotent. */
void config_clear(struct config *config);

#endif
