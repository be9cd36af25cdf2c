#include "quota.h"

#include <stdio.h>

#include "../core/folder.h"
#include "../core/url.h"

enum {
  LAYOUT = 1,             /* of struct quota_memory: another one is another file */
  DOCUMENTED_LIMIT = 500, /* Lofty's, for an application in production */
  PATH_LENGTH = 1024
};

static bool find_folder(char *path, size_t size, const char *state, struct failure *failure) {
  char folder[PATH_LENGTH];
  if (!folder_default(folder, sizeof folder, failure)) {
    if (!state) return false;
    snprintf(folder, sizeof folder, "%s", state);
  }
  int length = snprintf(path, size, "%s/quota", folder);
  if (length > 0 && (size_t)length < size) return true;
  return failure_set(failure, "STATE_UNUSABLE", "the path of the state folder is too long");
}

static struct shared *open_shared(const struct config *config, const char *state,
                                  const struct log *log) {
  char path[PATH_LENGTH];
  struct failure failure;
  struct shared *shared = NULL;
  if (find_folder(path, sizeof path, state, &failure) &&
      shared_open(path, config->credential.identity, LAYOUT, sizeof(struct quota_memory), &shared,
                  &failure))
    return shared;
  struct log_field why = {.name = "why", .value = failure.message};
  log_write(log, LOG_LEVEL_WARN,
            "Lofty's limit of calls is not shared with other runs on this machine", &why, 1);
  return NULL;
}

bool run_quota_open(struct run_quota *quota, const struct config *config, const char *state,
                    bool alone, unsigned ceiling, const struct log *log) {
  if (quota->shared) return true;
  if (!alone) quota->shared = open_shared(config, state, log);
  if (!quota->shared) quota->shared = shared_private(sizeof(struct quota_memory));
  if (!quota->shared) return false;
  quota->quota = (struct quota){.memory = shared_memory(quota->shared),
                                .ceiling = ceiling,
                                .start = url_is_loftys(config->base_url) ? DOCUMENTED_LIMIT : 0};
  return true;
}

void run_quota_close(struct run_quota *quota) {
  shared_close(quota->shared);
  quota->shared = NULL;
}
