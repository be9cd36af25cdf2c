#include "profile.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bind/run.h"
#include "../core/quota.h"
#include "../core/text.h"
#include "profile_schedule.h"

enum { PATH_LENGTH = 1024 };

static const char default_name[] = "default";

struct code_name {
  lua_Integer number;
  char *name;
};

struct ping_name {
  char *name, *url;
};

struct profile {
  char name[64];
  char *values[SETTING_COUNT];
  unsigned requests_per_minute; /* 0: not set */
  const char *priority;         /* NULL: not set */
  bool read_before_write;
  struct code_name *codes;
  size_t code_count;
  struct ping_name *pings;
  size_t ping_count;
  bool ping_output;
  char *on_failure; /* NULL: not set */
  size_t memory;    /* bytes; 0: not set */
  struct grants grants;
  struct buffer schedule; /* profile_schedule.h */
  struct webhook_config webhooks;
};

/* What the protected function works on; everything it allocates hangs on the profile. */
struct loading {
  const char *path;
  bool required;
  bool found;
  bool fine;
  struct profile *profile;
  struct failure *failure;
};

/* Those of core/config.h by name, and then those that are no strings. */
static const char *const settings[] = {[SETTING_BASE_URL] = "base_url",
                                       [SETTING_API_KEY] = "api_key",
                                       [SETTING_ACCESS_TOKEN] = "access_token",
                                       [SETTING_CLIENT_ID] = "client_id",
                                       [SETTING_CLIENT_SECRET] = "client_secret",
                                       [SETTING_CUSTOMER_KEY] = "customer_key",
                                       [SETTING_TOKEN_URL] = "token_url",
                                       [SETTING_AUTHORIZE_URL] = "authorize_url",
                                       [SETTING_REDIRECT_URI] = "redirect_uri",
                                       [SETTING_API_KEY_FILE] = "api_key_file",
                                       "codes",
                                       "requests_per_minute",
                                       "priority",
                                       "webhooks",
                                       "schedule",
                                       "read_before_write",
                                       "ping",
                                       "ping_output",
                                       "on_failure",
                                       "max_memory",
                                       "allow",
                                       "limit",
                                       "deny",
                                       "quiet_hours",
                                       "timezone"};
enum { NAME_COUNT = sizeof settings / sizeof *settings };

static const char *const setting_names[SETTING_COUNT] = {
    [SETTING_BASE_URL] = "base_url of the profile",
    [SETTING_API_KEY] = "api_key of the profile",
    [SETTING_ACCESS_TOKEN] = "access_token of the profile",
    [SETTING_CLIENT_ID] = "client_id of the profile",
    [SETTING_CLIENT_SECRET] = "client_secret of the profile",
    [SETTING_CUSTOMER_KEY] = "customer_key of the profile",
    [SETTING_TOKEN_URL] = "token_url of the profile",
    [SETTING_AUTHORIZE_URL] = "authorize_url of the profile",
    [SETTING_REDIRECT_URI] = "redirect_uri of the profile",
    [SETTING_API_KEY_FILE] = "api_key_file of the profile"};

static const enum setting secrets[] = {SETTING_API_KEY, SETTING_ACCESS_TOKEN, SETTING_CLIENT_SECRET,
                                       SETTING_CUSTOMER_KEY};
enum { SECRET_COUNT = sizeof secrets / sizeof *secrets };

static bool find_path(char *path, size_t size, struct failure *failure) {
  const char *folder = config_folder("XDG_CONFIG_HOME");
  const char *home = config_variable("HOME");
  int length = folder ? snprintf(path, size, "%s/loftyrun/config.lua", folder)
               : home ? snprintf(path, size, "%s/.config/loftyrun/config.lua", home)
                      : snprintf(path, size, "/etc/loftyrun/config.lua");
  if (length > 0 && (size_t)length < size) return true;
  return failure_set(failure, "CONFIG_INVALID", "the path of the configuration is too long");
}

static bool invalid(const struct loading *loading, const char *what) {
  return failure_set(loading->failure, "CONFIG_INVALID", "%s: profile %s: %s", loading->path,
                     loading->profile->name, what);
}

static bool no_memory(const struct loading *loading) {
  return failure_set(loading->failure, "OUT_OF_MEMORY", "out of memory");
}

