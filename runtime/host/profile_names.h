/* The names of the profiles that the configuration has. */
#ifndef HOST_PROFILE_NAMES_H
#define HOST_PROFILE_NAMES_H

#include <stdbool.h>

#include "../core/buffer.h"

/* Appends each name and a line end, in no order; those with a control character are left out.
   False where there is no configuration, it cannot be read, or memory ran out. */
bool profile_names(struct buffer *names);

#endif
