/* Base64 with padding (RFC 4648, section 4), as HTTP's Basic authentication wants it. */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* Appends the text that stands for `length` bytes. False when memory ran out or the buffer's
   maximum is reached. */
bool base64_encode(struct buffer *out, const void *bytes, size_t length);

#endif