/* Takes the string on top. */
static bool take_string(lua_State *L, const struct loading *loading, const char *setting,
                        char **value) {
  char what[96];
  if (lua_type(L, -1) != LUA_TSTRING) {
    snprintf(what, sizeof what, "%s must be a string", setting);
    return invalid(loading, what);
  }
  *value = strdup(lua_tostring(L, -1));
  return *value || no_memory(loading);
}

/* Takes the table on top. */
static bool take_codes(lua_State *L, const struct loading *loading) {
  struct profile *profile = loading->profile;
  static const char wanted[] =
      "codes must map numbers to names, as in codes = { [40013] = \"TASK_IS_SMARTPLAN\" }";
  if (!lua_istable(L, -1)) return invalid(loading, wanted);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (!lua_isinteger(L, -2) || lua_type(L, -1) != LUA_TSTRING) return invalid(loading, wanted);
    struct code_name *codes =
        realloc(profile->codes, (profile->code_count + 1) * sizeof *profile->codes);
    if (!codes) return no_memory(loading);
    profile->codes = codes;
    char *name = strdup(lua_tostring(L, -1));
    if (!name) return no_memory(loading);
    codes[profile->code_count++] = (struct code_name){lua_tointeger(L, -2), name};
    lua_pop(L, 1);
  }
  return true;
}

/* Takes the number on top. */
static bool take_requests(lua_State *L, const struct loading *loading) {
  lua_Integer number = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
  if (number < 1 || number > QUOTA_MOST_LIMIT)
    return invalid(loading, "requests_per_minute must be a whole number from 1 to 200000");
  loading->profile->requests_per_minute = (unsigned)number;
  return true;
}

/* Takes the name on top. */
static bool take_priority(lua_State *L, const struct loading *loading) {
  enum quota_priority priority;
  if (lua_type(L, -1) != LUA_TSTRING || !quota_priority_parse(lua_tostring(L, -1), &priority))
    return invalid(loading, "priority must be \"interactive\", \"scheduled\" or \"bulk\"");
  loading->profile->priority = quota_priority_name(priority);
  return true;
}

/* Takes the table on top. */
static bool take_pings(lua_State *L, const struct loading *loading) {
  struct profile *profile = loading->profile;
  static const char wanted[] =
      "ping must map names to URLs, as in ping = { nightly = \"https://...\" }";
  if (!lua_istable(L, -1)) return invalid(loading, wanted);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      return invalid(loading, wanted);
    struct ping_name *pings =
        realloc(profile->pings, (profile->ping_count + 1) * sizeof *profile->pings);
    if (!pings) return no_memory(loading);
    profile->pings = pings;
    struct ping_name ping = {strdup(lua_tostring(L, -2)), strdup(lua_tostring(L, -1))};
    pings[profile->ping_count++] = ping;
    if (!ping.name || !ping.url) return no_memory(loading);
    lua_pop(L, 1);
  }
  return true;
}

static bool take_memory(lua_State *L, const struct loading *loading) {
  if (lua_type(L, -1) == LUA_TSTRING &&
      text_byte_count(lua_tostring(L, -1), &loading->profile->memory))
    return true;
  return invalid(loading, "max_memory must be a size such as \"256M\" or \"2G\"");
}

/* Takes the boolean on top. */
static bool take_boolean(lua_State *L, const struct loading *loading, const char *setting,
                         bool *value) {
  char what[64];
  snprintf(what, sizeof what, "%s must be true or false", setting);
  if (!lua_isboolean(L, -1)) return invalid(loading, what);
  *value = lua_toboolean(L, -1);
  return true;
}

static bool invalid_grant(const struct loading *loading, const char *setting,
                          const struct failure *why) {
  char what[sizeof why->message + 32];
  snprintf(what, sizeof what, "%s: %s", setting, why->message);
  return invalid(loading, what);
}

