/* The exit codes of loftyrun: a contract that crontabs rely on. `loftyrun help exit-codes` prints
   the same list from cmd/help.c. */
#ifndef CORE_EXIT_CODE_H
#define CORE_EXIT_CODE_H

enum exit_code {
  EXIT_DONE = 0,
  EXIT_SCRIPT = 1,       /* the script failed with an error of its own */
  EXIT_USAGE = 2,        /* the command line is wrong */
  EXIT_CONFIG = 3,       /* configuration or credentials */
  EXIT_REFUSED = 4,      /* Lofty refused: an uncaught Lofty error */
  EXIT_TEMPORARY = 5,    /* unreachable, server error, rate limited: run again later */
  EXIT_LIMIT = 6,        /* a time, memory or request limit was reached */
  EXIT_LOCKED = 7,       /* another run holds the lock */
  EXIT_ITEMS_FAILED = 8, /* finished, but some items failed */
  EXIT_SIGINT = 130,
  EXIT_SIGPIPE = 141, /* nobody reads standard output any more */
  EXIT_SIGTERM = 143
};

#endif
