#include "config.h"

#include <stdlib.h>

#include "url.h"

static const char default_base_url[] = "https://api.lofty.com";

const char *config_variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

struct config_layer config_environment(void) {
  return (struct config_layer){.base_url = config_variable("LOFTY_BASE_URL"),
                               .base_url_name = "LOFTY_BASE_URL",
                               .api_key = config_variable("LOFTY_API_KEY"),
                               .api_key_name = "LOFTY_API_KEY",
                               .access_token = config_variable("LOFTY_ACCESS_TOKEN"),
                               .access_token_name = "LOFTY_ACCESS_TOKEN"};
}

static bool resolve_base_url(struct config *config, const struct config_layer *layers, size_t count,
                             struct failure *failure) {
  const char *url = default_base_url;
  config->base_url_from = "default";
  for (size_t i = 0; i < count; i++) {
    if (!layers[i].base_url) continue;
    url = layers[i].base_url;
    config->base_url_from = layers[i].base_url_name;
    break;
  }
  struct failure reason;
  if (url_check_base(url, config->base_url, sizeof config->base_url, &reason)) return true;
  return failure_set(failure, reason.code, "%s: %s", config->base_url_from, reason.message);
}

static bool resolve_credential(struct config *config, const struct config_layer *layers,
                               size_t count, struct failure *failure) {
  for (size_t i = 0; i < count; i++) {
    const struct config_layer *layer = &layers[i];
    if (layer->api_key && layer->access_token)
      return failure_set(failure, "CREDENTIAL_AMBIGUOUS",
                         "both %s and %s are set and may be of two accounts; unset one",
                         layer->api_key_name, layer->access_token_name);
    if (layer->api_key) {
      config->credential_from = layer->api_key_name;
      return credential_set(&config->credential, CREDENTIAL_API_KEY, layer->api_key,
                            layer->api_key_name, failure);
    }
    if (layer->access_token) {
      config->credential_from = layer->access_token_name;
      return credential_set(&config->credential, CREDENTIAL_ACCESS_TOKEN, layer->access_token,
                            layer->access_token_name, failure);
    }
  }
  return true;
}

bool config_resolve(struct config *config, const struct config_layer *layers, size_t count,
                    struct failure *failure) {
  *config = (struct config){.base_url_from = NULL};
  return resolve_base_url(config, layers, count, failure) &&
         resolve_credential(config, layers, count, failure);
}

const char *config_missing_credential(void) {
  return config_variable("LOFTY_CLIENT_ID")
             ? "LOFTY_CLIENT_ID is set, but this version gets no tokens itself: set "
               "LOFTY_ACCESS_TOKEN, or LOFTY_API_KEY"
             : "neither LOFTY_API_KEY nor LOFTY_ACCESS_TOKEN is set";
}

void config_clear(struct config *config) { credential_clear(&config->credential); }
