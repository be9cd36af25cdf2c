#include "json_scan.h"

#include <stdio.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "utf8.h"

struct scan {
  const char *text;
  const char *at;
  const char *end;    /* where the NUL is, so that looking at *at is always allowed */
  const char *copied; /* everything before it is in `out` already, if anything is */
  struct buffer *out;
  struct failure *failure;
  int depth;
  int max_depth;
  bool in_object;                       /* the innermost container is an object */
  char outer_is_object[JSON_DEPTH_MAX]; /* the same of those around it */
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

/* -- Rewriting -------------------------------------------------------------------------------- */

/* Puts `before`, the text from `from` to `to`, and `after` in the place of that text. */
static bool rewrite(struct scan *scan, const char *before, const char *from, const char *to,
                    const char *after) {
  struct buffer *out = scan->out;
  bool written = buffer_append(out, scan->copied, (size_t)(from - scan->copied)) &&
                 buffer_append_string(out, before) &&
                 buffer_append(out, from, (size_t)(to - from)) && buffer_append_string(out, after);
  if (!written) return failure_set(scan->failure, "OUT_OF_MEMORY", "not enough memory");
  scan->copied = to;
  return true;
}

/* -- Numbers ---------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *at) {
  while (is_digit(*at)) at++;
  return at;
}

bool json_read_integer(const char *digits, size_t length, int64_t *value) {
  const char *end = digits + length;
  bool negative = length > 0 && *digits == '-';
  uint64_t limit = (uint64_t)INT64_MAX + negative;
  uint64_t sum = 0;
  for (const char *at = digits + negative; at < end; at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    if (sum > (limit - digit) / 10) return false;
    sum = sum * 10 + digit;
  }
  *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
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

/* Whether the number may turn out integral once it is a double. One with at most 15 digits, not all
   zero after the point, cannot: that many digits survive being a double. */
static bool may_be_integral(const struct number *number) {
  if (number->exponent || number->mantissa_end - number->whole > 16) return true;
  for (const char *at = number->fraction; at < number->mantissa_end; at++)
    if (*at != '0') return false;
  return true;
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
  if (!may_be_integral(&number)) return AFTER_VALUE;
  if (overflows(&number))
    return fail_at(scan, start, "FLOAT_RANGE", "a number too large for a float");
  return rewrite(scan, "[NaN,", start, scan->at, "]") ? AFTER_VALUE : FAILED;
}

static enum next scan_number(struct scan *scan) {
  const char *start = scan->at;
  const char *whole = start + (*start == '-');
  const char *at = skip_digits(whole);
  scan->at = at;
  if (at == whole) return fail_expecting(scan, "a digit");
  if (*whole == '0' && at - whole > 1) {
    scan->at = whole;
    return fail_at(scan, start, "INVALID_JSON", "a number that begins with 0");
  }
  if (*at == '.' || *at == 'e' || *at == 'E') return scan_float(scan, start, whole);
  if (at - whole <= 15) return AFTER_VALUE;
  int64_t value;
  if (!json_read_integer(start, (size_t)(at - start), &value))
    return fail_at(scan, start, "INTEGER_RANGE", "an integer that does not fit 64 bits");
  if (value >= -JSON_EXACT_DOUBLE && value <= JSON_EXACT_DOUBLE) return AFTER_VALUE;
  return rewrite(scan, "[NaN,\"", start, at, "\"]") ? AFTER_VALUE : FAILED;
}

/* -- Strings ---------------------------------------------------------------------------------- */

#define ONES UINT64_C(0x0101010101010101)

static const char *skip_plain_bytes(const char *at, const char *end) {
  while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ') at++;
  return at;
}

#ifdef __SSE2__

static inline const char *skip_plain(const char *at, const char *end) {
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
  return skip_plain_bytes(at, end);
}

#else

static inline const char *skip_plain(const char *at, const char *end) {
  while (end - at >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    /* In each of the three, the lowest byte whose top bit is set is one looked for: the bytes that
       equal a quotation mark, those that equal a backslash, those below the space. */
    uint64_t quote = word ^ ('"' * ONES), backslash = word ^ ('\\' * ONES);
    uint64_t found = (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) |
                      ((word - ' ' * ONES) & ~word)) &
                     (0x80 * ONES);
    if (found) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      return at + (__builtin_ctzll(found) >> 3);
#else
      return skip_plain_bytes(at, end);
#endif
    }
    at += 8;
  }
  return skip_plain_bytes(at, end);
}

#endif

const char *json_skip_plain(const char *at, const char *end) { return skip_plain(at, end); }

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
    scan->at = skip_plain(scan->at, scan->end);
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
  scan->at = skip_plain(scan->at + 1, scan->end);
  if (*scan->at != '"') return scan_odd_string(scan);
  scan->at++;
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
    bool written = rewrite(scan, "Infinity", start, start, "");
    scan->copied = scan->at;
    return written ? AFTER_VALUE : FAILED;
  }
  scan->outer_is_object[scan->depth++] = scan->in_object;
  scan->in_object = object;
  return object ? MEMBER : VALUE;
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
      return scan_word(scan, "null");
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
  if (!scan_string(scan)) return FAILED;
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
    return scan->in_object ? MEMBER : VALUE;
  }
  if (c != (scan->in_object ? '}' : ']'))
    return fail_expecting(scan, scan->in_object ? "',' or '}'" : "',' or ']'");
  scan->at++;
  scan->in_object = scan->outer_is_object[--scan->depth];
  return AFTER_VALUE;
}

bool json_scan(const char *text, size_t length, int max_depth, struct buffer *out,
               struct failure *failure) {
  struct scan scan;
  scan.text = scan.at = scan.copied = text;
  scan.end = text + length;
  scan.out = out;
  scan.failure = failure;
  scan.depth = 0;
  scan.max_depth = max_depth < JSON_DEPTH_MAX ? max_depth : JSON_DEPTH_MAX;
  scan.in_object = false;

  size_t valid = utf8_valid_length(text, length);
  if (valid < length)
    return fail_at(&scan, text + valid, "INVALID_UTF8", "bytes that are not UTF-8") != FAILED;
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
    return fail_at(&scan, text, "INVALID_JSON", "a byte order mark") != FAILED;

  enum next next = VALUE;
  while (next != FAILED && next != DONE) {
    if (next == MEMBER)
      next = scan_member(&scan);
    else if (next == VALUE)
      next = scan_value(&scan);
    else
      next = scan_after_value(&scan);
  }
  if (next == DONE && out->length > 0) return rewrite(&scan, "", scan.end, scan.end, "");
  return next == DONE;
}
