#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Text that people send is nearly all ASCII, so that is passed over 32 bytes at a time. */
static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end) {
  while (end - at >= 32) {
    uint64_t words[4];
    memcpy(words, at, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080)) break;
    at += 32;
  }
  while (at < end && *at < 0x80) at++;
  return at;
}

static int is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/* The length of the character at `at`, which is not ASCII; 0 when it is malformed. */
static size_t character_length(const unsigned char *at, const unsigned char *end) {
  size_t left = (size_t)(end - at);
  unsigned char first = at[0];
  if (first < 0xC2 || first > 0xF4 || left < 2) return 0;
  unsigned char second = at[1];
  if (first < 0xE0) return is_continuation(second) ? 2 : 0;
  /* The second byte's range shuts out overlong forms, surrogates and what lies past U+10FFFF. */
  unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high || left < 3 || !is_continuation(at[2])) return 0;
  if (first < 0xF0) return 3;
  return left >= 4 && is_continuation(at[3]) ? 4 : 0;
}

size_t utf8_valid_length(const char *text, size_t length) {
  const unsigned char *start = (const unsigned char *)text;
  const unsigned char *end = start + length;
  const unsigned char *at = start;
  while ((at = skip_ascii(at, end)) < end) {
    size_t step = character_length(at, end);
    if (step == 0) break;
    at += step;
  }
  return (size_t)(at - start);
}
