#include "core/cron.h"

#include "core/cron_words.h"
#include "test.h"

/* What is refused, and a part of the sentence that says so. */
static const struct {
  const char *text, *says;
} refused[] = {
    {"", "is empty; supported are five fields"},
    {" \t ", "is empty"},
    {"* * * *", "has 4 fields; supported are five fields"},
    {"0", "has 1 field; "},
    {"60 * * * *", "the first field, minute, holds 60; it goes from 0 to 59"},
    {"0 24 * * *", "the second field, hour, holds 24; it goes from 0 to 23"},
    {"0 0 32 * *", "the third field, day of month, holds 32; it goes from 1 to 31"},
    {"0 0 0 * *", "the third field, day of month, holds 0; it goes from 1 to 31"},
    {"0 0 1 13 *", "the fourth field, month, holds 13; it goes from 1 to 12"},
    {"0 0 1 0 *", "the fourth field, month, holds 0; it goes from 1 to 12"},
    {"0 0 * * 8", "the fifth field, day of week, holds 8; it goes from 0 to 7"},
    {"0 0 1-32 * *", "holds 32; it goes from 1 to 31"},
    {"4294967296 * * * *", "holds 4294967296; it goes from 0 to 59"},
    {"99999999999999999999999 * * * *", "it goes from 0 to 59"},
    {"1,,2 * * * *", "a comma without a value on both of its sides"},
    {",1 * * * *", "a comma without a value"},
    {"1, * * * *", "a comma without a value"},
    {"1- * * * *", "holds \"1-\""},
    {"-1 * * * *", "holds \"-1\""},
    {"1-2-3 * * * *", "holds \"1-2-3\""},
    {"*-5 * * * *", "holds \"*-5\""},
    {"*5 * * * *", "holds \"*5\""},
    {"** * * * *", "holds \"**\""},
    {"1.5 * * * *", "holds \"1.5\"; it takes 0 to 59"},
    {"+1 * * * *", "holds \"+1\""},
    {"*/ * * * *", "needs one number after its /"},
    {"*/a * * * *", "needs one number after its /"},
    {"*/5/5 * * * *", "needs one number after its /"},
    {"*/-5 * * * *", "needs one number after its /"},
    {"*/0 * * * *", "a step is at least 1"},
    {"*/60 * * * *", "only 0 is left"},
    {"*/90 * * * *", "cron counts anew from each hour and day"},
    {"* */24 * * *", "only 0 is left"},
    {"0 0 */31 * *", "only 1 is left"},
    {"0 0 1 */12 *", "only 1 is left"},
    {"0 0 * * */7", "only 0 is left"},
    {"0-10/11 * * * *", "only 0 is left"},
    {"5-5/2 * * * *", "only 5 is left"},
    {"*/4294967297 * * * *", "only 0 is left"},
    {"5/15 * * * *", "a step without a range; write 5-59/15"},
    {"0 0 * * 1/2", "a step without a range; write 1-6/2"},
    {"0 22-2 * * *", "runs backwards; write 22-23,0-2"},
    {"0 23-0 * * *", "runs backwards; write 23,0"},
    {"0 0 31-1 * *", "runs backwards; write 31,1"},
    {"0 0 1 NOV-FEB *", "runs backwards; write 11-12,1-2"},
    {"0 0 * * FRI-MON", "runs backwards; write 5-6,0-1"},
    {"0 22-2/2 * * *", "runs backwards; write two ranges"},
    {"0 0 * * MONDAY", "names have three letters, write MON"},
    {"0 0 1 january *", "names have three letters, write jan"},
    {"0 0 1 MON *", "belongs into the fifth field, day of week"},
    {"0 0 * * JAN", "belongs into the fourth field, month"},
    {"0 MON * * *", "belongs into the fifth field, day of week"},
    {"0 0 * * XYZ", "it takes 0 to 7 or SUN to SAT"},
    {"0 0 * * MO", "it takes 0 to 7 or SUN to SAT"},
    {"0 0 * * MON-", "holds \"MON-\""},
    {"0 0 ? * *", "write * instead"},
    {"0 0 * * ?", "write * instead"},
    {"0 0 L * *", "28-31 for the last of a month"},
    {"0 0 L-3 * *", "28-31 for the last of a month"},
    {"0 0 * * 5L", "a last day"},
    {"0 0 15W * *", "the weekday nearest to a date"},
    {"0 0 LW * *", "the weekday nearest to a date"},
    {"0 0 * * 5#2", "a counted weekday"},
    {"0 0 * * FRI#2", "a counted weekday"},
    {"0~30 * * * *", "a random time"},
    {"H * * * *", "Jenkins"},
    {"H/15 * * * *", "Jenkins"},
    {"0 0 12 * * *",
     "has 6 fields; supported are five fields: minute, hour, day of month, month, "
     "day of week: if the first is seconds, write 0 12 * * *"},
    {"0 0 12 ? * MON-FRI", "if the first is seconds, write 0 12 * * MON-FRI"},
    {"30 7 * * MON-FRI *", "if the last is one too many, write 30 7 * * MON-FRI"},
    {"30 7 * * 1-5 *",
     "if the first is seconds, write 7 * * 1-5 *; if the last is one too many, write 30 7 * * 1-5"},
    {"0 30 7 * * MON-FRI", "day of week: if the first is seconds, write 30 7 * * MON-FRI"},
    {"0 12 * * * 2026",
     "the last of them for years; supported are five fields: minute, hour, day "
     "of month, month, day of week: leave \"2026\" out"},
    {"0 12 * * ? *", "the last of them for years"},
    {"0 0 0 1 1 ? 2026", "has 7 fields"},
    {"0 6 * * 1 /usr/bin/loftyrun x.lua",
     "goes on after its five fields, with "
     "\"/usr/bin/loftyrun\""},
    {"CRON_TZ=Asia/Tokyo 0 6 * * *", "its zone is said apart from it"},
    {"@nightly", "supported are @yearly"},
    {"@dialy", "did you mean @daily?"},
    {"@daily 5", "stands alone"},
    {"@reboot", "is no time"},
    {"@every 5m", "write it as fields"},
    {"@", "there is no \"@\""},
    {"0 0 30 2 *", "never comes: February has 28 or 29 days"},
    {"0 0 30-31 FEB *", "never comes"},
    {"0 0 31 4,6,9,11 *", "never comes"},
    {"0 0 30 2 */2", "never comes"},
    {"0 0 1 1 *\n", "character 10 is not ASCII"},
    {"\xE2\x88\x97 * * * *", "character 1 is not ASCII"},
};

