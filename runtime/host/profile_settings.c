#include "profile_settings.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/listener.h"
#include "../core/quota.h"
#include "../core/text.h"
#include "profile_schedule.h"

/* What a setting is taken with; its value is on top of the stack. */
struct taking {
  lua_State *L;
  struct profile_settings *settings;
  const char *name;
  size_t place; /* a member of the settings, or one of enum grant_list */
  struct failure *failure;
};

typedef bool take_fn(const struct taking *taking);

static bool invalid(const struct taking *taking, const char *what) {
  return failure_set(taking->failure, "CONFIG_INVALID", "%s", what);
}

static bool no_memory(const struct taking *taking) {
  return failure_set(taking->failure, "OUT_OF_MEMORY", "out of memory");
}

static void *member(const struct taking *taking) {
  return (char *)taking->settings + taking->place;
}

/* The string on top; NULL where it is none. */
static const char *string(const struct taking *taking) {
  if (lua_type(taking->L, -1) == LUA_TSTRING) return lua_tostring(taking->L, -1);
  failure_set(taking->failure, "CONFIG_INVALID", "%s must be a string", taking->name);
  return NULL;
}

static bool take_string(const struct taking *taking) {
  char **value = member(taking);
  const char *text = string(taking);
  if (!text) return false;
  *value = strdup(text);
  return *value || no_memory(taking);
}

static bool take_boolean(const struct taking *taking) {
  if (!lua_isboolean(taking->L, -1))
    return failure_set(taking->failure, "CONFIG_INVALID", "%s must be true or false", taking->name);
  *(bool *)member(taking) = lua_toboolean(taking->L, -1);
  return true;
}

static bool take_codes(const struct taking *taking) {
  lua_State *L = taking->L;
  struct profile_settings *settings = taking->settings;
  static const char wanted[] =
      "codes must map numbers to names, as in codes = { [40013] = \"TASK_IS_SMARTPLAN\" }";
  if (!lua_istable(L, -1)) return invalid(taking, wanted);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (!lua_isinteger(L, -2) || lua_type(L, -1) != LUA_TSTRING) return invalid(taking, wanted);
    struct code_name *codes =
        realloc(settings->codes, (settings->code_count + 1) * sizeof *settings->codes);
    if (!codes) return no_memory(taking);
    settings->codes = codes;
    char *name = strdup(lua_tostring(L, -1));
    if (!name) return no_memory(taking);
    codes[settings->code_count++] = (struct code_name){lua_tointeger(L, -2), name};
  }
  return true;
}

static bool take_requests(const struct taking *taking) {
  lua_Integer number = lua_isinteger(taking->L, -1) ? lua_tointeger(taking->L, -1) : 0;
  if (number < 1 || number > QUOTA_MOST_LIMIT)
    return invalid(taking, "requests_per_minute must be a whole number from 1 to 200000");
  taking->settings->requests_per_minute = (unsigned)number;
  return true;
}

static bool take_priority(const struct taking *taking) {
  enum quota_priority priority;
  if (lua_type(taking->L, -1) != LUA_TSTRING ||
      !quota_priority_parse(lua_tostring(taking->L, -1), &priority))
    return invalid(taking, "priority must be \"interactive\", \"scheduled\" or \"bulk\"");
  taking->settings->priority = quota_priority_name(priority);
  return true;
}

static bool take_pings(const struct taking *taking) {
  lua_State *L = taking->L;
  struct profile_settings *settings = taking->settings;
  static const char wanted[] =
      "ping must map names to URLs, as in ping = { nightly = \"https://...\" }";
  if (!lua_istable(L, -1)) return invalid(taking, wanted);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      return invalid(taking, wanted);
    struct ping_name *pings =
        realloc(settings->pings, (settings->ping_count + 1) * sizeof *settings->pings);
    if (!pings) return no_memory(taking);
    settings->pings = pings;
    struct ping_name ping = {strdup(lua_tostring(L, -2)), strdup(lua_tostring(L, -1))};
    pings[settings->ping_count++] = ping;
    if (!ping.name || !ping.url) return no_memory(taking);
  }
  return true;
}

static bool take_memory(const struct taking *taking) {
  if (lua_type(taking->L, -1) == LUA_TSTRING &&
      text_byte_count(lua_tostring(taking->L, -1), &taking->settings->memory))
    return true;
  return invalid(taking, "max_memory must be a size such as \"256M\" or \"2G\"");
}

static bool take_schedule(const struct taking *taking) {
  char what[256];
  return profile_schedule_take(taking->L, &taking->settings->schedule, what, sizeof what) ||
         invalid(taking, what);
}

static bool take_status(const struct taking *taking) {
  char **status = member(taking);
  if (!take_string(taking)) return false;
  return listener_is_loopback(*status) ||
         invalid(taking,
                 "status must be a place that only this machine reaches: "
                 "\"127.0.0.1:9464\", \"[::1]:9464\" or \"unix:PATH\"");
}

static bool take_webhooks(const struct taking *taking) {
  char what[256];
  return webhook_config_take(&taking->settings->webhooks, taking->L, what, sizeof what) ||
         invalid(taking, what);
}

/* What a profile says about grants */

static bool invalid_grant(const struct taking *taking, const struct failure *why) {
  return failure_set(taking->failure, "CONFIG_INVALID", "%s: %s", taking->name, why->message);
}

