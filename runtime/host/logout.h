/* auth logout: the tokens of a profile are removed. */
#ifndef HOST_LOGOUT_H
#define HOST_LOGOUT_H

/* Removes the tokens of the profile (NULL: LOFTY_PROFILE, else "default") and says on standard
   output what became of them. Returns the exit code (core/exit_code.h). */
int logout_run(const char *profile);

#endif
