/* Passing over the plain bytes of a JSON string, many at a time: inline, for most are few. */
#ifndef CORE_JSON_PLAIN_H
#define CORE_JSON_PLAIN_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline const char *json_skip_plain_bytes(const char *at, const char *end) {
  while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') at++;
  return at;
}

#ifdef __SSE2__

/* The first byte at or after `at` that a JSON string may not hold as it is: a quotation mark, a
   backslash, a control character; `end` if there is none. */
static inline const char *json_skip_plain(const char *at, const char *end) {
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(' ' - 1);
  while (end - at >= 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    __m128i found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    int places = _mm_movemask_epi8(found);
    if (places) return at + __builtin_ctz((unsigned)places);
    at += 16;
  }
  return json_skip_plain_bytes(at, end);
}

#else

#define JSON_ONES UINT64_C(0x0101010101010101)

static inline const char *json_skip_plain(const char *at, const char *end) {
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    /* In each of the three, the lowest byte whose top bit is set is one looked for: the bytes that
       equal a quotation mark, those that equal a backslash, those below the space. */
    uint64_t quote = word ^ ('"' * JSON_ONES), backslash = word ^ ('\\' * JSON_ONES);
    uint64_t found = (((quote - JSON_ONES) & ~quote) | ((backslash - JSON_ONES) & ~backslash) |
                      ((word - ' ' * JSON_ONES) & ~word)) &
                     (0x80 * JSON_ONES);
    if (found) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      return at + (__builtin_ctzll(found) >> 3);
#else
      return json_skip_plain_bytes(at, end);
#endif
    }
    at += 8;
  }
  return json_skip_plain_bytes(at, end);
}

#endif

#endif
