/* Small helpers over words: suggestions for misspelt names, percent-encoding, sizes. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

/* The number of single-character insertions, deletions, replacements and swaps of neighbours that
   turn `left` into `right`, letter case ignored; anything above `limit` counts as limit + 1. */
size_t text_distance(const char *left, const char *right, size_t limit);

/* The index of the word in `words` nearest to `word`, or -1 when none is near enough to suggest:
   within a third of its length, at least one. */
int text_nearest(const char *word, const char *const *words, size_t count);

/* How many bytes at the beginning are RFC 3986's unreserved characters. */
size_t text_unreserved_length(const char *bytes, size_t length);

/* Appends `bytes` with everything but RFC 3986's unreserved characters percent-encoded. */
bool text_percent_encode(struct buffer *out, const char *bytes, size_t length);

/* The length of the control character at the beginning of a text in UTF-8, which a terminal might
   obey: 1 for U+0000 to U+001F and U+007F, 2 for U+0080 to U+009F, else 0. */
size_t text_control_length(const char *text);

/* Puts ? in the place of each, but for line ends and tabs. */
void text_tame(char *text);

/* The bytes of a size such as "256M", with K, M or G for a power of 1024; false where it is none,
   or nothing, or beyond size_t. */
bool text_byte_count(const char *text, size_t *count);

#endif
