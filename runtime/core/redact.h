/* Cuts a secret out of text that came from somewhere else, however it is written there. */
#ifndef CORE_REDACT_H
#define CORE_REDACT_H

#include <stddef.h>

/* Writes "[secret]" over each place of `text` where `secret` stands: as it is, percent-encoded
   (RFC 3986) or escaped as in JSON, wholly or in part; in hexadecimal; or inside Base64 of either
   alphabet (RFC 4648), as in a Basic credential, where all that belongs to that Base64 goes.
   Secrets of less than 8 bytes, such as a sandbox's, are words that occur by themselves: they stay.
   Returns the new length, which is never more than `length`. */
size_t redact(char *text, size_t length, const char *secret);

#endif
