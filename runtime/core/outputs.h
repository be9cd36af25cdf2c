/* What runs have printed, as far as it is kept: the first and the last of it, standard output and
   standard error in the order in which they came, as UTF-8. It goes with its run (journal.h).

   Failures are those of store.h. */
#ifndef CORE_OUTPUTS_H
#define CORE_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "store.h"

struct output_text {
  const char *head;
  size_t head_length;
  int64_t left_out; /* bytes between the two */
  const char *tail;
  size_t tail_length; /* 0 where nothing was left out */
};

/* Keeps what a run has printed so far, in the place of what was kept of it. */
bool outputs_keep(struct store *store, int64_t run, const struct output_text *text,
                  struct failure *failure);

/* Called with what is kept; its texts are gone when it returns. */
typedef void outputs_visit(void *context, const struct output_text *text);
enum store_answer outputs_find(struct store *store, int64_t run, outputs_visit *visit,
                               void *context, struct failure *failure);

/* Forgets it. */
bool outputs_forget(struct store *store, int64_t run, struct failure *failure);

#endif
