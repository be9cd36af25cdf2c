#include "digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The library says with 0 that all is well. */
static bool settle(int status, void *out, size_t size) {
  if (status == 0) return true;
  memset(out, 0, size);
  return false;
}

bool digest_sha256(const void *data, size_t length, unsigned char out[DIGEST_SHA256_SIZE]) {
  int status = gnutls_hash_fast(GNUTLS_DIG_SHA256, length ? data : "", length, out);
  return settle(status, out, DIGEST_SHA256_SIZE);
}

bool digest_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
                        unsigned char out[DIGEST_SHA256_SIZE]) {
  int status = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_length ? key : "", key_length,
                                length ? data : "", length, out);
  return settle(status, out, DIGEST_SHA256_SIZE);
}

bool digest_equal(const void *left, size_t left_length, const void *right, size_t right_length) {
  if (left_length != right_length) return false;
  return left_length == 0 || gnutls_memcmp(left, right, left_length) == 0;
}

bool digest_random(void *bytes, size_t length) {
  return settle(gnutls_rnd(GNUTLS_RND_KEY, bytes, length), bytes, length);
}

/* Takes back what was appended since `length`. Returns false. */
static bool take_back(struct buffer *out, size_t length) {
  out->length = length;
  if (out->data) out->data[length] = '\0';
  return false;
}

/* Overwritten first: it may stand for a secret. */
static void release(gnutls_datum_t *text) {
  explicit_bzero(text->data, text->size);
  gnutls_free(text->data);
}

/* The library's, to be released; false where memory ran out or `length` is too large for it. */
static bool encode(const void *bytes, size_t length, gnutls_datum_t *text) {
  if (length > INT32_MAX) return false;
  const gnutls_datum_t given = {.data = (unsigned char *)bytes, .size = (unsigned)length};
  return gnutls_base64_encode2(&given, text) == 0;
}

bool digest_base64_encode(struct buffer *out, const void *bytes, size_t length) {
  gnutls_datum_t text;
  if (length == 0) return true;
  if (!encode(bytes, length, &text)) return false;
  bool fine = buffer_append(out, text.data, text.size);
  release(&text);
  return fine;
}

bool digest_base64url_encode(struct buffer *out, const void *bytes, size_t length) {
  gnutls_datum_t text;
  if (length == 0) return true;
  if (!encode(bytes, length, &text)) return false;
  size_t size = length / 3 * 4 + (length % 3 ? length % 3 + 1 : 0);
  for (size_t i = 0; i < size; i++)
    text.data[i] = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
  bool fine = buffer_append(out, text.data, size);
  release(&text);
  return fine;
}

/* Three bytes of up to four digits; how many there are, or -1 where the digits are none. */
static int decode_group(const char *digits, size_t count, unsigned char bytes[3]) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 4; i++) {
    const char *place = i < count && digits[i] ? strchr(alphabet, digits[i]) : NULL;
    if (i < count && !place) return -1;
    bits = bits << 6 | (place ? (uint32_t)(place - alphabet) : 0);
  }
  bytes[0] = (unsigned char)(bits >> 16);
  bytes[1] = (unsigned char)(bits >> 8);
  bytes[2] = (unsigned char)bits;
  int made = (int)count - 1;
  uint32_t unused = made == 1 ? 0xFFFF : made == 2 ? 0xFF : 0;
  return made == 0 || bits & unused ? -1 : made;
}

bool digest_base64url_decode(struct buffer *out, const char *text, size_t length) {
  size_t before = out->length;
  for (size_t at = 0; at < length; at += 4) {
    unsigned char bytes[3];
    int made = decode_group(text + at, length - at < 4 ? length - at : 4, bytes);
    if (made > 0 && buffer_append(out, bytes, (size_t)made)) continue;
    return take_back(out, before);
  }
  return true;
}
