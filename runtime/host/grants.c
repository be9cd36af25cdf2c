#include "grants.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "../bind/guard.h"
#include "../bind/tables.h"
#include "../core/text.h"
#include "../core/zone.h"
#include "embedded.h"

enum { WORD_LENGTH = 32 };

static const char program[] = "loftyrun";
static const char verb[] = "allow";
static const char blanks[] = " \t\r";

/* The smaller cap of two, 0 being none. */
static void lower(int64_t *cap, int64_t other) {
  if (other && (!*cap || other < *cap)) *cap = other;
}

static struct grant_state *limit(struct grants *grants, const struct grant_terms *terms) {
  struct grant_state *state = &grants->each[terms->grant];
  lower(&state->run, terms->run);
  lower(&state->day, terms->day);
  return state;
}

bool grants_take_setting(struct grants *grants, enum grant_list list, const char *entry,
                         struct failure *failure) {
  struct grant_terms terms;
  if (list == GRANT_DENY) {
    if (!grant_parse_name(entry, strlen(entry), &terms.grant, failure)) return false;
    grants->each[terms.grant].denied = true;
    return true;
  }
  if (!grant_parse(entry, strlen(entry), &terms, failure)) return false;
  struct grant_state *state = limit(grants, &terms);
  if (list == GRANT_ALLOW) state->held = true;
  if (!terms.quiet.said) return true;
  if (state->profile.said)
    return failure_set(failure, "GRANT_INVALID", "%s has quiet hours twice",
                       grant_kinds[terms.grant].name);
  state->profile = terms.quiet;
  return true;
}

bool grants_take_quiet_hours(struct grants *grants, const char *hours, struct failure *failure) {
  return quiet_hours_parse(hours, strlen(hours), &grants->quiet, failure);
}

bool grants_take_zone(struct grants *grants, const char *zone, struct failure *failure) {
  if (strlen(zone) >= sizeof grants->zone || (strcmp(zone, "UTC") != 0 && !strchr(zone, '/')) ||
      !zone_exists(zone))
    return failure_set(failure, "GRANT_INVALID",
                       "there is no such time zone; write a name such as \"America/New_York\"");
  snprintf(grants->zone, sizeof grants->zone, "%s", zone);
  return true;
}

/* A part of a line. */
struct piece {
  const char *at;
  size_t length;
};

static struct piece trimmed(struct piece piece) {
  while (piece.length > 0 && strchr(blanks, *piece.at)) piece.at++, piece.length--;
  while (piece.length > 0 && strchr(blanks, piece.at[piece.length - 1])) piece.length--;
  return piece;
}

/* Takes the first word off a line, with the punctuation behind it. */
static struct piece take_word(struct piece *line) {
  size_t length = 0;
  *line = trimmed(*line);
  while (length < line->length && !strchr(blanks, line->at[length])) length++;
  struct piece word = {line->at, length};
  line->at += length;
  line->length -= length;
  *line = trimmed(*line);
  return word;
}

/* Whether a word is, or was meant to be, `wanted`. */
static bool resembles(struct piece word, const char *wanted, size_t slips) {
  char text[WORD_LENGTH];
  while (word.length > 0 && strchr(":;.,@", word.at[word.length - 1])) word.length--;
  while (word.length > 0 && *word.at == '@') word.at++, word.length--;
  if (word.length == 0 || word.length >= sizeof text) return false;
  memcpy(text, word.at, word.length);
  text[word.length] = '\0';
  return text_distance(text, wanted, slips) <= slips;
}

static bool is_exactly(struct piece word, const char *wanted) {
  return word.length == strlen(wanted) && memcmp(word.at, wanted, word.length) == 0;
}

/* Whether a word is a grant's name, or nearly. */
static bool resembles_grant(struct piece word) {
  for (int i = 0; i < GRANT_COUNT; i++)
    if (resembles(word, grant_kinds[i].name, 2)) return true;
  return false;
}

/* Whether a comment is meant to grant something: it says so to loftyrun, or it says allow and a
   grant. Prose that begins with the program's name is neither. */
static bool is_meant(struct piece first, struct piece second, struct piece third) {
  bool addressed = first.length > 0 && first.at[first.length - 1] == ':';
  if (addressed && resembles(first, program, 2)) return true;
  return (resembles(first, verb, 1) && resembles_grant(second)) ||
         (resembles(second, verb, 1) && resembles_grant(third));
}

static bool take_comment(struct grants *grants, struct piece line, struct failure *failure) {
  struct grant_terms terms;
  struct piece comment = line;
  struct piece first = take_word(&comment);
  struct piece after = comment;
  struct piece second = take_word(&after);
  struct piece terms_text = after;
  if (!is_meant(first, second, take_word(&after))) return true;
  if (!is_exactly(first, "loftyrun:") || !is_exactly(second, verb)) {
    char shown[GRANT_SHOWN_LENGTH];
    return failure_set(failure, "GRANT_INVALID",
                       "a grant is written \"-- loftyrun: allow NAME\", not \"-- %s\"",
                       grant_shown(line.at, line.length, shown));
  }
  if (!grant_parse(terms_text.at, terms_text.length, &terms, failure)) return false;
  struct grant_state *state = limit(grants, &terms);
  if (state->in_header)
    return failure_set(failure, "GRANT_INVALID", "%s is allowed a second time",
                       grant_kinds[terms.grant].name);
  state->held = state->in_header = true;
  state->header = terms.quiet;
  return true;
}

