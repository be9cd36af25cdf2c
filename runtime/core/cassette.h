/* The file that the traffic of a run is kept in. What stands in it is not known here, but for how
   it begins: that is what tells a cassette from a file that must not be overwritten. */
#ifndef CORE_CASSETTE_H
#define CORE_CASSETTE_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "failure.h"

struct cassette;

/* Opens the file at `path` for writing and empties it; it is readable by its owner alone. NULL with
   CASSETTE_UNUSABLE where it cannot be opened, holds anything but a cassette, or is being written
   by another run. */
struct cassette *cassette_create(const char *path, struct failure *failure);

/* Appends at once, without a buffer in between, so that what a killed run leaves ends with a whole
   recording or inside its last one. False with CASSETTE_FAILED: a full disk, say. */
bool cassette_write(struct cassette *cassette, const char *text, size_t length,
                    struct failure *failure);

/* False with CASSETTE_FAILED where the system says only now that something was not written; NULL is
   fine. */
bool cassette_close(struct cassette *cassette, struct failure *failure);

/* Appends the file's text to `text`. False with CASSETTE_UNUSABLE. */
bool cassette_read(const char *path, struct buffer *text, struct failure *failure);

#endif