static void test_refused(void) {
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    struct cron cron;
    struct failure failure = {.code = ""};
    TEST("refused: %s", refused[i].text);
    CHECK(!cron_parse(refused[i].text, &cron, &failure));
    CHECK_STR(failure.code, "CRON");
    if (!strstr(failure.message, refused[i].says))
      TEST_NOTE("it says \"%s\", expected \"%s\"", failure.message, refused[i].says);
  }
  struct failure wrong = {.code = ""};
  struct cron none;
  TEST("refused: six fields of which no five are an expression");
  CHECK(!cron_parse("99 99 99 99 99 99", &none, &wrong));
  CHECK(!strstr(wrong.message, "write"));
  char text[700];
  struct cron cron;
  struct failure failure;
  memset(text, ' ', sizeof text);
  memcpy(text, "* * * * *", 9);
  TEST("refused: longer than 512 characters");
  text[513] = '\0';
  CHECK(!cron_parse(text, &cron, &failure));
  CHECK(strstr(failure.message, "longer than 512"));
  text[512] = '\0';
  CHECK(cron_parse(text, &cron, &failure));
}

/* Two spellings of one schedule. */
static const struct {
  const char *one, *other;
} alike[] = {
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@HOURLY", "0 * * * *"},
    {"0 0 * * 7", "0 0 * * 0"},
    {"0 0 * * SUN", "0 0 * * 0"},
    {"0 0 * * sat-sun", "0 0 * * 6,0"},
    {"0 0 * * FRI-SUN/2", "0 0 * * 5,7"},
    {"0 0 * * 5-7", "0 0 * * 0,5,6"},
    {"0 0 * * 7-2", "0 0 * * 0,1,2"},
    {"0 0 * * SUN-TUE", "0 0 * * 0-2"},
    {"0 0 * * SUN-SUN", "0 0 * * 0"},
    {"0 0 1 jan,Jun-AUG *", "0 0 1 1,6,7,8 *"},
    {"0 0 1 JAN-DEC/3 *", "0 0 1 1,4,7,10 *"},
    {"*/20 * * * *", "0,20,40 * * * *"},
    {"*/7 * * * *", "0,7,14,21,28,35,42,49,56 * * * *"},
    {"10-30/10 * * * *", "10,20,30 * * * *"},
    {"5-59/15 * * * *", "5,20,35,50 * * * *"},
    {"0 0 1-31/10 * 1", "0 0 1,11,21,31 * 1"},
    {"05 007 * * *", "5 7 * * *"},
    {"30,30,1-3,2 5 * * *", "1,2,3,30 5 * * *"},
    {"  0\t0   *  * *\t", "0 0 * * *"},
    {"0-59 0-23 * * *", "* * * * *"},
    {"*/1 */1 * * *", "* * * * *"},
    {"7-7/1 * * * *", "7 * * * *"},
};