/* Takes the list of texts on top. */
static bool take_grants(lua_State *L, const struct loading *loading, const char *setting,
                        enum grant_list list) {
  struct failure why;
  char wanted[96];
  snprintf(wanted, sizeof wanted, "%s must be a list of texts, as in %s = { \"delete_notes\" }",
           setting, setting);
  if (!lua_istable(L, -1)) return invalid(loading, wanted);
  lua_Integer length = (lua_Integer)lua_rawlen(L, -1), count = 0;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    bool in_list = lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 &&
                   lua_tointeger(L, -2) <= length && lua_type(L, -1) == LUA_TSTRING;
    if (!in_list) return invalid(loading, wanted);
    if (!grants_take_setting(&loading->profile->grants, list, lua_tostring(L, -1), &why))
      return invalid_grant(loading, setting, &why);
    count++;
    lua_pop(L, 1);
  }
  return count == length || invalid(loading, wanted);
}

/* Takes the text on top. */
static bool take_text(lua_State *L, const struct loading *loading, const char *setting,
                      bool (*take)(struct grants *, const char *, struct failure *)) {
  struct failure why;
  char wanted[64];
  snprintf(wanted, sizeof wanted, "%s must be a string", setting);
  if (lua_type(L, -1) != LUA_TSTRING) return invalid(loading, wanted);
  return take(&loading->profile->grants, lua_tostring(L, -1), &why) ||
         invalid_grant(loading, setting, &why);
}

/* Takes a setting about grants, if it is one. */
static bool take_guard(lua_State *L, const struct loading *loading, const char *setting,
                       bool *fine) {
  static const char *const lists[] = {
      [GRANT_ALLOW] = "allow", [GRANT_LIMIT] = "limit", [GRANT_DENY] = "deny"};
  for (int i = 0; i < (int)(sizeof lists / sizeof *lists); i++) {
    if (strcmp(setting, lists[i]) != 0) continue;
    *fine = take_grants(L, loading, setting, (enum grant_list)i);
    return true;
  }
  if (strcmp(setting, "quiet_hours") == 0)
    *fine = take_text(L, loading, setting, grants_take_quiet_hours);
  else if (strcmp(setting, "timezone") == 0)
    *fine = take_text(L, loading, setting, grants_take_zone);
  else
    return false;
  return true;
}

/* Takes the list on top. */
static bool take_schedule(lua_State *L, const struct loading *loading) {
  char what[256];
  return profile_schedule_take(L, &loading->profile->schedule, what, sizeof what) ||
         invalid(loading, what);
}

/* Takes the table on top. */
static bool take_webhooks(lua_State *L, const struct loading *loading) {
  char what[256];
  return webhook_config_take(&loading->profile->webhooks, L, what, sizeof what) ||
         invalid(loading, what);
}

/* Takes the setting whose name and value are on top. */
static bool take_setting(lua_State *L, const struct loading *loading) {
  struct profile *profile = loading->profile;
  const char *setting = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
  if (strcmp(setting, "codes") == 0) return take_codes(L, loading);
  if (strcmp(setting, "requests_per_minute") == 0) return take_requests(L, loading);
  if (strcmp(setting, "priority") == 0) return take_priority(L, loading);
  if (strcmp(setting, "ping") == 0) return take_pings(L, loading);
  if (strcmp(setting, "ping_output") == 0)
    return take_boolean(L, loading, setting, &profile->ping_output);
  if (strcmp(setting, "max_memory") == 0) return take_memory(L, loading);
  if (strcmp(setting, "on_failure") == 0)
    return take_string(L, loading, setting, &profile->on_failure);
  if (strcmp(setting, "read_before_write") == 0)
    return take_boolean(L, loading, setting, &profile->read_before_write);
  if (strcmp(setting, "schedule") == 0) return take_schedule(L, loading);
  if (strcmp(setting, "webhooks") == 0) return take_webhooks(L, loading);
  bool fine;
  if (take_guard(L, loading, setting, &fine)) return fine;
  for (int i = 0; i < SETTING_COUNT; i++)
    if (strcmp(setting, settings[i]) == 0)
      return take_string(L, loading, setting, &profile->values[i]);
  char what[192];
  int nearest = text_nearest(setting, settings, NAME_COUNT);
  snprintf(what, sizeof what, "unknown setting \"%.48s\"%s%s%s", setting,
           nearest >= 0 ? "; did you mean \"" : "", nearest >= 0 ? settings[nearest] : "",
           nearest >= 0 ? "\"?" : "");
  return invalid(loading, what);
}

