#include "journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "../core/journal.h"
#include "profile.h"

char *run_account(bool sandbox, const char *profile, const char *base_url) {
  char *account = NULL;
  int length = sandbox ? asprintf(&account, "sandbox")
                       : asprintf(&account, "%s@%s", profile ? profile : PROFILE_DEFAULT, base_url);
  return length < 0 ? NULL : account;
}

bool run_journal_open(struct context *context, const char *script, int64_t began,
                      struct failure *failure) {
  char path[FOLDER_PATH_LENGTH];
  const char *folder;
  struct journal *journal = NULL;
  if (!context_folder(context, path, &folder, failure)) return false;
  char *account = run_account(context->sandbox, context->profile, context->config->base_url);
  if (!account) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  bool opened = context->dry.on ? journal_open_copy(folder, &journal, failure)
                                : journal_open(folder, &journal, failure);
  bool fine = opened && (!script || journal_begin_run(journal, script, account, began, failure));
  free(account);
  if (!fine) {
    journal_close(journal);
    return false;
  }
  context->journal = journal;
  return true;
}

void run_journal_close(struct context *context, int exit_code) {
  struct failure failure;
  if (!context->journal) return;
  if (journal_run_id(context->journal) && !journal_end_run(context->journal, exit_code, &failure)) {
    struct log_field why = {.name = "why", .value = failure.message};
    log_write(context->log, LOG_LEVEL_WARN,
              "the history will say that this run was killed: its end could not be recorded", &why,
              1);
  }
  journal_close(context->journal);
  context->journal = NULL;
}
