#include "cron.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text.h"

enum {
  FIELDS = 5,
  TEXT_MAXIMUM = 512,
  MINUTE = 0,
  HOUR,
  DAY,
  MONTH,
  WEEKDAY,
  ALL_HOURS = (1 << 24) - 1
};

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char *const weekday_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

static const struct kind {
  const char *ordinal, *name;
  const char *const *names; /* of values, from `low` on */
  int low, high, star_high; /* what * ends with: Sunday only once */
  int name_count;
} kinds[FIELDS] = {
    {"first", "minute", NULL, 0, 59, 59, 0},
    {"second", "hour", NULL, 0, 23, 23, 0},
    {"third", "day of month", NULL, 1, 31, 31, 0},
    {"fourth", "month", month_names, 1, 12, 12, 12},
    {"fifth", "day of week", weekday_names, 0, 7, 6, 7},
};

static const char supported[] =
    "supported are five fields: minute, hour, day of month, month, day of week";

/* One item of a field's list, and where to say what is wrong with it. */
struct item {
  const struct kind *kind;
  const char *text;
  struct failure *failure;
};

/* Says what is wrong with an item, after the name of its field. */
__attribute__((format(printf, 2, 3))) static bool refuse(const struct item *item,
                                                         const char *format, ...) {
  char what[320];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  return failure_set(item->failure, "CRON", "the %s field, %s, holds %s", item->kind->ordinal,
                     item->kind->name, what);
}

/* The value of a name of three letters, or -1. */
static int named(const struct kind *kind, const char *letters, size_t length) {
  for (int i = 0; length == 3 && i < kind->name_count; i++)
    if (strncasecmp(kind->names[i], letters, length) == 0) return kind->low + i;
  return -1;
}

static const char *takes(const struct kind *kind, char text[48]) {
  int length = snprintf(text, 48, "%d to %d", kind->low, kind->high);
  if (kind->names && length > 0)
    snprintf(text + length, 48 - (size_t)length, " or %s to %s", kind->names[0],
             kind->names[kind->name_count - 1]);
  return text;
}

/* What other schedulers have and crontab(5) does not, and what to write for it. */
static const char *foreign(const char *text) {
  size_t digits = strspn(text, "0123456789");
  const char *rest = text + digits;
  if (strchr(text, '?')) return "Quartz's word for any day; write * instead";
  if (strchr(text, '#'))
    return "a counted weekday, which cron does not have: name the weekday alone, and let the "
           "script look whether the day of month is from 1 to 7, 8 to 14, ...";
  if (strchr(text, '~')) return "a random time, which is not supported: write the time to run at";
  if ((text[0] == 'H' || text[0] == 'h') && strchr("/(", text[1]))
    return "Jenkins's word for some time or other; write the time to run at";
  if (strcasecmp(rest, "W") == 0 || strcasecmp(rest, "LW") == 0)
    return "the weekday nearest to a date, which cron does not have: run on all days from MON to "
           "FRI that it can be, and let the script look at the date";
  if (strcasecmp(rest, "L") == 0 || strncasecmp(text, "L-", 2) == 0)
    return "a last day, which cron does not have: run on all days that it can be (28-31 for the "
           "last of a month), and let the script look whether it is";
  return NULL;
}

