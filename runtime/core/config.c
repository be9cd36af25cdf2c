#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "url.h"

enum { KINDS = 4, KEY_FILE_MAXIMUM = 4096 };

static const char default_base_url[] = "https://api.lofty.com";
static const char default_profile[] = "default";

static const char *const variables[SETTING_COUNT] = {
    [SETTING_BASE_URL] = "LOFTY_BASE_URL",           [SETTING_API_KEY] = "LOFTY_API_KEY",
    [SETTING_ACCESS_TOKEN] = "LOFTY_ACCESS_TOKEN",   [SETTING_CLIENT_ID] = "LOFTY_CLIENT_ID",
    [SETTING_CLIENT_SECRET] = "LOFTY_CLIENT_SECRET", [SETTING_CUSTOMER_KEY] = "LOFTY_CUSTOMER_KEY",
    [SETTING_API_KEY_FILE] = "LOFTY_API_KEY_FILE"};

const char *config_variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

const char *config_folder(const char *name) {
  const char *value = config_variable(name);
  return value && *value == '/' ? value : NULL;
}

struct config_layer config_environment(void) {
  struct config_layer layer = {.names = variables};
  for (int i = 0; i < SETTING_COUNT; i++)
    layer.values[i] = variables[i] ? config_variable(variables[i]) : NULL;
  return layer;
}

/* The first layer that sets it, or NULL. */
static const struct config_layer *find(const struct config_layer *layers, size_t count,
                                       enum setting setting) {
  for (size_t i = 0; i < count; i++)
    if (layers[i].values[setting]) return &layers[i];
  return NULL;
}

static const char *spelled_base_url(const struct config_layer *layer) {
  return layer ? layer->values[SETTING_BASE_URL] : default_base_url;
}

static bool resolve_base_url(struct config *config, const struct config_layer *layers, size_t count,
                             struct failure *failure) {
  const struct config_layer *layer = find(layers, count, SETTING_BASE_URL);
  const char *url = spelled_base_url(layer);
  config->base_url_from = layer ? layer->names[SETTING_BASE_URL] : "default";
  struct failure reason;
  if (url_check_base(url, config->base_url, sizeof config->base_url, &reason)) return true;
  return failure_set(failure, reason.code, "%s: %s", config->base_url_from, reason.message);
}

/* The value is left out of the message: it may hold a password. */
static bool resolve_url(char *url, enum setting setting, const struct config_layer *layers,
                        size_t count, struct failure *failure) {
  const struct config_layer *layer = find(layers, count, setting);
  if (!layer) return true;
  const char *value = layer->values[setting];
  if (strlen(value) >= CONFIG_URL_LENGTH || !url_is_safe(value))
    return failure_set(failure, "INVALID_URL",
                       "%s must be an https URL, or an http one to this machine, without a user or "
                       "a fragment",
                       layer->names[setting]);
  memcpy(url, value, strlen(value) + 1);
  return true;
}

/* What stands for each kind of credential in a layer, or NULL: the names of the settings that are
   there. */
static size_t kinds_of(const struct config_layer *layer, const char *kinds[KINDS]) {
  static const enum setting client[] = {SETTING_CLIENT_ID, SETTING_CUSTOMER_KEY,
                                        SETTING_CLIENT_SECRET};
  size_t count = 0;
  if (layer->values[SETTING_API_KEY]) kinds[count++] = layer->names[SETTING_API_KEY];
  if (layer->values[SETTING_API_KEY_FILE]) kinds[count++] = layer->names[SETTING_API_KEY_FILE];
  if (layer->values[SETTING_ACCESS_TOKEN]) kinds[count++] = layer->names[SETTING_ACCESS_TOKEN];
  for (size_t i = 0; i < sizeof client / sizeof *client; i++) {
    if (!layer->values[client[i]]) continue;
    kinds[count++] = layer->names[client[i]];
    break;
  }
  return count;
}

bool config_layer_has_credential(const struct config_layer *layer) {
  const char *kinds[KINDS];
  return kinds_of(layer, kinds) > 0;
}

/* Two kinds in one place may be of two accounts. */
static bool refuse_two(const struct config_layer *layer, const char *const kinds[KINDS],
                       struct failure *failure) {
  const char *const *names = layer->names;
  bool is_client = layer->values[SETTING_CLIENT_ID] && layer->values[SETTING_CLIENT_SECRET];
  if (layer->values[SETTING_API_KEY] && is_client && !layer->values[SETTING_CUSTOMER_KEY])
    return failure_set(failure, "CREDENTIAL_AMBIGUOUS",
                       "both %s and %s are set: for the client credentials grant move the key to "
                       "%s, else unset the client",
                       names[SETTING_API_KEY], names[SETTING_CLIENT_ID],
                       names[SETTING_CUSTOMER_KEY]);
  return failure_set(failure, "CREDENTIAL_AMBIGUOUS",
                     "both %s and %s are set and may be of two accounts; unset one", kinds[0],
                     kinds[1]);
}

/* Half of a client is no credential. */
static bool refuse_half(const struct config_layer *layer, struct failure *failure) {
  const char *const *names = layer->names;
  bool has_id = layer->values[SETTING_CLIENT_ID] != NULL;
  bool has_secret = layer->values[SETTING_CLIENT_SECRET] != NULL;
  bool has_key = layer->values[SETTING_CUSTOMER_KEY] != NULL;
  if (has_key && !has_id && !has_secret)
    return failure_set(failure, "CREDENTIAL_INCOMPLETE",
                       "%s is set without %s and %s; a customer key is the user's API key: to call "
                       "with it alone put it into %s",
                       names[SETTING_CUSTOMER_KEY], names[SETTING_CLIENT_ID],
                       names[SETTING_CLIENT_SECRET], names[SETTING_API_KEY]);
  if (has_key)
    return failure_set(failure, "CREDENTIAL_INCOMPLETE",
                       "the client credentials grant needs %s, %s and %s; %s is not set",
                       names[SETTING_CLIENT_ID], names[SETTING_CLIENT_SECRET],
                       names[SETTING_CUSTOMER_KEY],
                       names[has_id ? SETTING_CLIENT_SECRET : SETTING_CLIENT_ID]);
  return failure_set(failure, "CREDENTIAL_INCOMPLETE", "%s is set, but not %s, whose secret it is",
                     names[SETTING_CLIENT_SECRET], names[SETTING_CLIENT_ID]);
}

