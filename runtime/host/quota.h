/* A run's share of the quota that all runs on this machine have together (core/quota.h). */
#ifndef HOST_QUOTA_H
#define HOST_QUOTA_H

#include "../core/config.h"
#include "../core/log.h"
#include "../core/quota.h"
#include "../core/shared.h"

struct run_quota {
  struct quota quota;
  struct shared *shared; /* NULL: not opened */
};

/* Opens the quota of the configuration's credential, in the default state folder whatever --state
   says, for it is the machine's; in `state` where there is no home. For this process alone where
   `alone` is set, or where it cannot be shared, and then a warning says so. False when memory ran
   out. `ceiling` is in calls a minute, 0 for none. */
bool run_quota_open(struct run_quota *quota, const struct config *config, const char *state,
                    bool alone, unsigned ceiling, const struct log *log);

/* Idempotent. */
void run_quota_close(struct run_quota *quota);

#endif
