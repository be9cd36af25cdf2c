/* loftyrun doctor: whether all is there that runs need, and what to do where it is not. */
#ifndef HOST_DOCTOR_H
#define HOST_DOCTOR_H

#include <stdbool.h>

struct doctor_options {
  const char *profile;           /* --profile, or NULL */
  const char *sandbox_seed;      /* ask a sandbox of one's own, or NULL */
  const char *state;             /* --state, or NULL */
  const char *certificate, *key; /* files that serve --listen is to show; or NULL */
  double timeout;                /* seconds for what is asked outside; 0: the usual ones */
  bool json;
  const char *const *checks; /* only these, ended by NULL; none of them: all */
};

/* Looks at everything, prints what it finds on standard output and returns EXIT_DONE, or the exit
   code of the first problem. Changes nothing but the shared count of calls
   (core/quota.h), makes no call that writes, shows no secret; whatever
   is broken it goes on with the rest. What is asked outside has a time. */
int doctor_run(const struct doctor_options *options);

#endif