static bool take_client(struct config *config, const struct config_layer *layer,
                        struct failure *failure) {
  struct credential_part parts[3];
  static const enum setting settings[] = {SETTING_CLIENT_ID, SETTING_CLIENT_SECRET,
                                          SETTING_CUSTOMER_KEY};
  for (int i = 0; i < 3; i++)
    parts[i] = (struct credential_part){layer->values[settings[i]], layer->names[settings[i]]};
  if (!parts[0].raw || (parts[2].raw && !parts[1].raw)) return refuse_half(layer, failure);
  config->credential_from = layer->names[SETTING_CLIENT_ID];
  return credential_set_client(&config->credential, parts[0], parts[1], parts[2], failure);
}

/* Refuses a file that others can read. What systemd has put into the service's own folder shows
   the group bits of an access list there, which are no group's. */
static bool is_private(const char *path, int file) {
  struct stat status;
  const char *folder = config_folder("CREDENTIALS_DIRECTORY");
  size_t length = folder ? strlen(folder) : 0;
  bool is_service = folder && strncmp(path, folder, length) == 0 && path[length] == '/';
  return fstat(file, &status) == 0 && (status.st_mode & (is_service ? 07 : 077)) == 0;
}

static bool read_key(const char *path, const char *name, char key[KEY_FILE_MAXIMUM],
                     struct failure *failure) {
  size_t length = 0;
  ssize_t got = 1;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return failure_set(failure, "CREDENTIAL_INVALID", "%s: cannot read %.200s: %s", name, path,
                       strerror(errno));
  bool fine = is_private(path, file);
  if (!fine)
    failure_set(failure, "CREDENTIAL_INVALID", "%s: others can read %.200s; run: chmod 600 %.200s",
                name, path, path);
  while (fine && got > 0 && length < KEY_FILE_MAXIMUM - 1) {
    got = read(file, key + length, KEY_FILE_MAXIMUM - 1 - length);
    if (got > 0) length += (size_t)got;
  }
  key[length] = '\0';
  if (fine && got < 0)
    fine = failure_set(failure, "CREDENTIAL_INVALID", "%s: cannot read %.200s: %s", name, path,
                       strerror(errno));
  if (fine && (length == KEY_FILE_MAXIMUM - 1 || strlen(key) != length))
    fine = failure_set(failure, "CREDENTIAL_INVALID", "%s: %.200s holds no key", name, path);
  close(file);
  return fine;
}

static bool take_key_file(struct config *config, const struct config_layer *layer,
                          struct failure *failure) {
  char key[KEY_FILE_MAXIMUM] = "";
  config->credential_from = layer->names[SETTING_API_KEY_FILE];
  bool fine =
      read_key(layer->values[SETTING_API_KEY_FILE], config->credential_from, key, failure) &&
      credential_set(&config->credential, CREDENTIAL_API_KEY, key, config->credential_from,
                     failure);
  explicit_bzero(key, sizeof key);
  return fine;
}

static bool take_credential(struct config *config, const struct config_layer *layer,
                            struct failure *failure) {
  if (layer->values[SETTING_API_KEY_FILE]) return take_key_file(config, layer, failure);
  enum setting setting = layer->values[SETTING_API_KEY] ? SETTING_API_KEY : SETTING_ACCESS_TOKEN;
  const char *value = layer->values[setting];
  if (!value) return take_client(config, layer, failure);
  config->credential_from = layer->names[setting];
  return credential_set(&config->credential,
                        setting == SETTING_API_KEY ? CREDENTIAL_API_KEY : CREDENTIAL_ACCESS_TOKEN,
                        value, config->credential_from, failure);
}

static bool resolve_credential(struct config *config, const struct config_layer *layers,
                               size_t count, struct failure *failure) {
  const char *kinds[KINDS];
  for (size_t i = 0; i < count; i++) {
    size_t found = kinds_of(&layers[i], kinds);
    if (found > 1) return refuse_two(&layers[i], kinds, failure);
    if (found == 0) continue;
    const char *spelled = spelled_base_url(find(layers, count, SETTING_BASE_URL));
    return take_credential(config, &layers[i], failure) &&
           credential_identify(&config->credential, config->base_url, spelled, config->profile,
                               failure);
  }
  return true;
}

bool config_resolve(struct config *config, const struct config_layer *layers, size_t count,
                    struct failure *failure) {
  *config = (struct config){.profile = default_profile};
  for (size_t i = 0; i < count; i++)
    if (layers[i].profile) config->profile = layers[i].profile;
  return resolve_base_url(config, layers, count, failure) &&
         resolve_url(config->token_url, SETTING_TOKEN_URL, layers, count, failure) &&
         resolve_url(config->authorize_url, SETTING_AUTHORIZE_URL, layers, count, failure) &&
         resolve_url(config->redirect_uri, SETTING_REDIRECT_URI, layers, count, failure) &&
         resolve_credential(config, layers, count, failure);
}

const char *config_missing_credential(void) {
  return "neither LOFTY_API_KEY nor LOFTY_ACCESS_TOKEN is set";
}

void config_clear(struct config *config) { credential_clear(&config->credential); }
