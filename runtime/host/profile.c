#include "profile.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bind/run.h"
#include "../core/text.h"
#include "profile_settings.h"

enum { PATH_LENGTH = 1024, MOST_NAMES = 64 };

struct profile {
  char name[64];
  struct profile_settings settings;
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

bool profile_path(char *path, size_t size, struct failure *failure) {
  const char *folder = config_folder("XDG_CONFIG_HOME");
  const char *home = config_variable("HOME");
  int length = folder ? snprintf(path, size, "%s/loftyrun/config.lua", folder)
               : home ? snprintf(path, size, "%s/.config/loftyrun/config.lua", home)
                      : snprintf(path, size, "/etc/loftyrun/config.lua");
  if (length > 0 && (size_t)length < size) return true;
  return failure_set(failure, "CONFIG_INVALID", "the path of the configuration is too long");
}

static bool no_memory(const struct loading *loading) {
  return failure_set(loading->failure, "OUT_OF_MEMORY", "out of memory");
}

/* Takes the setting whose name and value are on top. */
static bool take(lua_State *L, const struct loading *loading) {
  struct failure why;
  if (profile_settings_take(L, &loading->profile->settings, &why)) return true;
  if (strcmp(why.code, "OUT_OF_MEMORY") == 0) return no_memory(loading);
  return failure_set(loading->failure, why.code, "%s: profile %s: %s", loading->path,
                     loading->profile->name, why.message);
}

static bool check_secrecy(const struct loading *loading) {
  struct stat status;
  if (!profile_settings_are_secret(&loading->profile->settings)) return true;
  if (stat(loading->path, &status) == 0 && (status.st_mode & 077) == 0) return true;
  return failure_set(loading->failure, "CONFIG_INVALID",
                     "%s holds a credential and others can read it; run: chmod 600 %s",
                     loading->path, loading->path);
}

/* Stack: the table of profiles at -2. The names are texts of it, and stay for as long. */
static bool no_such_profile(lua_State *L, struct loading *loading) {
  const char *names[MOST_NAMES];
  size_t count = 0;
  lua_pushnil(L);
  while (count < MOST_NAMES && lua_next(L, -3)) {
    if (lua_type(L, -2) == LUA_TSTRING) names[count++] = lua_tostring(L, -2);
    lua_pop(L, 1);
  }
  int near = text_nearest(loading->profile->name, names, count);
  return failure_set(loading->failure, "CONFIG_INVALID", "%s has no profile \"%s\"%s%s%s",
                     loading->path, loading->profile->name, near < 0 ? "" : "; did you mean \"",
                     near < 0 ? "" : names[near], near < 0 ? "" : "\"?");
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
    return no_such_profile(L, loading);
  }
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (!take(L, loading)) return false;
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
  bool required = name && strcmp(name, PROFILE_DEFAULT) != 0;
  *result = NULL;
  if (!profile_path(path, sizeof path, failure)) return false;
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
  snprintf(loading.profile->name, sizeof loading.profile->name, "%s",
           name ? name : PROFILE_DEFAULT);
  profile_settings_init(&loading.profile->settings);
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
    const char *value = profile->settings.values[i];
    layer.values[i] = value && *value ? value : NULL; /* an empty setting counts as none */
  }
  return layer;
}

unsigned profile_requests_per_minute(const struct profile *profile) {
  return profile ? profile->settings.requests_per_minute : 0;
}

const char *profile_priority(const struct profile *profile) {
  return profile ? profile->settings.priority : NULL;
}

const char *profile_ping(const struct profile *profile, const char *name) {
  for (size_t i = 0; profile && i < profile->settings.ping_count; i++)
    if (strcmp(profile->settings.pings[i].name, name) == 0) return profile->settings.pings[i].url;
  return NULL;
}

bool profile_ping_output(const struct profile *profile) {
  return profile && profile->settings.ping_output;
}

const char *profile_on_failure(const struct profile *profile) {
  return profile ? profile->settings.on_failure : NULL;
}

size_t profile_memory(const struct profile *profile) {
  return profile ? profile->settings.memory : 0;
}

const struct grants *profile_grants(const struct profile *profile) {
  static const struct grants none;
  return profile ? &profile->settings.grants : &none;
}

bool profile_reads_before_write(const struct profile *profile) {
  return profile && profile->settings.read_before_write;
}

const struct buffer *profile_schedule(const struct profile *profile) {
  return profile && profile->settings.schedule.data ? &profile->settings.schedule : NULL;
}

const struct webhook_config *profile_webhooks(const struct profile *profile) {
  return profile ? &profile->settings.webhooks : NULL;
}

const char *profile_status(const struct profile *profile) {
  return profile ? profile->settings.status : NULL;
}

const char *profile_name(const struct profile *profile) { return profile ? profile->name : NULL; }

void profile_give_codes(const struct profile *profile, lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; profile && i < profile->settings.code_count; i++) {
    lua_pushstring(L, profile->settings.codes[i].name);
    lua_rawseti(L, -2, profile->settings.codes[i].number);
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
  for (size_t i = 0; profile && fine && i < profile->settings.code_count; i++) {
    char *name = profile->settings.codes[i].name;
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

void profile_close(struct profile *profile) {
  if (!profile) return;
  profile_settings_free(&profile->settings);
  free(profile);
}
