#include "webhook_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/config.h"
#include "../core/text.h"

enum {
  BODY_DEFAULT = 4 * 1024 * 1024,
  BODY_MOST = 64 * 1024 * 1024,
  CONNECTIONS_DEFAULT = 256,
  CONNECTIONS_MOST = 10000,
  PER_ADDRESS_DEFAULT = 64,
  REQUESTS_MOST = 10000000,
  SECONDS_DEFAULT = 30,
  SECONDS_MOST = 3600,
  INBOX_DEFAULT = 1024 * 1024 * 1024,
  SUBSCRIBE_SECONDS_DEFAULT = 15 * 60,
  SUBSCRIBE_SECONDS_MOST = 24 * 60 * 60,
  RECONCILE_DEFAULT = 60 * 60 * 1000
};
static const int64_t inbox_most = INT64_C(1) << 50;

void webhook_config_init(struct webhook_config *config) {
  *config = (struct webhook_config){.max_body = BODY_DEFAULT,
                                    .max_connections = CONNECTIONS_DEFAULT,
                                    .max_connections_per_address = PER_ADDRESS_DEFAULT,
                                    .max_request_seconds = SECONDS_DEFAULT,
                                    .max_inbox = INBOX_DEFAULT,
                                    .subscribe_seconds = SUBSCRIBE_SECONDS_DEFAULT,
                                    .reconcile = RECONCILE_DEFAULT};
}

static bool wrong(char *what, size_t size, const char *name, const char *wanted) {
  snprintf(what, size, "webhooks: %s must be %s", name, wanted);
  return false;
}

/* Takes the text on top. The one before it goes. */
static bool take_text(struct webhook_config *config, enum webhook_text which, lua_State *L,
                      const char *name, char *what, size_t size) {
  size_t length;
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
  if (*text == '\0' || strlen(text) != length) return wrong(what, size, name, "a text");
  free(config->texts[which]);
  config->texts[which] = strdup(text);
  if (!config->texts[which]) snprintf(what, size, "out of memory");
  return config->texts[which] != NULL;
}

/* Takes the ranges of the list on top. */
static bool take_ranges(struct address_range *ranges, size_t *count, lua_State *L, const char *name,
                        char *what, size_t size) {
  static const char wanted[] = "a list of at most 64 addresses or ranges (\"203.0.113.0/24\")";
  lua_Integer length = lua_istable(L, -1) ? (lua_Integer)lua_rawlen(L, -1) : 0;
  if (length < 1 || length > WEBHOOK_MOST_RANGES) return wrong(what, size, name, wanted);
  for (lua_Integer i = 1; i <= length; i++) {
    bool is_text = lua_rawgeti(L, -1, i) == LUA_TSTRING;
    bool fine = is_text && address_range_read(lua_tostring(L, -1), &ranges[i - 1]);
    if (!fine)
      snprintf(what, size,
               "webhooks: %s: \"%.48s\" is no address and no range that begins where its prefix "
               "says",
               name, is_text ? lua_tostring(L, -1) : "?");
    lua_pop(L, 1);
    if (!fine) return false;
  }
  *count = (size_t)length;
  return true;
}

/* Takes the number on top. */
static bool take_number(int64_t most, int64_t *number, lua_State *L, const char *name, char *what,
                        size_t size) {
  *number = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
  if (*number >= 1 && *number <= most) return true;
  char wanted[64];
  snprintf(wanted, sizeof wanted, "a whole number from 1 to %lld", (long long)most);
  return wrong(what, size, name, wanted);
}

struct member {
  const char *name;
  enum webhook_text which;
};

/* Takes the texts of the table on top. */
static bool take_texts(struct webhook_config *config, const struct member *members, size_t count,
                       lua_State *L, const char *name, char *what, size_t size) {
  if (!lua_istable(L, -1)) return wrong(what, size, name, "a table");
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    const char *member = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    size_t i = 0;
    while (i < count && strcmp(members[i].name, member) != 0) i++;
    if (i == count) {
      snprintf(what, size, "webhooks: %s: unknown setting \"%.48s\"", name, member);
      return false;
    }
    if (!take_text(config, members[i].which, L, members[i].name, what, size)) return false;
    lua_pop(L, 1);
  }
  return true;
}

