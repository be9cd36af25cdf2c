#include "json_patch.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_plain.h"

struct patch {
  const char *at;
  const char *end;
  const char *copied; /* everything before it is in `out` already */
  struct buffer *out;
  const struct json_slot *slot; /* the next one to come */
  const struct json_slot *slots_end;
  size_t ordinal; /* of the next number or empty container */
};

/* Appends the text up to `to`, then `bytes`, and goes on behind `next`. */
static bool replace(struct patch *patch, const char *to, const char *bytes, size_t length,
                    const char *next) {
  if (!buffer_append(patch->out, patch->copied, (size_t)(to - patch->copied)) ||
      !buffer_append(patch->out, bytes, length))
    return false;
  patch->copied = patch->at = next;
  return true;
}

/* Writes the digits backwards from `end` and returns where they begin. */
static char *format_integer(int64_t value, char *end) {
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--end = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0) *--end = '-';
  return end;
}

static bool reads_back(const char *text, double number) {
  double read = strtod(text, NULL);
  return read == number && signbit(read) == signbit(number);
}

/* Writes a float into `text`: as it was printed if that says it all, else with as few digits more
   as it takes, and always so that it is seen to be a float. */
static size_t format_float(double number, const char *printed, size_t length, char *text,
                           size_t size) {
  if (length < size / 2 && reads_back(printed, number)) {
    memcpy(text, printed, length);
    text[length] = '\0';
  } else {
    for (int digits = 15; digits <= 17; digits++) {
      length = (size_t)snprintf(text, size, "%.*g", digits, number);
      if (reads_back(text, number)) break;
    }
  }
  if (!strpbrk(text, ".eE")) {
    memcpy(text + length, ".0", 3);
    length += 2;
  }
  return length;
}

/* The slot of the number or empty container that is next, or NULL if it needs nothing. */
static const struct json_slot *take_slot(struct patch *patch) {
  size_t ordinal = patch->ordinal++;
  if (patch->slot == patch->slots_end || patch->slot->ordinal != ordinal) return NULL;
  return patch->slot++;
}

static bool patch_number(struct patch *patch) {
  const char *start = patch->at, *end = start;
  while ((*end >= '0' && *end <= '9') || *end == '-' || *end == '+' || *end == '.' || *end == 'e' ||
         *end == 'E')
    end++;
  patch->at = end;
  const struct json_slot *slot = take_slot(patch);
  if (!slot || slot->kind == JSON_EMPTY_ARRAY) return true;
  char text[64];
  if (slot->kind == JSON_FLOAT) {
    size_t length =
        format_float(slot->value.number, start, (size_t)(end - start), text, sizeof text);
    return replace(patch, start, text, length, end);
  }
  char *digits = format_integer(slot->value.integer, text + sizeof text);
  return replace(patch, start, digits, (size_t)(text + sizeof text - digits), end);
}

static bool patch_container(struct patch *patch, char closing) {
  const char *start = patch->at++;
  if (*patch->at != closing) return true;
  const struct json_slot *slot = take_slot(patch);
  return replace(patch, start, slot ? "[]" : "{}", 2, patch->at + 1);
}

static bool patch_string(struct patch *patch) {
  patch->at++;
  for (;;) {
    const char *at = patch->at = json_skip_plain(patch->at, patch->end);
    if (at == patch->end) return true;
    if (*at != '\\' || patch->end - at < 2) {
      patch->at++;
      return true;
    }
    if (at[1] == '/') {
      if (!replace(patch, at, "/", 1, at + 2)) return false;
    } else {
      patch->at += 2;
    }
  }
}

static bool patch_next(struct patch *patch) {
  switch (*patch->at) {
    case '"':
      return patch_string(patch);
    case '{':
      return patch_container(patch, '}');
    case '[':
      return patch_container(patch, ']');
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return patch_number(patch);
    default:
      patch->at++;
      return true;
  }
}

bool json_has_escaped_slash(const char *text, size_t length) {
  const char *end = text + length;
  const char *at = text;
  while ((at = memchr(at, '\\', (size_t)(end - at))) && at + 1 < end) {
    if (at[1] == '/') return true;
    at += 2;
  }
  return false;
}

bool json_patch(const char *text, size_t length, const struct json_slot *slots, size_t count,
                size_t total, struct buffer *out, struct failure *failure) {
  struct patch patch = {.at = text,
                        .end = text + length,
                        .copied = text,
                        .out = out,
                        .slot = slots,
                        .slots_end = slots + count};
  bool written = true;
  while (written && patch.at < patch.end) written = patch_next(&patch);
  if (!written || !replace(&patch, patch.end, "", 0, patch.end)) {
    if (errno == ENOBUFS) return failure_set(failure, "JSON_TOO_LARGE", "the text is too large");
    return failure_set(failure, "OUT_OF_MEMORY", "not enough memory");
  }
  if (patch.ordinal != total || patch.slot != patch.slots_end)
    return failure_set(failure, "NOT_ENCODABLE", "the value changed while it was encoded");
  return true;
}
