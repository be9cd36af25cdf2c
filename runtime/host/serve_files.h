/* What a daemon reads: its profile, and what its files register, as a process of its own for each
   of them tells it. */
#ifndef HOST_SERVE_FILES_H
#define HOST_SERVE_FILES_H

#include "../core/loop.h"
#include "profile.h"
#include "registrations.h"
#include "serve.h"

/* The profile in force; NULL where nothing asks for one. False as profile_open. */
bool serve_open_profile(const struct serve_options *options, struct profile **profile,
                        struct failure *failure);

/* Reads `file`, or the profile's schedule where it is NULL, and adds what it registers. The loop
   goes on meanwhile. The exit code where it cannot be taken, which has been said: to whoever starts
   the daemon where it `begins`, in the log otherwise. */
int serve_read_file(const struct serve_options *options, struct loop *loop, const char *file,
                    bool begins, struct registrations *registrations);

/* Says likewise why something failed. Returns `exit_code`. */
int serve_tell_failure(const struct serve_options *options, const struct failure *failure,
                       bool begins, int exit_code);

#endif
