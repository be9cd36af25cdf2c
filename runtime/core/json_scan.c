#include "json_scan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_plain.h"
#include "utf8.h"

/* Where the present value is, as a repair says it. */
struct place {
  uint32_t at;
  uint32_t length;
};

/* An array or object around the present one, and where that is in it. */
struct level {
  struct place place;
  uint32_t mark; /* so many repairs were there before the present one began */
  bool is_object;
};

struct scan {
  const char *text;
  const char *at;
  const char *end;    /* where the NUL is, so that looking at *at is always allowed */
  const char *copied; /* everything before it is in the new text already, if anything is */
  struct json_scanned *scanned;
  struct failure *failure;
  struct place place;
  int depth;
  int max_depth;
  bool keep_null;
  bool in_object;    /* the innermost container is an object */
  bool is_ambiguous; /* a float may read as the marker */
  bool is_second;    /* so the text is gone through again, with the other one */
  struct level levels[JSON_DEPTH_MAX];
};

enum next { FAILED, VALUE, MEMBER, AFTER_VALUE, DONE };

/* -- Failing ---------------------------------------------------------------------------------- */

static enum next fail_at(struct scan *scan, const char *at, const char *code, const char *what) {
  size_t line = 1, column = 1;
  for (const char *c = scan->text; c < at; c++) {
    if (*c == '\n') {
      line++;
      column = 1;
    } else if (((unsigned char)*c & 0xC0) != 0x80) {
      column++;
    }
  }
  failure_set(scan->failure, code, "%s at line %zu, column %zu", what, line, column);
  return FAILED;
}

static enum next fail_expecting(struct scan *scan, const char *expected) {
  char what[160];
  unsigned char c = (unsigned char)*scan->at;
  if (scan->at == scan->end)
    snprintf(what, sizeof what, "%s expected, but the text ends", expected);
  else if (c > ' ' && c < 0x7F)
    snprintf(what, sizeof what, "%s expected, but found '%c'", expected, c);
  else
    snprintf(what, sizeof what, "%s expected, but found byte 0x%02X", expected, c);
  return fail_at(scan, scan->at, "INVALID_JSON", what);
}

/* -- Finding ---------------------------------------------------------------------------------- */

static enum next fail_memory(struct scan *scan) {
  failure_set(scan->failure, "OUT_OF_MEMORY", "not enough memory");
  return FAILED;
}

/* Puts the marker in the place of the text from `from` to `to`. */
static inline bool replace(struct scan *scan, const char *from, const char *to) {
  size_t before = (size_t)(from - scan->copied), marker = scan->is_second ? 3 : 2;
  char *room = buffer_extend(&scan->scanned->text, before + marker);
  if (!room) return false;
  memcpy(room, scan->copied, before);
  memcpy(room + before, scan->is_second ? "inf" : "-0", marker);
  scan->copied = to;
  return true;
}

static inline bool add(struct scan *scan, enum json_repair_kind kind, int64_t integer) {
  struct json_repair repair = {.integer = integer,
                               .at = scan->place.at,
                               .length = scan->place.length & 0xFFFFFFF,
                               .kind = kind,
                               .is_element = !scan->in_object};
  char *room = buffer_extend(&scan->scanned->repairs, sizeof repair);
  if (room) memcpy(room, &repair, sizeof repair);
  return room != NULL;
}

static inline uint32_t count(const struct scan *scan) {
  return (uint32_t)(scan->scanned->repairs.length / sizeof(struct json_repair));
}

/* -- Numbers ---------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *at) {
  while (is_digit(*at)) at++;
  return at;
}

/* Whether some digits that do not begin with 0 are at most INT64_MAX, or that and `more`. */
static bool fits(const char *digits, size_t length, unsigned more) {
  uint64_t sum = 0, limit = (uint64_t)INT64_MAX + more;
  for (size_t i = 0; i < length; i++) {
    uint64_t digit = (uint64_t)(digits[i] - '0');
    if (sum > (limit - digit) / 10) return false;
    sum = sum * 10 + digit;
  }
  return true;
}

/* 2^1024 - 2^970 is halfway between the largest double and what would follow it, and rounds up, to
   infinity. It has 309 digits. */
