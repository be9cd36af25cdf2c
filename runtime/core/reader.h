/* Whether anybody reads what is written. */
#ifndef CORE_READER_H
#define CORE_READER_H

#include <stdbool.h>

/* Whether what reads from the pipe, socket or terminal behind `fd` has gone away; a file or a
   device has nobody who could. To be asked where a write has failed: errno is long gone when
   standard output is flushed in the end. */
bool reader_is_gone(int fd);

#endif
