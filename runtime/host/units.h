/* Units of systemd: their texts, and the files that hold them. */
#ifndef HOST_UNITS_H
#define HOST_UNITS_H

#include <stdbool.h>

#include "../core/buffer.h"
#include "../core/failure.h"
#include "../core/zone.h"
#include "install.h"

enum { UNIT_MAXIMUM = 512 * 1024, UNIT_PATH = 1024 };

/* Appends the timer of a job. False with ZONE_UNKNOWN, ZONE_RANGE or OUT_OF_MEMORY. */
bool unit_timer(const struct install_job *job, struct zones *zones, int64_t now, struct buffer *out,
                struct failure *failure);

/* Appends the service that a job's timer starts. False with USAGE where systemd could not hold its
   words, or OUT_OF_MEMORY. */
bool unit_job(const struct install_job *job, bool is_user, struct buffer *out,
              struct failure *failure);

/* Appends the service of loftyrun serve. False as unit_job. */
bool unit_serve(char *const *words, bool is_user, struct buffer *out, struct failure *failure);

/* Writes the path of a unit to `path`. False with CANNOT_WRITE. */
bool unit_path(const struct install_target *target, const char *name, char path[UNIT_PATH],
               struct failure *failure);

/* Puts the text into the file, as a whole or not at all; `*changed` tells whether it was another
   before. False with CANNOT_WRITE, also where the file is there and not ours. */
bool unit_write(const char *path, const struct buffer *text, bool *changed,
                struct failure *failure);

#endif