static bool take_grants(const struct taking *taking) {
  lua_State *L = taking->L;
  struct failure why;
  char wanted[96];
  snprintf(wanted, sizeof wanted, "%s must be a list of texts, as in %s = { \"delete_notes\" }",
           taking->name, taking->name);
  if (!lua_istable(L, -1)) return invalid(taking, wanted);
  lua_Integer length = (lua_Integer)lua_rawlen(L, -1), count = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    bool in_list = lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 &&
                   lua_tointeger(L, -2) <= length && lua_type(L, -1) == LUA_TSTRING;
    if (!in_list) return invalid(taking, wanted);
    if (!grants_take_setting(&taking->settings->grants, (enum grant_list)taking->place,
                             lua_tostring(L, -1), &why))
      return invalid_grant(taking, &why);
    count++;
  }
  return count == length || invalid(taking, wanted);
}

static bool take_quiet_hours(const struct taking *taking) {
  struct failure why;
  const char *hours = string(taking);
  if (!hours) return false;
  return grants_take_quiet_hours(&taking->settings->grants, hours, &why) ||
         invalid_grant(taking, &why);
}

static bool take_zone(const struct taking *taking) {
  struct failure why;
  const char *zone = string(taking);
  if (!zone) return false;
  return grants_take_zone(&taking->settings->grants, zone, &why) || invalid_grant(taking, &why);
}

#define PLACE(member) offsetof(struct profile_settings, member)

static const struct {
  const char *name;
  take_fn *take;
  size_t place;
} table[] = {{"base_url", take_string, PLACE(values[SETTING_BASE_URL])},
             {"api_key", take_string, PLACE(values[SETTING_API_KEY])},
             {"access_token", take_string, PLACE(values[SETTING_ACCESS_TOKEN])},
             {"client_id", take_string, PLACE(values[SETTING_CLIENT_ID])},
             {"client_secret", take_string, PLACE(values[SETTING_CLIENT_SECRET])},
             {"customer_key", take_string, PLACE(values[SETTING_CUSTOMER_KEY])},
             {"token_url", take_string, PLACE(values[SETTING_TOKEN_URL])},
             {"authorize_url", take_string, PLACE(values[SETTING_AUTHORIZE_URL])},
             {"redirect_uri", take_string, PLACE(values[SETTING_REDIRECT_URI])},
             {"api_key_file", take_string, PLACE(values[SETTING_API_KEY_FILE])},
             {"codes", take_codes, 0},
             {"requests_per_minute", take_requests, 0},
             {"priority", take_priority, 0},
             {"schedule", take_schedule, 0},
             {"webhooks", take_webhooks, 0},
             {"status", take_status, PLACE(status)},
             {"read_before_write", take_boolean, PLACE(read_before_write)},
             {"ping", take_pings, 0},
             {"ping_output", take_boolean, PLACE(ping_output)},
             {"on_failure", take_string, PLACE(on_failure)},
             {"max_memory", take_memory, 0},
             {"allow", take_grants, GRANT_ALLOW},
             {"limit", take_grants, GRANT_LIMIT},
             {"deny", take_grants, GRANT_DENY},
             {"quiet_hours", take_quiet_hours, 0},
             {"timezone", take_zone, 0}};
enum { COUNT = sizeof table / sizeof *table };

static bool unknown(const struct taking *taking) {
  const char *names[COUNT];
  for (int i = 0; i < COUNT; i++) names[i] = table[i].name;
  int nearest = text_nearest(taking->name, names, COUNT);
  return failure_set(taking->failure, "CONFIG_INVALID", "unknown setting \"%.48s\"%s%s%s",
                     taking->name, nearest >= 0 ? "; did you mean \"" : "",
                     nearest >= 0 ? names[nearest] : "", nearest >= 0 ? "\"?" : "");
}

void profile_settings_init(struct profile_settings *settings) {
  *settings = (struct profile_settings){.priority = NULL};
  buffer_init(&settings->schedule, PROFILE_SCHEDULE_MAXIMUM);
  webhook_config_init(&settings->webhooks);
}

bool profile_settings_take(lua_State *L, struct profile_settings *settings,
                           struct failure *failure) {
  struct taking taking = {.L = L, .settings = settings, .failure = failure};
  taking.name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
  for (int i = 0; i < COUNT; i++) {
    if (strcmp(taking.name, table[i].name) != 0) continue;
    taking.place = table[i].place;
    return table[i].take(&taking);
  }
  return unknown(&taking);
}

bool profile_settings_are_secret(const struct profile_settings *settings) {
  static const enum setting secrets[] = {SETTING_API_KEY, SETTING_ACCESS_TOKEN,
                                         SETTING_CLIENT_SECRET, SETTING_CUSTOMER_KEY};
  bool secret = settings->ping_count > 0 || webhook_config_is_secret(&settings->webhooks);
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    secret = secret || settings->values[secrets[i]];
  return secret;
}

static void forget(char *secret) {
  if (secret) explicit_bzero(secret, strlen(secret));
  free(secret);
}

void profile_settings_free(struct profile_settings *settings) {
  for (size_t i = 0; i < settings->code_count; i++) free(settings->codes[i].name);
  free(settings->codes);
  for (size_t i = 0; i < settings->ping_count; i++) {
    free(settings->pings[i].name);
    forget(settings->pings[i].url);
  }
  free(settings->pings);
  free(settings->on_failure);
  free(settings->status);
  buffer_free(&settings->schedule);
  webhook_config_clear(&settings->webhooks);
  for (int i = 0; i < SETTING_COUNT; i++) forget(settings->values[i]);
  profile_settings_init(settings);
}