static bool take_hmac(struct webhook_config *config, lua_State *L, char *what, size_t size) {
  static const struct member members[] = {{"header", WEBHOOK_HMAC_HEADER},
                                          {"secret", WEBHOOK_HMAC_SECRET},
                                          {"prefix", WEBHOOK_HMAC_PREFIX}};
  if (!lua_istable(L, -1)) return wrong(what, size, "hmac", "a table");
  lua_getfield(L, -1, "encoding");
  const char *encoding = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
  config->settings.hmac_base64 = strcmp(encoding, "base64") == 0;
  bool fine = lua_isnil(L, -1) || config->settings.hmac_base64 || strcmp(encoding, "hex") == 0;
  lua_pop(L, 1);
  if (!fine) return wrong(what, size, "encoding", "\"hex\" or \"base64\"");
  lua_pushnil(L);
  lua_setfield(L, -2, "encoding"); /* the rest are texts */
  return take_texts(config, members, sizeof members / sizeof *members, L, "hmac", what, size);
}

static const char *const names[] = {"secret",
                                    "previous_secret",
                                    "header",
                                    "hmac",
                                    "allow",
                                    "proxies",
                                    "max_body",
                                    "max_connections",
                                    "max_connections_per_address",
                                    "max_requests_per_minute",
                                    "max_request_seconds",
                                    "max_inbox",
                                    "subscribe",
                                    "subscribe_seconds",
                                    "reconcile"};
enum { NAMES = sizeof names / sizeof *names };

static bool take_limit(struct webhook_config *config, const char *name, lua_State *L, char *what,
                       size_t size) {
  int64_t number = 0;
  bool fine = true;
  if (strcmp(name, "max_body") == 0) {
    fine = take_number(BODY_MOST, &number, L, name, what, size);
    config->max_body = (size_t)number;
  } else if (strcmp(name, "max_connections") == 0) {
    fine = take_number(CONNECTIONS_MOST, &number, L, name, what, size);
    config->max_connections = (unsigned)number;
  } else if (strcmp(name, "max_connections_per_address") == 0) {
    fine = take_number(CONNECTIONS_MOST, &number, L, name, what, size);
    config->max_connections_per_address = (unsigned)number;
  } else if (strcmp(name, "max_requests_per_minute") == 0) {
    fine = take_number(REQUESTS_MOST, &number, L, name, what, size);
    config->max_requests_per_minute = (unsigned)number;
  } else if (strcmp(name, "max_request_seconds") == 0) {
    fine = take_number(SECONDS_MOST, &number, L, name, what, size);
    config->max_request_seconds = (unsigned)number;
  } else {
    fine = take_number(inbox_most, &config->max_inbox, L, name, what, size);
  }
  return fine;
}

static bool take_seconds(struct webhook_config *config, const char *name, lua_State *L, char *what,
                         size_t size) {
  int64_t number = 0;
  bool fine = take_number(SUBSCRIBE_SECONDS_MOST, &number, L, name, what, size);
  config->subscribe_seconds = (unsigned)number;
  return fine;
}

/* "off", or how often: "15m". */
static bool read_interval(const char *text, int64_t *interval) {
  static const char units[] = "smhd";
  static const int64_t lengths[] = {1000, 60 * 1000, 60 * 60 * 1000, 24 * 60 * 60 * 1000};
  *interval = 0;
  if (strcmp(text, "off") == 0) return true;
  char *end;
  long long number = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : 0;
  const char *unit = number > 0 && number < 1000000 && *end ? strchr(units, *end) : NULL;
  if (!unit || end[1] != '\0') return false;
  *interval = number * lengths[unit - units];
  return *interval >= lengths[1] && *interval <= 7 * lengths[3];
}

