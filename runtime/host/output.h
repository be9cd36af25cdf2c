/* What a run prints is held, by a process of its own (keeper.h): kept in the history, and with
   --quiet said only where the run fails. It is all that comes on standard output and error, the
   script's, ours, and that of commands that the script starts. */
#ifndef HOST_OUTPUT_H
#define HOST_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../core/buffer.h"
#include "../core/config.h"
#include "../core/failure.h"

struct output {
  bool held, quiet;
  int control;
  int own[2]; /* standard output and error as they were */
  pid_t keeper;
};

/* From now on it is held. `folder` is the one that --state names, or NULL. Call it before anything
   is open. False: no descriptors, no processes, no memory. */
bool output_hold(struct output *output, bool quiet, const char *folder, struct failure *failure);

/* What must not be kept: the secrets of the configuration; any other, NULL is fine. */
void output_hide(const struct output *output, const struct config *config);
void output_hide_text(const struct output *output, const char *secret);

/* The run's number: in the history that is in the state folder it is kept. */
void output_number(const struct output *output, int64_t run);

/* The run is not in the history, since that cannot be used. */
void output_missed(const struct output *output);

/* The run is at its end. Appends to `tail` the last that was printed, without secrets. Returns the
   exit code, which is another one where standard output has not taken what was printed. */
int output_look(const struct output *output, int exit_code, struct buffer *tail);

/* Says and keeps what there is, and puts the streams back. Returns the exit code, likewise. Nothing
   happens where nothing is held. */
int output_release(struct output *output, int exit_code);

#endif