/* Takes the first line off a text. */
static struct piece take_line(struct piece *text) {
  const char *end = memchr(text->at, '\n', text->length);
  struct piece line = {text->at, end ? (size_t)(end - text->at) : text->length};
  size_t taken = line.length + (end ? 1 : 0);
  text->at += taken;
  text->length -= taken;
  return trimmed(line);
}

bool grants_take_header(struct grants *grants, const struct script *script,
                        struct failure *failure) {
  struct failure why;
  struct piece text = {script->text.data ? script->text.data : "", script->text.length};
  if (text.length >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0) text.at += 3, text.length -= 3;
  for (int number = 1; text.length > 0; number++) {
    struct piece line = take_line(&text);
    if (line.length == 0 || (number == 1 && *line.at == '#')) continue;
    /* A long comment may go on behind code, and ends the header. */
    bool is_comment = line.length >= 2 && memcmp(line.at, "--", 2) == 0 &&
                      !(line.length >= 4 && line.at[2] == '[' && strchr("[=", line.at[3]));
    if (!is_comment) return true;
    while (line.length > 0 && *line.at == '-') line.at++, line.length--;
    if (!take_comment(grants, trimmed(line), &why))
      return failure_set(failure, why.code, "%s:%d: %s", script->name, number, why.message);
  }
  return true;
}

static bool take_option(struct grants *grants, const char *text, size_t length,
                        struct failure *failure) {
  struct grant_terms terms;
  struct failure why;
  if (!grant_parse(text, length, &terms, &why))
    return failure_set(failure, "USAGE", "option --allow: %s", why.message);
  struct grant_state *state = limit(grants, &terms);
  state->held = true;
  if (terms.quiet.said) state->option = terms.quiet;
  return true;
}

bool grants_take_option(struct grants *grants, const char *value, struct failure *failure) {
  struct grant_terms terms;
  if (grant_parse(value, strlen(value), &terms, NULL))
    return take_option(grants, value, strlen(value), failure);
  for (;;) {
    size_t length = strcspn(value, ",");
    if (!take_option(grants, value, length, failure)) return false;
    if (!value[length]) return true;
    value += length + 1;
  }
}

/* Adds hours to the list on top. */
static void add_hours(lua_State *L, const struct quiet_hours *quiet) {
  if (!quiet->said || quiet->none) return;
  lua_createtable(L, 0, 2);
  tables_set_integer(L, "from", quiet->from);
  tables_set_integer(L, "to", quiet->to);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* Of that, what somebody has said: the rest is what holds where nobody does. */
static void push_said(lua_State *L, const struct grants *grants, const struct grant_state *state) {
  lua_createtable(L, 0, 3);
  if (state->run) tables_set_integer(L, "run", state->run);
  if (state->day) tables_set_integer(L, "day", state->day);
  tables_set_boolean(
      L, "quiet",
      state->profile.said || grants->quiet.said || state->header.said || state->option.said);
}

static void push_hours(lua_State *L, const struct grants *grants, const struct grant_state *state) {
  const struct quiet_hours *profile = state->profile.said ? &state->profile : &grants->quiet;
  lua_newtable(L);
  add_hours(L, profile);
  add_hours(L, &state->header);
  add_hours(L, &state->option);
  if (!profile->said && !state->header.said && !state->option.said)
    add_hours(L, &quiet_hours_default);
}

void grants_give(const struct grants *grants, const struct script *script, lua_State *L) {
  lua_createtable(L, 0, GRANT_COUNT + 2);
  for (int i = 0; i < GRANT_COUNT; i++) {
    const struct grant_kind *kind = &grant_kinds[i];
    const struct grant_state *state = &grants->each[i];
    int64_t run = state->run ? state->run : grants->all ? 0 : kind->run;
    int64_t day = state->day ? state->day : grants->all ? 0 : kind->day;
    lua_createtable(L, 0, 6);
    tables_set_boolean(L, "held", (state->held || grants->all) && !state->denied);
    tables_set_boolean(L, "denied", state->denied);
    if (run) tables_set_integer(L, "run", run);
    if (day) tables_set_integer(L, "day", day);
    push_said(L, grants, state);
    lua_setfield(L, -2, "said");
    if (kind->has_quiet) {
      push_hours(L, grants, state);
      lua_setfield(L, -2, "quiet");
    }
    lua_setfield(L, -2, kind->name);
  }
  if (grants->zone[0]) tables_set_text(L, "zone", grants->zone);
  /* Into what is typed at a prompt nobody can write a header. */
  bool is_file = script->chunk_name[0] == '@' &&
                 strncmp(script->chunk_name + 1, EMBEDDED_PREFIX, strlen(EMBEDDED_PREFIX)) != 0;
  if (is_file) tables_set_text(L, "script", script->name);
  lua_setfield(L, LUA_REGISTRYINDEX, RUN_GRANTS);
}
