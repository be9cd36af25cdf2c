#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "text.h"

bool failure_set(struct failure *failure, const char *code, const char *format, ...) {
  if (failure) {
    va_list arguments;
    snprintf(failure->code, sizeof failure->code, "%s", code);
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    text_tame(failure->message); /* it may name a file or a word that somebody else chose */
  }
  return false;
}