static const char overflow[] =
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017"
    "977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273"
    "854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704"
    "342711559699508093042880177904174497792";

/* A number of the text, taken apart. */
struct number {
  const char *whole;    /* its digits before the point */
  const char *fraction; /* after the point; NULL without one */
  const char *mantissa_end;
  const char *exponent; /* after the e: sign and digits; NULL without one */
};

/* Whether reading the number gives infinity. */
static bool overflows(const struct number *number) {
  int64_t exponent = 0;
  if (number->exponent) {
    const char *at = number->exponent;
    bool negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    for (; is_digit(*at); at++)
      if (exponent < 1000000000000) exponent = exponent * 10 + (*at - '0');
    if (negative) exponent = -exponent;
  }
  const char *point = number->fraction ? number->fraction - 1 : number->mantissa_end;
  const char *at = number->whole;
  while (at < number->mantissa_end && (*at == '0' || *at == '.')) at++;
  if (at == number->mantissa_end) return false;
  int64_t magnitude = exponent + (at < point ? point - at : point + 1 - at);
  if (magnitude != (int64_t)sizeof overflow - 1) return magnitude > (int64_t)sizeof overflow - 1;
  for (const char *bound = overflow; *bound; bound++) {
    if (at < number->mantissa_end && *at == '.') at++;
    char digit = at < number->mantissa_end ? *at++ : '0';
    if (digit != *bound) return digit > *bound;
  }
  return true;
}

/* Whether the number may turn out to be 0 or infinite once it is a double. One with at most 15
   digits, not all zero after the point, cannot. */
static bool may_be_extreme(const struct number *number) {
  if (number->exponent || number->mantissa_end - number->whole > 16) return true;
  for (const char *at = number->fraction; at < number->mantissa_end; at++)
    if (*at != '0') return false;
  return *number->whole == '0';
}

static enum next scan_float(struct scan *scan, const char *start, const char *whole) {
  struct number number = {.whole = whole};
  const char *at = scan->at;
  if (*at == '.') {
    number.fraction = at + 1;
    scan->at = at = skip_digits(at + 1);
    if (at == number.fraction) return fail_expecting(scan, "a digit");
  }
  number.mantissa_end = at;
  if (*at == 'e' || *at == 'E') {
    number.exponent = ++at;
    if (*at == '+' || *at == '-') at++;
    scan->at = skip_digits(at);
    if (at == scan->at) return fail_expecting(scan, "a digit");
  }
  if (!may_be_extreme(&number)) return AFTER_VALUE;
  if (overflows(&number))
    return fail_at(scan, start, "FLOAT_RANGE", "a number too large for a float");
  if (*start == '-') scan->is_ambiguous = true;
  return AFTER_VALUE;
}

static enum next scan_number(struct scan *scan) {
  const char *start = scan->at;
  bool is_negative = *start == '-';
  const char *whole = start + is_negative;
  const char *at = whole;
  uint64_t sum = 0; /* goes over where the digits are too many */
  for (; is_digit(*at); at++) sum = sum * 10 + (uint64_t)(*at - '0');
  scan->at = at;
  if (at == whole) return fail_expecting(scan, "a digit");
  if (*whole == '0' && at - whole > 1) {
    scan->at = whole;
    return fail_at(scan, start, "INVALID_JSON", "a number that begins with 0");
  }
  if (*at == '.' || *at == 'e' || *at == 'E') return scan_float(scan, start, whole);
  if (at - whole > 18 && !fits(whole, (size_t)(at - whole), is_negative))
    return fail_at(scan, start, "INTEGER_RANGE", "an integer that does not fit 64 bits");
  int64_t integer = (int64_t)(is_negative ? 0 - sum : sum);
  if (replace(scan, start, at) && add(scan, JSON_SET_INTEGER, integer)) return AFTER_VALUE;
  return fail_memory(scan);
}

/* -- Strings ---------------------------------------------------------------------------------- */