static bool check_secrecy(const struct loading *loading) {
  struct stat status;
  const struct profile *profile = loading->profile;
  bool secret = profile->ping_count > 0 || webhook_config_is_secret(&profile->webhooks);
  for (size_t i = 0; i < SECRET_COUNT; i++) secret = secret || profile->values[secrets[i]];
  if (!secret) return true;
  if (stat(loading->path, &status) == 0 && (status.st_mode & 077) == 0) return true;
  return failure_set(loading->failure, "CONFIG_INVALID",
                     "%s holds a credential and others can read it; run: chmod 600 %s",
                     loading->path, loading->path);
}

static bool load(lua_State *L, struct loading *loading) {
  const char *path = loading->path;
  if (luaL_loadfilex(L, path, "t") != LUA_OK) return lua_error(L);
  lua_call(L, 0, 1);
  if (!lua_istable(L, -1) || lua_getfield(L, -1, "profiles") != LUA_TTABLE)
    return failure_set(loading->failure, "CONFIG_INVALID", "%s must return { profiles = { ... } }",
                       path);
  loading->found = lua_getfield(L, -1, loading->profile->name) == LUA_TTABLE;
  if (!loading->found) {
    if (!loading->required && lua_isnil(L, -1)) return true;
    return failure_set(loading->failure, "CONFIG_INVALID", "%s has no profile \"%s\"", path,
                       loading->profile->name);
  }
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (!take_setting(L, loading)) return false;
    lua_pop(L, 1);
  }
  return check_secrecy(loading);
}

static int load_protected(lua_State *L) {
  struct loading *loading = lua_touserdata(L, 1);
  loading->fine = load(L, loading);
  return 0;
}

/* Lua's own message quotes what it stumbled over, which in this file may be a credential: only the
   line is told. */
static void tell_line(const struct loading *loading, const char *message) {
  for (const char *colon = strchr(message, ':'); colon; colon = strchr(colon + 1, ':')) {
    size_t digits = strspn(colon + 1, "0123456789");
    if (digits == 0 || colon[digits + 1] != ':') continue;
    failure_set(loading->failure, "CONFIG_INVALID",
                "%s:%.*s: this is no table of settings; the line is not shown, it may hold a "
                "credential",
                loading->path, (int)digits, colon + 1);
    return;
  }
  failure_set(loading->failure, "CONFIG_INVALID", "%s cannot be read as Lua", loading->path);
}

static void run_file(struct loading *loading) {
  lua_State *L = luaL_newstate();
  if (!L) {
    no_memory(loading);
    return;
  }
  lua_pushcfunction(L, load_protected);
  lua_pushlightuserdata(L, loading);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    loading->fine = false;
    tell_line(loading, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "");
  }
  lua_close(L);
}

bool profile_open(const char *name, struct profile **result, struct failure *failure) {
  char path[PATH_LENGTH];
  struct stat status;
  /* The default one is there without having been written down, also for those who name it. */
  bool required = name && strcmp(name, default_name) != 0;
  *result = NULL;
  if (!find_path(path, sizeof path, failure)) return false;
  if (name && strlen(name) >= sizeof(((struct profile *)NULL)->name))
    return failure_set(failure, "CONFIG_INVALID", "the profile's name is too long");
  if (stat(path, &status) != 0) {
    if (!required && (errno == ENOENT || errno == ENOTDIR)) return true;
    return failure_set(failure, "CONFIG_INVALID", "cannot read %s: %s", path, strerror(errno));
  }
  if (!S_ISREG(status.st_mode))
    return failure_set(failure, "CONFIG_INVALID", "%s is not a file; remove it", path);
  struct loading loading = {.path = path, .required = required, .failure = failure};
  loading.profile = calloc(1, sizeof *loading.profile);
  if (!loading.profile) return no_memory(&loading);
  webhook_config_init(&loading.profile->webhooks);
  snprintf(loading.profile->name, sizeof loading.profile->name, "%s", name ? name : default_name);
  buffer_init(&loading.profile->schedule, PROFILE_SCHEDULE_MAXIMUM);
  run_file(&loading);
  if (loading.fine && loading.found)
    *result = loading.profile;
  else
    profile_close(loading.profile);
  return loading.fine;
}

