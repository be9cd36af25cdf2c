/* The settings of a profile: what each is called, what it may be, and what it becomes. */
#ifndef HOST_PROFILE_SETTINGS_H
#define HOST_PROFILE_SETTINGS_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "../core/buffer.h"
#include "../core/config.h"
#include "../core/failure.h"
#include "grants.h"
#include "webhook_config.h"

struct code_name {
  lua_Integer number;
  char *name;
};

struct ping_name {
  char *name, *url;
};

struct profile_settings {
  char *values[SETTING_COUNT];  /* NULL: not set, as all that is a pointer */
  unsigned requests_per_minute; /* 0: not set */
  const char *priority;
  bool read_before_write;
  struct code_name *codes;
  size_t code_count;
  struct ping_name *pings;
  size_t ping_count;
  bool ping_output;
  char *on_failure;
  size_t memory; /* bytes; 0: not set */
  struct grants grants;
  struct buffer schedule; /* profile_schedule.h */
  struct webhook_config webhooks;
  char *status; /* as listener_is_loopback wants it */
};

/* Sets nothing yet. */
void profile_settings_init(struct profile_settings *settings);

/* Takes the setting whose name and value are on top of the stack. False with CONFIG_INVALID and
   what is wrong with it, or OUT_OF_MEMORY. */
bool profile_settings_take(lua_State *L, struct profile_settings *settings,
                           struct failure *failure);

/* Whether one of them is a secret. */
bool profile_settings_are_secret(const struct profile_settings *settings);

/* Writes over what is secret. Idempotent. */
void profile_settings_free(struct profile_settings *settings);

#endif