/* The value of four hexadecimal digits, or -1. The NUL after the text stops it in time. */
static int read_hex4(const char *at) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    char c = at[i];
    int digit;
    if (is_digit(c))
      digit = c - '0';
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
      digit = (c | 0x20) - 'a' + 10;
    else
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* Passes an escape sequence; `scan->at` is at its backslash. */
static bool scan_escape(struct scan *scan) {
  const char *start = scan->at;
  char kind = start[1];
  if (kind != 'u') {
    if (kind == '\0' || !strchr("\"\\/bfnrt", kind)) {
      fail_at(scan, start, "INVALID_JSON", "an unknown escape sequence");
      return false;
    }
    scan->at = start + 2;
    return true;
  }
  int unit = read_hex4(start + 2);
  bool high = unit >= 0xD800 && unit <= 0xDBFF;
  bool low = unit >= 0xDC00 && unit <= 0xDFFF;
  int second = high && start[6] == '\\' && start[7] == 'u' ? read_hex4(start + 8) : -1;
  if (unit < 0) {
    fail_at(scan, start, "INVALID_JSON", "four hexadecimal digits expected after \\u");
    return false;
  }
  if (low || (high && (second < 0xDC00 || second > 0xDFFF))) {
    fail_at(scan, start, "INVALID_UTF8", "half of a surrogate pair");
    return false;
  }
  scan->at = start + (high ? 12 : 6);
  return true;
}

/* Passes the rest of a string from where something else than plain bytes is in it. */
static bool scan_odd_string(struct scan *scan) {
  while (*scan->at == '\\') {
    if (!scan_escape(scan)) return false;
    scan->at = json_skip_plain(scan->at, scan->end);
  }
  if (*scan->at == '"') {
    scan->at++;
    return true;
  }
  if (scan->at == scan->end)
    fail_expecting(scan, "the end of a string");
  else
    fail_at(scan, scan->at, "INVALID_JSON", "a control character inside a string");
  return false;
}

/* Passes a string; `scan->at` is at its opening quotation mark. */
static inline bool scan_string(struct scan *scan) {
  scan->at = json_skip_plain(scan->at + 1, scan->end);
  if (*scan->at != '"') return scan_odd_string(scan);
  scan->at++;
  return true;
}

/* Passes the name of a member, and keeps in mind where it is. */
static inline bool scan_name(struct scan *scan) {
  const char *start = scan->at + 1;
  scan->at = json_skip_plain(start, scan->end);
  bool plain = *scan->at == '"';
  if (!plain && !scan_odd_string(scan)) return false;
  if (plain)
    scan->at++;
  else
    start--;
  scan->place.at = (uint32_t)(start - scan->text);
  scan->place.length = (uint32_t)(scan->at - start - (plain ? 1 : 0));
  return true;
}

/* -- Structure -------------------------------------------------------------------------------- */

static inline void skip_space(struct scan *scan) {
  const char *at = scan->at;
  if ((unsigned char)*at > ' ') return; /* mostly there is none */
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') at++;
  scan->at = at;
}

static enum next scan_word(struct scan *scan, const char *word) {
  size_t length = strlen(word);
  if (strncmp(scan->at, word, length) != 0) return fail_expecting(scan, "a value");
  scan->at += length;
  return AFTER_VALUE;
}

static enum next scan_null(struct scan *scan) {
  if (scan_word(scan, "null") == FAILED) return FAILED;
  if (!scan->in_object || scan->keep_null || add(scan, JSON_DROP_NULL, 0)) return AFTER_VALUE;
  return fail_memory(scan);
}

/* Enters an array or object; an empty one is left again at once. */
static enum next scan_open(struct scan *scan, bool object) {
  const char *start = scan->at;
  if (scan->depth >= scan->max_depth) {
    char what[80];
    snprintf(what, sizeof what, "more than %d arrays and objects in each other", scan->max_depth);
    return fail_at(scan, start, "JSON_TOO_DEEP", what);
  }
  scan->at++;
  skip_space(scan);
  if (*scan->at == (object ? '}' : ']')) {
    scan->at++;
    if (object) return AFTER_VALUE;
    if (replace(scan, start, scan->at) && add(scan, JSON_SET_EMPTY_ARRAY, 0)) return AFTER_VALUE;
    return fail_memory(scan);
  }
  scan->levels[scan->depth++] = (struct level){scan->place, count(scan), scan->in_object};
  if (!add(scan, JSON_LEAVE, 0)) return fail_memory(scan);
  scan->in_object = object;
  if (!object) scan->place = (struct place){.at = 1};
  return object ? MEMBER : VALUE;
}

