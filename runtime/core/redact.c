#include "redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SHORTEST_SECRET = 8 };

static const char replacement[] = "[secret]";

struct text {
  const char *bytes;
  size_t length;
};

static int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  char lower = (char)(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The value of `count` hexadecimal digits at `place`, -1 where they are none. */
static int hex_value(struct text text, size_t place, size_t count) {
  int value = 0;
  if (place + count > text.length) return -1;
  for (size_t i = 0; i < count; i++) {
    int digit = hex_digit(text.bytes[place + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* How many bytes at `place` stand for `wanted`: itself, %XX, \uXXXX or \ and itself; 0: they do
   not. A percent sign may have been encoded once more, as %25XX. */
static size_t written_as(struct text text, size_t place, unsigned char wanted) {
  if (place >= text.length) return 0;
  char first = text.bytes[place];
  if (first == '%' && hex_value(text, place + 1, 2) == '%' &&
      hex_value(text, place + 3, 2) == wanted)
    return 5;
  if (first == '%' && hex_value(text, place + 1, 2) == wanted) return 3;
  char second = first == '\\' && place + 1 < text.length ? text.bytes[place + 1] : '\0';
  if (second == 'u' && hex_value(text, place + 2, 4) == wanted) return 6;
  if (second && (unsigned char)second == wanted) return 2;
  return (unsigned char)first == wanted;
}

static size_t match_written(struct text text, size_t place, const char *secret) {
  size_t end = place, size = strlen(secret);
  if (size <= text.length - place && memcmp(text.bytes + place, secret, size) == 0) return size;
  for (; *secret; secret++) {
    size_t length = written_as(text, end, (unsigned char)*secret);
    if (length == 0) return 0;
    end += length;
  }
  return end - place;
}

static size_t match_hex(struct text text, size_t place, const char *secret) {
  size_t end = place;
  for (; *secret; secret++, end += 2)
    if (hex_value(text, end, 2) != (unsigned char)*secret) return 0;
  return end - place;
}

/* The six bits that a character of Base64 stands for, -1 for one that is none. */
static int sextet(char character) {
  if (character >= 'A' && character <= 'Z') return character - 'A';
  if (character >= 'a' && character <= 'z') return character - 'a' + 26;
  if (character >= '0' && character <= '9') return character - '0' + 52;
  if (character == '+' || character == '-') return 62;
  return character == '/' || character == '_' ? 63 : -1;
}

/* Whether the Base64 at `place` holds the secret from the bit `skipped` on: 0, 2 or 4 bits of its
   first character belong to what comes before. */
static bool holds(struct text text, size_t place, unsigned skipped, const char *secret) {
  uint32_t bits = 0;
  unsigned count = 0;
  int value = sextet(text.bytes[place]);
  if (value < 0) return false;
  bits = (uint32_t)value & ((1u << (6 - skipped)) - 1);
  count = 6 - skipped;
  for (place++; *secret; secret++) {
    while (count < 8) {
      if (place >= text.length || (value = sextet(text.bytes[place++])) < 0) return false;
      bits = (bits << 6 | (uint32_t)value) & 0x3FFF;
      count += 6;
    }
    count -= 8;
    if ((bits >> count & 0xFF) != (unsigned char)*secret) return false;
  }
  return true;
}

/* Base64 that holds the secret is taken away whole, up to its end. */
static size_t match_base64(struct text text, size_t place, const char *secret) {
  if (!holds(text, place, 0, secret) && !holds(text, place, 2, secret) &&
      !holds(text, place, 4, secret))
    return 0;
  size_t end = place;
  while (end < text.length && (sextet(text.bytes[end]) >= 0 || text.bytes[end] == '=')) end++;
  return end - place;
}

static size_t match(struct text text, size_t place, const char *secret) {
  size_t length = match_written(text, place, secret);
  if (length == 0) length = match_hex(text, place, secret);
  return length > 0 ? length : match_base64(text, place, secret);
}

size_t redact(char *text, size_t length, const char *secret) {
  const struct text given = {.bytes = text, .length = length};
  size_t written = 0;
  if (strlen(secret) < SHORTEST_SECRET) return length;
  for (size_t place = 0; place < length;) {
    size_t found = match(given, place, secret);
    if (found == 0) {
      text[written++] = text[place++];
      continue;
    }
    memcpy(text + written, replacement, sizeof replacement - 1);
    written += sizeof replacement - 1;
    place += found;
  }
  return written;
}
