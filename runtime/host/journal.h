/* The journal of a run (core/journal.h): when it is opened, and when it is closed. */
#ifndef HOST_JOURNAL_H
#define HOST_JOURNAL_H

#include "../bind/context.h"

/* How the account that a run works for is called, as in lofty.state (stdlib/lofty/store.lua). To be
   freed; NULL where memory ran out. `profile` may be NULL. */
char *run_account(bool sandbox, const char *profile, const char *base_url);

/* Opens the context's journal and records the run of `script` in it, which began at that time of
   day (milliseconds since 1970); no run where `script` is NULL. */
bool run_journal_open(struct context *context, const char *script, int64_t began,
                      struct failure *failure);

/* Records how the run ended, and closes the journal. Idempotent. */
void run_journal_close(struct context *context, int exit_code);

#endif