/* Leaves the innermost array or object. Where nothing is to be done in it none enters it. */
static enum next scan_close(struct scan *scan) {
  const struct level *level = &scan->levels[--scan->depth];
  bool is_array = !scan->in_object;
  scan->at++;
  scan->in_object = level->is_object;
  scan->place = level->place;
  enum json_repair_kind kind = is_array ? JSON_ENTER_ARRAY : JSON_ENTER_OBJECT;
  if (count(scan) == level->mark + 1) {
    scan->scanned->repairs.length -= sizeof(struct json_repair);
    if (!is_array) return AFTER_VALUE;
    kind = JSON_MARK_ARRAY;
  }
  return add(scan, kind, 0) ? AFTER_VALUE : fail_memory(scan);
}

static inline enum next scan_value(struct scan *scan) {
  skip_space(scan);
  switch (*scan->at) {
    case '"':
      return scan_string(scan) ? AFTER_VALUE : FAILED;
    case '{':
      return scan_open(scan, true);
    case '[':
      return scan_open(scan, false);
    case 't':
      return scan_word(scan, "true");
    case 'f':
      return scan_word(scan, "false");
    case 'n':
      return scan_null(scan);
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
      return scan_number(scan);
    default:
      return fail_expecting(scan, "a value");
  }
}

static inline enum next scan_member(struct scan *scan) {
  skip_space(scan);
  if (*scan->at != '"') return fail_expecting(scan, "a name in quotation marks");
  if (!scan_name(scan)) return FAILED;
  skip_space(scan);
  if (*scan->at != ':') return fail_expecting(scan, "':'");
  scan->at++;
  return scan_value(scan);
}

static inline enum next scan_after_value(struct scan *scan) {
  skip_space(scan);
  if (scan->depth == 0) {
    if (scan->at == scan->end) return DONE;
    return fail_expecting(scan, "the end of the text");
  }
  char c = *scan->at;
  if (c == ',') {
    scan->at++;
    if (scan->in_object) return MEMBER;
    scan->place.at++;
    return VALUE;
  }
  if (c == (scan->in_object ? '}' : ']')) return scan_close(scan);
  return fail_expecting(scan, scan->in_object ? "',' or '}'" : "',' or ']'");
}

/* Reads the whole text. */
static bool scan_text(struct scan *scan, bool is_second) {
  scan->at = scan->copied = scan->text;
  scan->is_second = is_second;
  scan->scanned->marker = is_second ? (double)INFINITY : -0.0;
  scan->scanned->text.length = scan->scanned->repairs.length = 0;
  scan->place = (struct place){.at = 0};
  enum next next = VALUE;
  while (next != FAILED && next != DONE) {
    if (next == MEMBER)
      next = scan_member(scan);
    else if (next == VALUE)
      next = scan_value(scan);
    else
      next = scan_after_value(scan);
  }
  if (next == FAILED) return false;
  struct buffer *out = &scan->scanned->text;
  return out->length == 0 || buffer_append(out, scan->copied, (size_t)(scan->end - scan->copied)) ||
         fail_memory(scan) != FAILED;
}

bool json_scan(const char *text, size_t length, int max_depth, bool keep_null,
               struct json_scanned *scanned, struct failure *failure) {
  struct scan scan; /* not set as a whole: its levels are many */
  scan.text = text;
  scan.end = text + length;
  scan.scanned = scanned;
  scan.failure = failure;
  scan.depth = 0;
  scan.max_depth = max_depth < JSON_DEPTH_MAX ? max_depth : JSON_DEPTH_MAX;
  scan.keep_null = keep_null;
  scan.in_object = scan.is_ambiguous = false;

  size_t valid = utf8_valid_length(text, length);
  if (valid < length)
    return fail_at(&scan, text + valid, "INVALID_UTF8", "bytes that are not UTF-8") != FAILED;
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
    return fail_at(&scan, text, "INVALID_JSON", "a byte order mark") != FAILED;
  return scan_text(&scan, false) && (!scan.is_ambiguous || scan_text(&scan, true));
}