/* Takes the setting whose name and value are on top. */
static bool take_setting(struct webhook_config *config, lua_State *L, char *what, size_t size) {
  static const struct member header[] = {{"name", WEBHOOK_HEADER_NAME},
                                         {"value", WEBHOOK_HEADER_VALUE}};
  struct webhook_settings *settings = &config->settings;
  const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
  if (strcmp(name, "secret") == 0) return take_text(config, WEBHOOK_SECRET, L, name, what, size);
  if (strcmp(name, "previous_secret") == 0)
    return take_text(config, WEBHOOK_PREVIOUS_SECRET, L, name, what, size);
  if (strcmp(name, "header") == 0) return take_texts(config, header, 2, L, name, what, size);
  if (strcmp(name, "hmac") == 0) return take_hmac(config, L, what, size);
  if (strcmp(name, "allow") == 0)
    return take_ranges(settings->allowed, &settings->allowed_count, L, name, what, size);
  if (strcmp(name, "proxies") == 0)
    return take_ranges(settings->proxies, &settings->proxy_count, L, name, what, size);
  if (strcmp(name, "subscribe") == 0)
    return take_text(config, WEBHOOK_SUBSCRIBE, L, name, what, size);
  if (strcmp(name, "subscribe_seconds") == 0) return take_seconds(config, name, L, what, size);
  if (strcmp(name, "reconcile") == 0) {
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    if (read_interval(text, &config->reconcile)) return true;
    return wrong(what, size, name, "\"15m\" or the like, from \"1m\" to \"7d\", or \"off\"");
  }
  if (strncmp(name, "max_", 4) == 0)
    for (int i = 0; i < NAMES; i++)
      if (strcmp(name, names[i]) == 0) return take_limit(config, name, L, what, size);
  int nearest = text_nearest(name, names, NAMES);
  snprintf(what, size, "webhooks: unknown setting \"%.48s\"%s%s%s", name,
           nearest >= 0 ? "; did you mean \"" : "", nearest >= 0 ? names[nearest] : "",
           nearest >= 0 ? "\"?" : "");
  return false;
}

bool webhook_config_take(struct webhook_config *config, lua_State *L, char *what, size_t size) {
  if (!lua_istable(L, -1)) return wrong(what, size, "they", "a table of settings");
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (!take_setting(config, L, what, size)) return false;
    lua_pop(L, 1);
  }
  return true;
}

bool webhook_config_is_secret(const struct webhook_config *config) {
  return config->texts[WEBHOOK_SECRET] || config->texts[WEBHOOK_PREVIOUS_SECRET] ||
         config->texts[WEBHOOK_HEADER_VALUE] || config->texts[WEBHOOK_HMAC_SECRET];
}

struct webhook_settings webhook_config_settings(const struct webhook_config *config) {
  struct webhook_settings settings = config->settings;
  const char *secret = config_variable("LOFTYRUN_WEBHOOK_SECRET");
  const char *previous = config_variable("LOFTYRUN_WEBHOOK_SECRET_PREVIOUS");
  settings.secret = secret ? secret : config->texts[WEBHOOK_SECRET];
  settings.previous_secret = previous ? previous : config->texts[WEBHOOK_PREVIOUS_SECRET];
  settings.header_name = config->texts[WEBHOOK_HEADER_NAME];
  settings.header_value = config->texts[WEBHOOK_HEADER_VALUE];
  settings.hmac_header = config->texts[WEBHOOK_HMAC_HEADER];
  settings.hmac_secret = config->texts[WEBHOOK_HMAC_SECRET];
  settings.hmac_prefix = config->texts[WEBHOOK_HMAC_PREFIX];
  return settings;
}

void webhook_config_clear(struct webhook_config *config) {
  for (int i = 0; i < WEBHOOK_TEXTS; i++) {
    if (config->texts[i]) explicit_bzero(config->texts[i], strlen(config->texts[i]));
    free(config->texts[i]);
    config->texts[i] = NULL;
  }
}