/* Names what stands where a value belongs. `letters` is where the item went wrong. */
static bool refuse_strange(const struct item *item, const char *letters) {
  char range[48];
  const struct kind *kind = item->kind;
  const char *why = foreign(item->text);
  size_t length = strspn(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  if (why) return refuse(item, "\"%.40s\", %s", item->text, why);
  if (length > 3 && named(kind, letters, 3) >= 0)
    return refuse(item, "\"%.40s\"; names have three letters, write %.3s", item->text, letters);
  for (int other = MONTH; other <= WEEKDAY; other++)
    if (&kinds[other] != kind && length >= 3 && named(&kinds[other], letters, 3) >= 0)
      return refuse(item, "\"%.40s\", which belongs into the %s field, %s", item->text,
                    kinds[other].ordinal, kinds[other].name);
  return refuse(item, "\"%.40s\"; it takes %s, with , - * and /", item->text, takes(kind, range));
}

static bool take_value(const struct item *item, const char **from, int *value) {
  const char *start = *from;
  size_t digits = strspn(start, "0123456789");
  size_t letters = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  *value = named(item->kind, start, letters);
  if (digits == 0 && *value < 0) return refuse_strange(item, start);
  *from = start + (digits > 0 ? digits : letters);
  if (digits == 0) return true;
  if (**from && !strchr("-/", **from)) return refuse_strange(item, *from);
  *value = 0;
  for (size_t i = 0; i < digits && *value < 100000; i++) *value = *value * 10 + (start[i] - '0');
  if (*value >= item->kind->low && *value <= item->kind->high) return true;
  return refuse(item, "%.*s; it goes from %d to %d", (int)(digits < 40 ? digits : 40), start,
                item->kind->low, item->kind->high);
}

/* The two ranges that one that runs backwards stands for. */
static bool refuse_backwards(const struct item *item, int first, int last, bool stepped) {
  const struct kind *kind = item->kind;
  char upper[32], lower[32];
  if (stepped)
    return refuse(item, "\"%.40s\", a range that runs backwards; write two ranges", item->text);
  snprintf(upper, sizeof upper, first == kind->star_high ? "%d" : "%d-%d", first, kind->star_high);
  snprintf(lower, sizeof lower, last == kind->low ? "%d" : "%d-%d", kind->low, last);
  return refuse(item, "\"%.40s\", a range that runs backwards; write %s,%s", item->text, upper,
                lower);
}

static bool check_step(const struct item *item, int step, int first, int last) {
  if (step < 1) return refuse(item, "\"%.40s\"; a step is at least 1", item->text);
  if (step <= last - first || step == 1) return true;
  return refuse(item, "\"%.40s\", a step that goes beyond its range, so that only %d is left; %s",
                item->text, first,
                item->kind == &kinds[MINUTE] || item->kind == &kinds[HOUR]
                    ? "cron counts anew from each hour and day: write the times themselves"
                    : "write the values themselves");
}

/* A step after its slash. */
static bool take_step(const struct item *item, const char *text, int first, int last, int *step) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || text[digits]) {
    const char *why = foreign(item->text);
    return refuse(item, "\"%.40s\", %s", item->text,
                  why ? why : "which needs one number after its /");
  }
  *step = 0;
  for (size_t i = 0; i < digits && *step < 100000; i++) *step = *step * 10 + (text[i] - '0');
  return check_step(item, *step, first, last);
}

/* Puts a range of the week in order: Sunday begins it as 0 and ends it as 7. */
static void order_week(const struct kind *kind, int *first, int *last) {
  if (kind != &kinds[WEEKDAY]) return;
  if (*last == 0 && *first > 0) *last = 7;
  if (*first == 7 && *last < 7) *first = 0;
}

static bool take_item(const struct item *item, uint64_t *bits) {
  const char *from = item->text;
  int first = item->kind->low, last = item->kind->star_high, step = 1;
  bool is_range = true;
  if (*from == '*') {
    from++;
  } else {
    if (!take_value(item, &from, &first)) return false;
    last = first;
    is_range = *from == '-';
    if (is_range) {
      from++;
      if (!take_value(item, &from, &last)) return false;
      order_week(item->kind, &first, &last);
    }
  }
  if (*from && *from != '/') return refuse_strange(item, from);
  if (first > last) return refuse_backwards(item, first, last, *from == '/');
  if (*from == '/' && !is_range && strchr(from + 1, '/')) return refuse_strange(item, from);
  if (*from == '/' && !is_range)
    return refuse(item, "\"%.40s\", a step without a range; write %d-%d%.20s", item->text, first,
                  item->kind->star_high, from);
  if (*from == '/' && !take_step(item, from + 1, first, last, &step)) return false;
  for (int value = first; value <= last; value += step) *bits |= UINT64_C(1) << value;
  return true;
}

static bool take_field(const struct kind *kind, char *text, uint64_t *bits,
                       struct failure *failure) {
  *bits = 0;
  for (char *next = text; next;) {
    struct item item = {.kind = kind, .text = next, .failure = failure};
    next = strchr(next, ',');
    if (next) *next++ = '\0';
    if (!*item.text) return refuse(&item, "a comma without a value on both of its sides");
    if (!take_item(&item, bits)) return false;
  }
  return true;
}

