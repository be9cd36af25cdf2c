/* Checking UTF-8 (RFC 3629). */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stddef.h>

/* How many of the first bytes are well-formed UTF-8: `length` when all of it is, else the offset of
   the first byte that begins no valid character (overlong forms, surrogates, values above U+10FFFF
   and characters cut short are not valid). */
size_t utf8_valid_length(const char *text, size_t length);

#endif
