/* auth login: a person allows access in a browser, and the tokens are kept for a profile. */
#ifndef HOST_LOGIN_H
#define HOST_LOGIN_H

#include <stdbool.h>

struct login_options {
  const char *profile; /* name, or NULL */
  bool no_browser;     /* only print the address */
  bool has_port;
  unsigned port;  /* of the redirect address where has_port; 0: any free one */
  double timeout; /* seconds to wait for the person; 0: five minutes */
};

/* Prints the address to open on standard output, waits for the answer, from the browser or pasted,
   and keeps what it gives. Returns the exit code (core/exit_code.h); all else is said on standard
   error. */
int login_run(const struct login_options *options);

#endif