static bool take_fields(char *const fields[FIELDS], struct cron *cron, struct failure *failure) {
  uint64_t bits[FIELDS];
  cron->any_day = fields[DAY][0] == '*';
  cron->any_weekday = fields[WEEKDAY][0] == '*';
  for (int i = 0; i < FIELDS; i++)
    if (!take_field(&kinds[i], fields[i], &bits[i], failure)) return false;
  cron->minutes = bits[MINUTE];
  cron->hours = (uint32_t)bits[HOUR];
  cron->days = (uint32_t)bits[DAY];
  cron->months = (uint16_t)bits[MONTH];
  cron->weekdays = (uint8_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7F);
  return true;
}

/* Whether some year has a day that the expression names. Each date, also 29 February, falls on
   each day of the week in some year. */
static bool ever_comes(const struct cron *cron) {
  static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (!cron->any_day && !cron->any_weekday) return true;
  for (int month = 1; month <= 12; month++)
    for (int day = 1; day <= longest[month - 1]; day++)
      if (cron->months >> month & 1 && cron->days >> day & 1) return true;
  return false;
}

/* The names that stand for five fields. */
static const struct {
  const char *name, *fields;
} shortcuts[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};
enum { SHORTCUTS = sizeof shortcuts / sizeof *shortcuts };

static const char *find_shortcut(const char *name, struct failure *failure) {
  const char *names[SHORTCUTS];
  for (int i = 0; i < SHORTCUTS; i++) {
    names[i] = shortcuts[i].name;
    if (strcasecmp(name, names[i]) == 0) return shortcuts[i].fields;
  }
  static const char list[] = "@yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly";
  int nearest = text_nearest(name, names, SHORTCUTS);
  if (strcasecmp(name, "@reboot") == 0)
    failure_set(failure, "CRON", "\"@reboot\" is no time; supported are %s", list);
  else if (strncasecmp(name, "@every", 6) == 0)
    failure_set(failure, "CRON",
                "\"@every\" is not supported; write it as fields: */15 * * * * is every 15 "
                "minutes, 0 */2 * * * every 2 hours");
  else if (nearest >= 0)
    failure_set(failure, "CRON", "there is no \"%.40s\"; did you mean %s?", name, names[nearest]);
  else
    failure_set(failure, "CRON", "there is no \"%.40s\"; supported are %s", name, list);
  return NULL;
}

enum { WORDS_KEPT = 8 };

/* Cuts the text into words, and returns how many there are; the first eight are kept. */
static int split(char *text, char *words[WORDS_KEPT]) {
  char *next = NULL;
  int count = 0;
  for (char *word = strtok_r(text, " \t", &next); word; word = strtok_r(NULL, " \t", &next)) {
    if (count < WORDS_KEPT) words[count] = word;
    count++;
  }
  return count;
}

/* Whether a word could be a field, of whatever scheduler; a command could hardly. */
static bool reads_as_field(const char *word) {
  size_t letters = 0;
  for (; *word; word++) {
    bool is_letter = isalpha((unsigned char)*word) != 0;
    letters = is_letter ? letters + 1 : 0;
    if (letters > 3 || (!is_letter && !strchr("0123456789*,-/?#~", *word))) return false;
  }
  return true;
}

/* Five fields as an expression, * in the place of Quartz's ?. */
static void join_fields(char *const words[], char text[TEXT_MAXIMUM + 1]) {
  size_t length = 0;
  for (int i = 0; i < FIELDS && length <= TEXT_MAXIMUM; i++)
    length += (size_t)snprintf(text + length, TEXT_MAXIMUM + 1 - length, "%s%s", i ? " " : "",
                               strcmp(words[i], "?") == 0 ? "*" : words[i]);
}

/* Six fields that end with a year: 0 12 * * * 2026, or with the ? of a day one place too early for
   fields that begin with seconds: 0 12 * * ? *. */
