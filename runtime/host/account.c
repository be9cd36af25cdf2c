#include "account.h"

#include "../core/config.h"

/* Environment and profile as layers, the environment's credential only where the profile has none:
   the command is about the profile. */
static bool open_layers(struct account *account, const char *name, struct config_layer layers[2],
                        struct failure *failure) {
  *account = (struct account){.profile_name = PROFILE_DEFAULT};
  if (!name) name = config_variable("LOFTY_PROFILE");
  if (!profile_open(name, &account->profile, failure)) return false;
  if (name) account->profile_name = name;
  layers[0] = config_environment();
  layers[1] = profile_layer(account->profile);
  if (!config_layer_has_credential(&layers[1])) return true;
  for (int i = 0; i < SETTING_COUNT; i++) {
    if (i == SETTING_BASE_URL || !layers[0].values[i]) continue;
    account->stronger = layers[0].names[i];
    layers[0].values[i] = NULL;
  }
  return true;
}

bool account_open(struct account *account, const char *name, struct failure *failure) {
  struct config_layer layers[2];
  if (open_layers(account, name, layers, failure) &&
      config_resolve(&account->config, layers, 2, failure))
    return true;
  account_close(account);
  return false;
}

/* Says where a client id goes. */
static bool missing(const struct account *account, struct failure *failure) {
  return failure_set(failure, "CREDENTIAL_MISSING",
                     "the profile \"%s\" has no client to log in with: give it client_id (and "
                     "client_secret, where Lofty's developer portal shows one), without "
                     "customer_key, or set LOFTY_CLIENT_ID",
                     account->profile_name);
}

bool account_open_login(struct account *account, const char *name, struct failure *failure) {
  if (!account_open(account, name, failure)) return false;
  if (account->config.credential.kind == CREDENTIAL_LOGIN) return true;
  missing(account, failure);
  account_close(account);
  return false;
}

void account_close(struct account *account) {
  config_clear(&account->config);
  profile_close(account->profile);
  account->profile = NULL;
}
