#include "grants.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

enum { MINUTES_A_DAY = 24 * 60, MOST = 1000000000 };

const struct grant_kind grant_kinds[GRANT_COUNT] = {
    [GRANT_SEND_SMS] = {"send_sms", "texts to leads", 50, 200, true},
    [GRANT_SEND_EMAIL] = {"send_email", "e-mails to leads", 50, 200, true},
    [GRANT_NOTIFY_AGENTS] = {"notify_agents", "texts, e-mails and notifications to agents", 50, 200,
                             false},
    [GRANT_CONTACT_BY_AI] = {"contact_by_ai", "leads for the AI sales agent, and its settings", 50,
                             200, false},
    [GRANT_DELETE_LEADS] = {"delete_leads", "leads into the trash", 100, 0, false},
    [GRANT_DELETE_NOTES] = {"delete_notes", "notes deleted", 100, 0, false},
    [GRANT_DELETE_TASKS] = {"delete_tasks", "tasks and appointments deleted", 100, 0, false},
    [GRANT_DELETE_LOGS] = {"delete_logs", "logged calls, texts and e-mails deleted", 100, 0, false},
    [GRANT_DELETE_WEBHOOKS] = {"delete_webhooks", "subscriptions to webhooks deleted", 100, 0,
                               false}};

const struct quiet_hours quiet_hours_default = {.said = true, .from = 21 * 60, .to = 8 * 60};

/* What is left of the text that is read. */
struct cursor {
  const char *at, *end;
};

static void skip_blanks(struct cursor *cursor) {
  while (cursor->at < cursor->end && strchr(" \t\r", *cursor->at)) cursor->at++;
}

