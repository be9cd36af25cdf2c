/* Digests, random bytes and the spelling that both have in URLs. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

enum { DIGEST_SHA256_SIZE = 32 };

/* SHA-256 (FIPS 180-4) of `length` bytes. False when the library refuses; then `out` is zeroed. */
bool digest_sha256(const void *data, size_t length, unsigned char out[DIGEST_SHA256_SIZE]);

/* HMAC-SHA-256 (RFC 2104) of `length` bytes under `key`. False as above. */
bool digest_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                        unsigned char out[DIGEST_SHA256_SIZE]);

/* Whether both hold the same bytes, in a time that tells their lengths and nothing else. */
bool digest_equal(const void *left, size_t left_length, const void *right, size_t right_length);

/* Fills `bytes` with what nobody can guess. False when the system has none to give; then it is
   zeroed and must not be used. */
bool digest_random(void *bytes, size_t length);

/* Appends Base64 with padding (RFC 4648, section 4), as HTTP's Basic authentication wants it. False
   as below. */
bool digest_base64_encode(struct buffer *out, const void *bytes, size_t length);

/* Appends base64url without padding (RFC 4648, section 5). False, with `out` as it
   was, where that would be more than its maximum. */
bool digest_base64url_encode(struct buffer *out, const void *bytes, size_t length);

/* Appends the bytes that such text stands for. False, with `out` as it was, where it is none:
   another alphabet, padding, a length that nothing encodes to, bits that are left over and set; or
   more than its maximum. */
bool digest_base64url_decode(struct buffer *out, const char *text, size_t length);

#endif