static void test_alike(void) {
  for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
    struct cron one, other;
    struct failure failure = {.message = ""};
    TEST("%s is %s", alike[i].one, alike[i].other);
    CHECK(cron_parse(alike[i].one, &one, &failure));
    CHECK(cron_parse(alike[i].other, &other, &failure));
    CHECK_STR(failure.message, "");
    CHECK_INT(one.minutes, other.minutes);
    CHECK_INT(one.hours, other.hours);
    CHECK_INT(one.days, other.days);
    CHECK_INT(one.months, other.months);
    CHECK_INT(one.weekdays, other.weekdays);
    CHECK_INT(one.any_day, other.any_day);
    CHECK_INT(one.any_weekday, other.any_weekday);
  }
}

static const struct {
  const char *expression, *words;
} said[] = {
    {"* * * * *", "every minute"},
    {"*/15 * * * *", "every 15 minutes"},
    {"0,15,30,45 * * * *", "every 15 minutes"},
    {"*/7 * * * *", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"},
    {"5-59/15 * * * *", "at minutes 5, 20, 35 and 50 of every hour"},
    {"0 * * * *", "every hour"},
    {"30 * * * *", "at minute 30 of every hour"},
    {"@hourly", "every hour"},
    {"@daily", "at 00:00, every day"},
    {"30 2 * * *", "at 02:30, every day"},
    {"0 9,17 * * *", "at 09:00 and 17:00, every day"},
    {"0,30 9-10 * * *", "at 09:00, 09:30, 10:00 and 10:30, every day"},
    {"0 8-18 * * *", "every hour from 08:00 to 18:00, every day"},
    {"30 8-18/5 * * *", "every 5 hours from 08:30 to 18:30, every day"},
    {"0 */2 * * *", "every 2 hours from 00:00 to 22:00, every day"},
    {"0 1,2,4,8 * * *", "at 01:00, 02:00, 04:00 and 08:00, every day"},
    {"*/15 8-18 * * 1-5", "every 15 minutes from 08:00 to 18:45, Monday to Friday"},
    {"* 8 * * *", "every minute from 08:00 to 08:59, every day"},
    {"*/10 8,12,20-22 * * *", "every 10 minutes of the hours 8, 12 and 20 to 22, every day"},
    {"1-5 8-9 * * *", "at minutes 1 to 5 of the hours 8 and 9, every day"},
    {"1-7 8 * * *", "at minutes 1 to 7 of hour 8, every day"},
    {"*/15 * * * MON,WED,SUN", "every 15 minutes, on Monday, Wednesday and Sunday"},
    {"0 0 * * FRI-SUN", "at 00:00, Friday to Sunday"},
    {"0 0 * * 0", "at 00:00, on Sunday"},
    {"0 0 * * 6,0", "at 00:00, on Saturday and Sunday"},
    {"0 0 1 * *", "at 00:00, on day 1 of the month"},
    {"0 0 1,15-17 * *", "at 00:00, on days 1 and 15 to 17 of the month"},
    {"@yearly", "at 00:00, on day 1 of January"},
    {"0 0 29 2 *", "at 00:00, on day 29 of February"},
    {"0 0 1 */3 *", "at 00:00, on day 1 of January, April, July and October"},
    {"0 6 * 6-8 *", "at 06:00, every day, in June to August"},
    {"*/5 * * 12 *", "every 5 minutes, in December"},
    {"0 6 * 12 1-5", "at 06:00, Monday to Friday, in December"},
    {"0 0 13 * FRI", "at 00:00, on day 13 of the month, and besides on Friday"},
    {"0 0 13 6 1-5", "at 00:00, on day 13 of the month, and besides Monday to Friday, in June"},
    {"0 0 1-31 * FRI", "at 00:00, every day"},
    {"0 0 13 * 0-6", "at 00:00, every day"},
    {"0 0 13 * *", "at 00:00, on day 13 of the month"},
    {"0 0 */15 * FRI", "at 00:00, on Friday, if that is one of days 1, 16 and 31 of the month"},
    {"0 0 13 * */4", "at 00:00, on Thursday and Sunday, if that is day 13 of the month"},
};

static void test_words(void) {
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    struct cron cron;
    struct buffer words;
    buffer_init(&words, CRON_WORDS_MAXIMUM);
    TEST("in words: %s", said[i].expression);
    CHECK(cron_parse(said[i].expression, &cron, NULL));
    CHECK(cron_words(&cron, &words));
    CHECK_STR(words.data, said[i].words);
    buffer_free(&words);
  }
  /* Two values out of three: no range is long enough to be said shortly. */
  struct cron worst = {.minutes = 0xDB6DB6DB6DB6DB6,
                       .hours = 0x6DB6DB,
                       .days = 0x6DB6DB6C,
                       .months = 0x1B6C,
                       .weekdays = 0x36};
  struct buffer words;
  buffer_init(&words, CRON_WORDS_MAXIMUM);
  TEST("in words: the longest fits");
  CHECK(cron_words(&worst, &words));
  buffer_free(&words);
}

int main(void) {
  test_refused();
  test_alike();
  test_words();
  return test_finish();
}