/* Takes the words of `phrase`, which are separated by one blank there and by any number here. */
static bool take(struct cursor *cursor, const char *phrase) {
  struct cursor try = *cursor;
  skip_blanks(&try);
  for (; *phrase; phrase++) {
    if (*phrase == ' ') {
      if (try.at == try.end || !strchr(" \t", *try.at)) return false;
      skip_blanks(&try);
    } else if (try.at == try.end || *try.at++ != *phrase) {
      return false;
    }
  }
  *cursor = try;
  return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool take_number(struct cursor *cursor, int64_t most, int64_t *number) {
  struct cursor try = *cursor;
  skip_blanks(&try);
  if (try.at == try.end || !is_digit(*try.at)) return false;
  for (*number = 0; try.at < try.end && is_digit(*try.at); try.at++) {
    *number = *number * 10 + (*try.at - '0');
    if (*number > most) return false;
  }
  *cursor = try;
  return true;
}

static bool at_end(struct cursor *cursor) {
  skip_blanks(cursor);
  return cursor->at == cursor->end;
}

const char *grant_shown(const char *text, size_t length, char shown[GRANT_SHOWN_LENGTH]) {
  size_t used = 0, at = 0;
  while (at < length) {
    size_t bytes = 1;
    while (at + bytes < length && ((unsigned char)text[at + bytes] & 0xC0) == 0x80) bytes++;
    if (used + bytes >= GRANT_SHOWN_LENGTH) break;
    memcpy(shown + used, text + at, bytes);
    shown[used + bytes] = '\0';
    if (text_control_length(shown + used) > 0 || !shown[used]) {
      shown[used] = '?';
      bytes = 1;
    }
    used += bytes;
    at++;
    while (at < length && ((unsigned char)text[at] & 0xC0) == 0x80) at++;
  }
  shown[used] = '\0';
  return shown;
}

/* What comes next, as it is shown. */
static const char *rest(struct cursor *cursor, char word[GRANT_SHOWN_LENGTH]) {
  skip_blanks(cursor);
  return grant_shown(cursor->at, (size_t)(cursor->end - cursor->at), word);
}

static int grant_nearest(const char *word) {
  const char *names[GRANT_COUNT];
  for (int i = 0; i < GRANT_COUNT; i++) names[i] = grant_kinds[i].name;
  return text_nearest(word, names, GRANT_COUNT);
}

static bool take_name(struct cursor *cursor, enum grant_name *grant, struct failure *failure) {
  char word[GRANT_SHOWN_LENGTH];
  size_t length = 0;
  skip_blanks(cursor);
  while (cursor->at + length < cursor->end && !strchr(" \t\r,", cursor->at[length])) length++;
  for (int i = 0; i < GRANT_COUNT; i++) {
    if (strlen(grant_kinds[i].name) != length ||
        memcmp(grant_kinds[i].name, cursor->at, length) != 0)
      continue;
    *grant = (enum grant_name)i;
    cursor->at += length;
    return true;
  }
  if (length == 0) return failure_set(failure, "GRANT_INVALID", "the name of a grant is missing");
  struct cursor name = {cursor->at, cursor->at + length};
  rest(&name, word);
  int nearest = grant_nearest(word);
  return failure_set(failure, "GRANT_INVALID", "there is no grant \"%s\"%s%s%s", word,
                     nearest >= 0 ? "; did you mean \"" : " (loftyrun help grants lists them)",
                     nearest >= 0 ? grant_kinds[nearest].name : "", nearest >= 0 ? "\"?" : "");
}

/* A minute of the day, from "8:00" or "08:00" to "24:00". */
static bool take_time(struct cursor *cursor, int *minute) {
  int64_t hours, minutes;
  struct cursor try = *cursor;
  if (!take_number(&try, 24, &hours) || try.at == try.end || *try.at++ != ':') return false;
  const char *digits = try.at;
  if (try.at == try.end || !is_digit(*try.at) || !take_number(&try, 59, &minutes) ||
      try.at - digits != 2 || hours * 60 + minutes > MINUTES_A_DAY)
    return false;
  *minute = (int)(hours * 60 + minutes) % MINUTES_A_DAY;
  *cursor = try;
  return true;
}

static bool take_quiet(struct cursor *cursor, struct quiet_hours *quiet) {
  *quiet = (struct quiet_hours){.said = true};
  if (take(cursor, "none")) {
    quiet->none = true;
    return true;
  }
  return take_time(cursor, &quiet->from) && take(cursor, "-") && take_time(cursor, &quiet->to) &&
         quiet->from != quiet->to;
}

static bool take_cap(struct cursor *cursor, struct grant_terms *terms) {
  int64_t number;
  if (!take_number(cursor, MOST, &number) || number == 0) return false;
  int64_t *cap = take(cursor, "a run") ? &terms->run : take(cursor, "a day") ? &terms->day : NULL;
  if (!cap || *cap) return false;
  *cap = number;
  return true;
}

static bool take_clause(struct cursor *cursor, struct grant_terms *terms) {
  if (!terms->run && !terms->day && take(cursor, "at most"))
    return take_cap(cursor, terms) && (!take(cursor, "and") || take_cap(cursor, terms));
  return !terms->quiet.said && take(cursor, "quiet") && take_quiet(cursor, &terms->quiet);
}

bool grant_parse(const char *text, size_t length, struct grant_terms *terms,
                 struct failure *failure) {
  char word[GRANT_SHOWN_LENGTH];
  struct cursor cursor = {text, text + length};
  *terms = (struct grant_terms){.run = 0};
  if (!take_name(&cursor, &terms->grant, failure)) return false;
  const struct grant_kind *kind = &grant_kinds[terms->grant];
  while (!at_end(&cursor)) {
    struct cursor clause = cursor;
    if (take(&cursor, ",") && take_clause(&cursor, terms)) continue;
    return failure_set(failure, "GRANT_INVALID",
                       "\"%s\" is not understood; a grant is written %s, at most %lld a run and "
                       "%lld a day%s",
                       rest(&clause, word), kind->name, (long long)kind->run,
                       (long long)(kind->day ? kind->day : kind->run * 2),
                       kind->has_quiet ? ", quiet 21:00-08:00" : "");
  }
  if (terms->quiet.said && !kind->has_quiet)
    return failure_set(failure, "GRANT_INVALID",
                       "%s has no quiet hours: they are for messages to leads", kind->name);
  return true;
}

bool grant_parse_name(const char *text, size_t length, enum grant_name *grant,
                      struct failure *failure) {
  char word[GRANT_SHOWN_LENGTH];
  struct cursor cursor = {text, text + length};
  if (!take_name(&cursor, grant, failure)) return false;
  if (at_end(&cursor)) return true;
  return failure_set(failure, "GRANT_INVALID", "the name of a grant alone is wanted, not \"%s\"",
                     rest(&cursor, word));
}

bool quiet_hours_parse(const char *text, size_t length, struct quiet_hours *quiet,
                       struct failure *failure) {
  struct cursor cursor = {text, text + length};
  if (take_quiet(&cursor, quiet) && at_end(&cursor)) return true;
  return failure_set(failure, "GRANT_INVALID",
                     "quiet hours are written 21:00-08:00, or none where there are none");
}
