#include "core/crontab.h"

#include <errno.h>

#include "test.h"

static const struct {
  const char *word, *cron, *systemd;
} words[] = {
    {"plain-1.2_x:/=@,+", "plain-1.2_x:/=@,+", "plain-1.2_x:/=@,+"},
    {"", "''", "\"\""},
    {"a b", "'a b'", "\"a b\""},
    {"it's", "'it'\\''s'", "\"it's\""},
    {"50%", "'50\\%'", "\"50%%\""},
    {"a\\%", "'a\\''\\%'", "\"a\\\\%%\""},
    {"\\", "'\\'''", "\"\\\\\""},
    {"$x`", "'$x`'", "\"$$x`\""},
    {"\"", "'\"'", "\"\\\"\""},
    {"~", "'~'", "\"~\""},
    {"-x", "-x", "-x"},
    {";", "';'", "\";\""},
    {"\t", "'\t'", "\"\\x09\""},
    {"\xc3\xa4", "'\xc3\xa4'", "\"\xc3\xa4\""},
    {"a\nb", NULL, "\"a\\x0ab\""},
};

static const struct {
  const char *name, *old, *made; /* NULL: refused */
} replaced[] = {
    {"nothing", "", "PART"},
    {"a line before", "1\n", "1\nPART"},
    {"a line before that does not end", "1", "1\nPART"},
    {"the part alone", "BEGIN\nold\nEND\n", "PART"},
    {"between others", "1\nBEGIN x\nold\nolder\nEND\n2\n", "1\nPART2\n"},
    {"at the end, without its line end", "1\nBEGIN\nEND", "1\nPART"},
    {"of another job", "# loftyrun job ab: begin\n# loftyrun job ab: end\n",
     "# loftyrun job ab: begin\n# loftyrun job ab: end\nPART"},
    {"marks inside of lines", "x BEGIN\nx END\n", "x BEGIN\nx END\nPART"},
    {"marks that go on", "BEGINNER\nENDLESS\n", "BEGINNER\nENDLESS\nPART"},
    {"no end", "BEGIN\n1\n", NULL},
    {"no beginning", "1\nEND\n", NULL},
    {"backwards", "END\nBEGIN\n", NULL},
    {"twice", "BEGIN\nEND\nBEGIN\nEND\n", NULL},
    {"two beginnings", "BEGIN\nBEGIN\nEND\n", NULL},
    {"two ends", "BEGIN\nEND\nEND\n", NULL},
};

/* Writes BEGIN, END and PART in full. */
static const char *expand(const char *text, char *out) {
  static const char *const names[][2] = {
      {"BEGIN", "# loftyrun job a: begin"},
      {"END", "# loftyrun job a: end"},
      {"PART",
       "# loftyrun job a: begin (loftyrun job install writes these lines anew)\n5 * * * * x\n"
       "# loftyrun job a: end\n"},
  };
  char *at = out;
  while (*text) {
    size_t i = 0;
    while (i < 3 && strncmp(text, names[i][0], strlen(names[i][0])) != 0) i++;
    if (i == 3) {
      *at++ = *text++;
      continue;
    }
    memcpy(at, names[i][1], strlen(names[i][1]));
    at += strlen(names[i][1]);
    text += strlen(names[i][0]);
  }
  *at = '\0';
  return out;
}

static void test_replace(void) {
  for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++) {
    char old[1024], made[1024];
    struct buffer out;
    struct failure failure = {.code = ""};
    TEST("a part put into a crontab: %s", replaced[i].name);
    buffer_init(&out, CRONTAB_MAXIMUM);
    bool fine = crontab_replace(expand(replaced[i].old, old), "a", "5 * * * * x\n", &out, &failure);
    CHECK_INT(fine, replaced[i].made != NULL);
    if (replaced[i].made)
      CHECK_STR(out.data, expand(replaced[i].made, made));
    else
      CHECK_STR(failure.code, "CRONTAB_BROKEN");
    buffer_free(&out);
  }
}

static void test_words(void) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    struct buffer out;
    TEST("a word quoted: %s", words[i].word);
    buffer_init(&out, 100);
    errno = 0;
    CHECK_INT(crontab_quote(&out, words[i].word), words[i].cron != NULL);
    if (words[i].cron)
      CHECK_STR(out.data, words[i].cron);
    else
      CHECK_INT(errno, EINVAL);
    buffer_free(&out);
    CHECK(systemd_quote(&out, words[i].word));
    CHECK_STR(out.data, words[i].systemd);
    buffer_free(&out);
  }
}

int main(void) {
  test_words();
  test_replace();

  TEST("names of jobs");
  CHECK(crontab_is_name("a") && crontab_is_name("daily-brief_2.x") && crontab_is_name("_"));
  CHECK(!crontab_is_name("") && !crontab_is_name("a b") && !crontab_is_name(".a") &&
        !crontab_is_name("-a") && !crontab_is_name("a/b") && !crontab_is_name("\xc3\xa4"));
  char longest[66] = "";
  memset(longest, 'a', 64);
  CHECK(crontab_is_name(longest));
  longest[64] = 'a';
  CHECK(!crontab_is_name(longest));

  TEST("variables that a crontab sets");
  CHECK(crontab_sets("CRON_TZ=UTC\n", "CRON_TZ") && crontab_sets("1\n \"CRON_TZ\" = x", "CRON_TZ"));
  CHECK(!crontab_sets("", "CRON_TZ") && !crontab_sets("# CRON_TZ=UTC\n", "CRON_TZ") &&
        !crontab_sets("CRON_TZX=1\n1 2 3 4 5 CRON_TZ=x\n", "CRON_TZ"));
  return test_finish();
}
