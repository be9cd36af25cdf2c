#include "witness.h"

#include <errno.h>
#include <string.h>

#include "../core/exit_code.h"

enum { TAIL_MOST = 64 * 1024 };

int witness_open(struct witness *witness, const struct run_options *options,
                 const struct profile *profile, struct log *log, struct failure *failure) {
  struct notice *notice = &witness->notice;
  if (!notice_open(notice, options, profile, failure))
    return strcmp(failure->code, "USAGE") == 0 ? EXIT_USAGE : EXIT_CONFIG;
  if (!options->quiet && !options->keep_output && !notice_wants_output(notice)) return EXIT_DONE;
  if (!output_hold(&witness->output, options->quiet, options->state, failure))
    return EXIT_TEMPORARY;
  log->numbers_text = true;
  output_hide_text(&witness->output, notice->ping);
  return EXIT_DONE;
}

void witness_open_without_profile(struct witness *witness, const struct run_options *options) {
  struct run_options known = *options;
  known.ping = NULL;
  if (!notice_open(&witness->notice, &known, NULL, NULL)) notice_close(&witness->notice);
}

int witness_end(struct witness *witness, struct notice_end *end) {
  struct buffer tail;
  int exit_code = end->exit_code;
  buffer_init(&tail, TAIL_MOST);
  end->exit_code = output_look(&witness->output, exit_code, &tail);
  end->tail = &tail;
  int error = errno; /* why standard output did not take it */
  notice_end(&witness->notice, end);
  notice_close(&witness->notice);
  buffer_free(&tail);
  exit_code = output_release(&witness->output, exit_code);
  errno = error;
  return exit_code;
}
