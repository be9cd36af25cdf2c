/* How core says that something failed: a code from the documented list and one sentence. */
#ifndef CORE_FAILURE_H
#define CORE_FAILURE_H

#include <stdbool.h>

struct failure {
  char code[32];
  char message[512];
};

/* Fills `failure` (which may be NULL) and returns false, so that `return failure_set(...)` ends a
   function that reports success as a bool. `code` is a name such as "CONNECT_FAILED". */
bool failure_set(struct failure *failure, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
