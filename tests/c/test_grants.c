/* How a grant is written, and what is no grant. */
#include "core/grants.h"

#include "test.h"

static struct grant_terms parsed(const char *text) {
  struct failure failure = {.code = ""};
  struct grant_terms terms = {.run = -1};
  if (!grant_parse(text, strlen(text), &terms, &failure))
    TEST_NOTE("%s: %s", text, failure.message);
  return terms;
}

static const char *refusal(const char *text) {
  static struct failure failure;
  struct grant_terms terms;
  failure = (struct failure){.code = ""};
  return grant_parse(text, strlen(text), &terms, &failure) ? "" : failure.message;
}

static void test_terms(void) {
  TEST("every grant by its name alone says nothing else");
  for (int i = 0; i < GRANT_COUNT; i++) {
    struct grant_terms terms = parsed(grant_kinds[i].name);
    CHECK_INT(terms.grant, i);
    CHECK_INT(terms.run, 0);
    CHECK_INT(terms.day, 0);
    CHECK(!terms.quiet.said);
    CHECK(grant_kinds[i].run > 0);
  }
  TEST("caps in either order, one or both");
  struct grant_terms terms = parsed("send_sms, at most 50 a run and 200 a day");
  CHECK_INT(terms.run, 50);
  CHECK_INT(terms.day, 200);
  terms = parsed("send_sms , at  most 200 a day and 50\ta run ");
  CHECK_INT(terms.run, 50);
  CHECK_INT(terms.day, 200);
  terms = parsed("send_sms, at most 1000000000 a day");
  CHECK_INT(terms.run, 0);
  CHECK_INT(terms.day, 1000000000);
  TEST("quiet hours, before or after the caps");
  terms = parsed("send_email, quiet 18:00-9:30, at most 5 a run");
  CHECK_INT(terms.quiet.from, 18 * 60);
  CHECK_INT(terms.quiet.to, 9 * 60 + 30);
  CHECK_INT(terms.run, 5);
  terms = parsed("send_email, at most 5 a run, quiet 24:00 - 09:05");
  CHECK_INT(terms.quiet.from, 0);
  CHECK_INT(terms.quiet.to, 9 * 60 + 5);
  CHECK(parsed("send_email, quiet none").quiet.none);
}

static void test_refusals(void) {
  static const char *const wrong[] = {
      "",
      ",",
      "send_smss",
      "SEND_SMS",
      "send_sms,",
      "send_sms at most 5 a run",
      "send_sms, at most",
      "send_sms, at most 5",
      "send_sms, at most five a run",
      "send_sms, at most -5 a run",
      "send_sms, at most 0 a run",
      "send_sms, at most 5.5 a run",
      "send_sms, at most 1000000001 a run",
      "send_sms, at most 99999999999999999999 a run",
      "send_sms, at most 5 a run and",
      "send_sms, at most 5 a run and 6 a run",
      "send_sms, at most 5 a run, at most 6 a day",
      "send_sms, atmost 5 a run",
      "send_sms, at most 5 a runs",
      "send_sms, quiet",
      "send_sms, quiet 21-8",
      "send_sms, quiet 21:0-8:00",
      "send_sms, quiet 21:60-8:00",
      "send_sms, quiet 24:01-8:00",
      "send_sms, quiet 8:00-8:00",
      "send_sms, quiet 0:00-24:00",
      "send_sms, quiet none, quiet none",
      "send_sms, quiet 21:00-08:00 or so",
      "send_sms delete_notes",
      "delete_notes, quiet 21:00-08:00",
  };
  TEST("nothing else is a grant");
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (!*refusal(wrong[i])) TEST_NOTE("taken: %s", wrong[i]);
  TEST("messages");
  CHECK_STR(refusal("send_smss"), "there is no grant \"send_smss\"; did you mean \"send_sms\"?");
  CHECK_STR(refusal("SEND_SMS"), "there is no grant \"SEND_SMS\"; did you mean \"send_sms\"?");
  CHECK_STR(refusal("fly"), "there is no grant \"fly\" (loftyrun help grants lists them)");
  TEST("only as much as is given is read");
  struct grant_terms terms;
  CHECK(grant_parse("send_sms, at most 5 a run", 8, &terms, NULL));
  CHECK_INT(terms.run, 0);
  CHECK(!grant_parse("send_sms\0delete_notes", 21, &terms, NULL));
}

static void test_shown(void) {
  char shown[GRANT_SHOWN_LENGTH];
  static const char text[] = "a\033[2J \xC2\x9B\xC3\xA9\xFF";
  TEST("what is shown of a text is plain and whole");
  CHECK_STR(grant_shown(text, sizeof text - 1, shown), "a?[2J ?\xC3\xA9\xFF");
  char longer[200];
  memset(longer, 'x', sizeof longer);
  memcpy(longer + GRANT_SHOWN_LENGTH - 2, "\xC3\xA9", 2);
  CHECK_INT(strlen(grant_shown(longer, sizeof longer, shown)), GRANT_SHOWN_LENGTH - 2);
  CHECK_STR(grant_shown("\0", 1, shown), "?");
  CHECK_STR(grant_shown("", 0, shown), "");
}

int main(void) {
  test_terms();
  test_refusals();
  test_shown();
  return test_finish();
}
