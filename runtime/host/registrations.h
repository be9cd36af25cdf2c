/* What files register with lofty.on: told by a process of its own, so that no code of a script runs
   in the daemon, and read by the daemon.

   `loftyrun job check -o jsonl FILE` writes one line for each job or
   handler: an object with its options,
   times in milliseconds, and the digest of the text that it comes from. */
#ifndef HOST_REGISTRATIONS_H
#define HOST_REGISTRATIONS_H

#include "../core/inbox_work.h"
#include "../core/schedule_jobs.h"
#include "run.h"

/* Runs the file's own code, which registers, and appends what it has registered to `lines`. Returns
   the exit code; all has been said on standard error. What the file prints goes there too. */
int registrations_tell(const struct run_options *options, const char *path, struct buffer *lines);

/* The same of what the profile in force schedules, `loftyrun job check -o jsonl` without a FILE.
   The jobs are scripts, which are compiled and not run; each line has its own file and digest, and
   its arguments. */
int registrations_tell_profile(const struct run_options *options, struct buffer *lines);

/* Registrations, with all that they point to. Zeroed before it is first used. */
struct registrations {
  struct schedule_registration *list;
  size_t count;
  struct inbox_registration *handlers;
  size_t handler_count;
  struct registrations_part *parts;
};

/* Takes what registrations_tell has written of the file `path`. `text`, which it then owns, is the
   file's; where it is not the one that was told of, CHANGED. False with BAD_REGISTRATION, CHANGED
   or OUT_OF_MEMORY; or with NAME_TAKEN where a name is there already, of another file. */
bool registrations_take(struct registrations *registrations, const char *path,
                        const struct buffer *lines, struct buffer *text, struct failure *failure);

/* Takes what registrations_tell_profile has written, and reads the scripts. False likewise, or with
   CANNOT_READ. */
bool registrations_take_profile(struct registrations *registrations, const struct buffer *lines,
                                struct failure *failure);

/* Idempotent. */
void registrations_free(struct registrations *registrations);

#endif