static bool ends_with_year(char *const words[WORDS_KEPT]) {
  const char *last = words[FIELDS];
  return strspn(last, "0123456789") >= 4 || strcmp(words[WEEKDAY], "?") == 0 ||
         strcmp(words[DAY], "?") == 0;
}

/* Six fields of which any one may be too many: what is suggested is an expression. */
static bool refuse_six(char *const words[WORDS_KEPT], struct failure *failure) {
  char later[TEXT_MAXIMUM + 1] = "", earlier[TEXT_MAXIMUM + 1] = "";
  struct cron cron;
  join_fields(words + 1, later);
  join_fields(words, earlier);
  bool is_first = cron_parse(later, &cron, NULL), is_last = cron_parse(earlier, &cron, NULL);
  return failure_set(failure, "CRON", "the expression has 6 fields; %s%s%.90s%s%.90s", supported,
                     is_first ? ": if the first is seconds, write " : "", is_first ? later : "",
                     is_last ? is_first ? "; if the last is one too many, write "
                                        : ": if the last is one too many, write "
                             : "",
                     is_last ? earlier : "");
}

/* More than five fields: seconds in front, a year behind, or a crontab line with its command. */
static bool refuse_surplus(char *const words[WORDS_KEPT], int count, struct failure *failure) {
  if (strncmp(words[0], "TZ=", 3) == 0 || strncmp(words[0], "CRON_TZ=", 8) == 0)
    return failure_set(failure, "CRON",
                       "the expression begins with \"%.60s\"; its zone is said apart from it",
                       words[0]);
  if (!reads_as_field(words[FIELDS]))
    return failure_set(failure, "CRON",
                       "the expression goes on after its five fields, with \"%.40s\"; the command "
                       "of a crontab line is no part of it",
                       words[FIELDS]);
  if (count == FIELDS + 1 && ends_with_year(words))
    return failure_set(failure, "CRON",
                       "the expression has 6 fields, the last of them for years; %s: leave "
                       "\"%.40s\" out",
                       supported, words[FIELDS]);
  if (count == FIELDS + 1) return refuse_six(words, failure);
  return failure_set(failure, "CRON", "the expression has %d fields; %s", count, supported);
}

/* Which character of the text is none that an expression could hold; 0 if there is none such. */
static size_t unprintable(const char *text) {
  for (size_t i = 0; text[i]; i++)
    if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~')) return i + 1;
  return 0;
}

bool cron_parse(const char *text, struct cron *cron, struct failure *failure) {
  char copy[TEXT_MAXIMUM + 1];
  char *words[WORDS_KEPT];
  if (strlen(text) > TEXT_MAXIMUM)
    return failure_set(failure, "CRON", "the expression is longer than %d characters",
                       TEXT_MAXIMUM);
  size_t strange = unprintable(text);
  if (strange > 0)
    return failure_set(failure, "CRON",
                       "the expression's character %zu is not ASCII; copied from a document, * and "
                       "- often are others that look the same",
                       strange);
  snprintf(copy, sizeof copy, "%s", text);
  int count = split(copy, words);
  if (count == 0) return failure_set(failure, "CRON", "the expression is empty; %s", supported);
  if (words[0][0] == '@') {
    if (count > 1 && strcasecmp(words[0], "@every") != 0)
      return failure_set(failure, "CRON",
                         "the expression goes on after \"%.40s\", with \"%.40s\"; such a name "
                         "stands alone",
                         words[0], words[1]);
    const char *fields = find_shortcut(words[0], failure);
    return fields && cron_parse(fields, cron, failure);
  }
  if (count > FIELDS) return refuse_surplus(words, count, failure);
  if (count < FIELDS)
    return failure_set(failure, "CRON", "the expression has %d field%s; %s", count,
                       count == 1 ? "" : "s", supported);
  if (!take_fields(words, cron, failure)) return false;
  if (ever_comes(cron)) return true;
  return failure_set(failure, "CRON",
                     "the third field, day of month, holds no day that a month of the fourth has, "
                     "so that it never comes: February has 28 or 29 days, and April, June, "
                     "September and November have 30");
}

bool cron_by_the_clock(const struct cron *cron) { return cron->hours == ALL_HOURS; }
