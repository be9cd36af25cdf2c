#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 64 };

static char lower(char character) { return (char)tolower((unsigned char)character); }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

size_t text_distance(const char *left, const char *right, size_t limit) {
  size_t rows = strlen(left);
  size_t columns = strlen(right);
  if (rows > LONGEST_WORD || columns > LONGEST_WORD) return limit + 1;
  /* Three rows suffice: this one, the one before, and the one before that for swaps. */
  size_t table[3][LONGEST_WORD + 1];
  for (size_t j = 0; j <= columns; j++) table[0][j] = j;
  for (size_t i = 1; i <= rows; i++) {
    size_t *current = table[i % 3];
    const size_t *previous = table[(i - 1) % 3];
    const size_t *earlier = table[(i + 1) % 3];
    current[0] = i;
    for (size_t j = 1; j <= columns; j++) {
      bool equal = lower(left[i - 1]) == lower(right[j - 1]);
      size_t cost = least(previous[j] + 1, current[j - 1] + 1);
      cost = least(cost, previous[j - 1] + (equal ? 0 : 1));
      if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
          lower(left[i - 2]) == lower(right[j - 1]))
        cost = least(cost, earlier[j - 2] + 1);
      current[j] = cost;
    }
  }
  return least(table[rows % 3][columns], limit + 1);
}

int text_nearest(const char *word, const char *const *words, size_t count) {
  size_t limit = strlen(word) / 3;
  if (limit < 1) limit = 1;
  int nearest = -1;
  for (size_t i = 0; i < count; i++) {
    size_t distance = text_distance(word, words[i], limit);
    if (distance > limit) continue;
    nearest = (int)i;
    if (distance == 0) break;
    limit = distance - 1; /* only a nearer one replaces it; the first of equals stays */
  }
  return nearest;
}

/* isalnum would follow the locale; the set is fixed. */
static bool is_unreserved(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

size_t text_unreserved_length(const char *bytes, size_t length) {
  size_t count = 0;
  while (count < length && is_unreserved(bytes[count])) count++;
  return count;
}

bool text_percent_encode(struct buffer *out, const char *bytes, size_t length) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < length; i++) {
    size_t plain = text_unreserved_length(bytes + i, length - i);
    if (!buffer_append(out, bytes + i, plain)) return false;
    i += plain;
    if (i == length) break;
    unsigned char byte = (unsigned char)bytes[i];
    char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
    if (!buffer_append(out, encoded, sizeof encoded)) return false;
  }
  return true;
}

size_t text_control_length(const char *text) {
  unsigned char first = (unsigned char)text[0];
  if (first < 0x20 || first == 0x7F) return 1;
  if (first != 0xC2) return 0;
  unsigned char second = (unsigned char)text[1];
  return second >= 0x80 && second < 0xA0 ? 2 : 0;
}

void text_tame(char *text) {
  for (; *text; text++)
    for (size_t left = *text == '\n' || *text == '\t' ? 0 : text_control_length(text); left > 0;
         left--)
      text[left - 1] = '?';
}

bool text_byte_count(const char *text, size_t *count) {
  static const char units[] = "KMG";
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  const char *unit = *end ? strchr(units, *end) : NULL;
  if (errno || !unit || end[1] != '\0' || number == 0) return false;
  unsigned shift = 10 * (unsigned)(unit - units + 1);
  if (number > SIZE_MAX >> shift) return false;
  *count = (size_t)number << shift;
  return true;
}