struct config_layer profile_layer(const struct profile *profile) {
  struct config_layer layer = {.names = setting_names, .profile = profile_name(profile)};
  for (int i = 0; profile && i < SETTING_COUNT; i++) {
    const char *value = profile->values[i];
    layer.values[i] = value && *value ? value : NULL; /* an empty setting counts as none */
  }
  return layer;
}

unsigned profile_requests_per_minute(const struct profile *profile) {
  return profile ? profile->requests_per_minute : 0;
}

const char *profile_priority(const struct profile *profile) {
  return profile ? profile->priority : NULL;
}

const char *profile_ping(const struct profile *profile, const char *name) {
  for (size_t i = 0; profile && i < profile->ping_count; i++)
    if (strcmp(profile->pings[i].name, name) == 0) return profile->pings[i].url;
  return NULL;
}

bool profile_ping_output(const struct profile *profile) { return profile && profile->ping_output; }

const char *profile_on_failure(const struct profile *profile) {
  return profile ? profile->on_failure : NULL;
}

size_t profile_memory(const struct profile *profile) { return profile ? profile->memory : 0; }

const struct grants *profile_grants(const struct profile *profile) {
  static const struct grants none;
  return profile ? &profile->grants : &none;
}

bool profile_reads_before_write(const struct profile *profile) {
  return profile && profile->read_before_write;
}

const struct buffer *profile_schedule(const struct profile *profile) {
  return profile && profile->schedule.data ? &profile->schedule : NULL;
}

const struct webhook_config *profile_webhooks(const struct profile *profile) {
  return profile ? &profile->webhooks : NULL;
}

const char *profile_name(const struct profile *profile) { return profile ? profile->name : NULL; }

void profile_give_codes(const struct profile *profile, lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; profile && i < profile->code_count; i++) {
    lua_pushstring(L, profile->codes[i].name);
    lua_rawseti(L, -2, profile->codes[i].number);
  }
  lua_setfield(L, LUA_REGISTRYINDEX, RUN_CODES);
}

/* Stack: a name, a C string as light userdata. Returns whether it is a code's, and the nearest. */
static int look_up_code(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.catalogue");
  lua_call(L, 1, 1); /* name catalogue */
  lua_getfield(L, -1, "find");
  lua_pushstring(L, lua_touserdata(L, 1));
  lua_call(L, 1, 1);
  bool known = lua_toboolean(L, -1);
  lua_getfield(L, 2, "nearest");
  lua_pushstring(L, lua_touserdata(L, 1));
  lua_call(L, 1, 1);
  lua_pushboolean(L, known);
  lua_insert(L, -2);
  return 2;
}

bool profile_check_codes(const struct profile *profile, lua_State *L, struct failure *failure) {
  bool fine = true;
  for (size_t i = 0; profile && fine && i < profile->code_count; i++) {
    char *name = profile->codes[i].name;
    lua_pushcfunction(L, look_up_code);
    lua_pushlightuserdata(L, name);
    if (lua_pcall(L, 1, 2, 0) != LUA_OK)
      fine = failure_set(failure, "CONFIG_INVALID", "the codes could not be checked: %s",
                         lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?");
    else if (!lua_toboolean(L, -2))
      fine = failure_set(
          failure, "CONFIG_INVALID", "config.lua: profile %s: codes: there is no code \"%s\"%s%s%s",
          profile->name, name, lua_isstring(L, -1) ? "; did you mean \"" : "",
          lua_isstring(L, -1) ? lua_tostring(L, -1) : "", lua_isstring(L, -1) ? "\"?" : "");
    lua_settop(L, 0);
  }
  return fine;
}

static void forget(char *secret) {
  if (secret) explicit_bzero(secret, strlen(secret));
  free(secret);
}

void profile_close(struct profile *profile) {
  if (!profile) return;
  for (size_t i = 0; i < profile->code_count; i++) free(profile->codes[i].name);
  free(profile->codes);
  for (size_t i = 0; i < profile->ping_count; i++) {
    free(profile->pings[i].name);
    forget(profile->pings[i].url);
  }
  free(profile->pings);
  free(profile->on_failure);
  buffer_free(&profile->schedule);
  webhook_config_clear(&profile->webhooks);
  for (int i = 0; i < SETTING_COUNT; i++) forget(profile->values[i]);
  free(profile);
}
