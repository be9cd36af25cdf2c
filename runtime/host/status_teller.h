/* What the daemon's status page is made of, in a process of its own: `loftyrun job look`. */
#ifndef HOST_STATUS_TELLER_H
#define HOST_STATUS_TELLER_H

#include "run.h"

/* The most bytes of what it writes. */
enum { STATUS_MAXIMUM = 8 * 1024 * 1024 };

/* Writes to standard output a line of three numbers, the bytes of the page, of its style and of the
   numbers for Prometheus, and these three (stdlib/lofty/status). `facts` are what only the daemon
   knows, as NAME=VALUE, NULL-terminated. Returns the exit code; all has been said. */
int status_tell(const struct run_options *options, char **facts);

#endif
