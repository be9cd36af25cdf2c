/* Signals of a process that runs no scripts, told inside loop_step: SIGTERM, SIGINT, SIGHUP and
   SIGCHLD. A run has host/interrupt.h. */
#ifndef HOST_SIGNALS_H
#define HOST_SIGNALS_H

#include <stdbool.h>

#include "../core/failure.h"
#include "../core/loop.h"

/* Called with the number of each that has come since, once however often it came. */
typedef void signals_fn(void *context, int number);

/* Takes them over. */
bool signals_install(struct loop *loop, signals_fn *function, void *context,
                     struct failure *failure);

/* Sets what happens at a signal; what it interrupts goes on. */
void signals_handle(int number, void (*handler)(int));

/* Gives them back to their defaults. Idempotent. */
void signals_remove(struct loop *loop);

#endif
