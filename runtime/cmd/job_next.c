#include "job_next.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../core/civil.h"
#include "../core/cron.h"
#include "../core/cron_words.h"
#include "../core/exit_code.h"
#include "../core/zone.h"
#include "../host/job.h"
#include "cmd.h"

enum { COUNT_DEFAULT = 5, COUNT_MOST = 1000000, TIME_SIZE = 32, NOTE_SIZE = 320 };

static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/* One question: an expression, a zone, and the form of the answer. */
struct question {
  struct cron cron;
  struct zones *zones;
  const char *zone;
  const char *form; /* NULL: text */
  int64_t after;
  unsigned long count;
};

static int refuse_zone(const char *name) {
  struct failure failure;
  struct buffer meant;
  if (!zone_has_database()) {
    fputs("loftyrun: this machine has no time zones: install the package tzdata\n", stderr);
    return EXIT_CONFIG;
  }
  buffer_init(&meant, TIME_SIZE * 4);
  zone_nearest(name, &meant);
  failure_set(&failure, "USAGE", "there is no time zone \"%.60s\"%s%s%s", name,
              meant.data ? "; did you mean " : "", meant.data ? meant.data : "",
              meant.data ? "?" : "");
  buffer_free(&meant);
  return command_usage_error(&command_job, failure.message);
}

static bool is_same_day(int64_t wall, int64_t other) {
  struct civil left = civil_from(wall), right = civil_from(other);
  return left.day == right.day && left.month == right.month && left.year == right.year;
}

/* Writes what clocks show: the time, its seconds where there are some, and the date if wanted. */
static const char *show(int64_t wall, bool with_date, char text[TIME_SIZE]) {
  struct civil shown = civil_from(wall);
  char date[TIME_SIZE / 2] = "", seconds[8] = "";
  if (with_date)
    snprintf(date, sizeof date, "%04d-%02d-%02d ", (int)shown.year % 10000, shown.month, shown.day);
  if (shown.second != 0) snprintf(seconds, sizeof seconds, ":%02d", shown.second);
  snprintf(text, TIME_SIZE, "%s%02d:%02d%s", date, shown.hour, shown.minute, seconds);
  return text;
}

/* What the clocks do on the day of an instant, and what it means for the run; "" if nothing. */
static void make_note(const struct question *question, const struct cron_clocks *clocks,
                      int64_t wall, char note[NOTE_SIZE]) {
  char from[TIME_SIZE], to[TIME_SIZE], run[96] = "";
  note[0] = '\0';
  if (!clocks->change) return;
  int64_t left = clocks->at + clocks->before, reached = clocks->at + clocks->after;
  const char *too = cron_matches(&question->cron, wall) ? " as well" : "";
  bool with_date = !is_same_day(left, reached);
  if (clocks->skipped == 1)
    snprintf(run, sizeof run, "; runs for %s%s", show(clocks->skipped_first, with_date, from), too);
  else if (clocks->skipped > 1)
    snprintf(run, sizeof run, "; runs once for the %d times from %s to %s%s", clocks->skipped,
             show(clocks->skipped_first, with_date, from), show(clocks->skipped_last, false, to),
             too);
  else if (clocks->is_first || clocks->is_second)
    snprintf(run, sizeof run, "; the %s %s%s", clocks->is_first ? "first" : "second",
             show(wall, false, from), cron_by_the_clock(&question->cron) ? "" : " alone runs");
  snprintf(note, NOTE_SIZE, "clocks go %s from %s to %s%s", reached > left ? "forward" : "back",
           show(left, with_date, from), show(reached, with_date, to), run);
}

static void print_text(int64_t wall, int32_t offset, const char *note) {
  char time_of_day[TIME_SIZE], east[CIVIL_OFFSET_SIZE];
  struct civil shown = civil_from(wall);
  civil_write_offset(offset, east);
  printf("%s %04d-%02d-%02d %s %s%s%s\n", weekdays[shown.weekday], (int)shown.year, shown.month,
         shown.day, show(wall, false, time_of_day), east, *note ? "  " : "", note);
}

/* Nothing that is printed needs an escape: names of zones have none of the characters that would.
 */
static void print_json(const struct question *question, int64_t wall, int32_t offset,
                       const struct cron_clocks *clocks, const char *note) {
  char at[CIVIL_INSTANT_SIZE], change[CIVIL_INSTANT_SIZE];
  civil_write_instant(wall - offset, offset, at);
  printf("{\"at\":\"%s\",\"zone\":\"%s\",\"weekday\":\"%s\"", at, question->zone,
         weekdays[civil_from(wall).weekday]);
  if (clocks->change) {
    civil_write_instant(clocks->at, clocks->after, change);
    printf(",\"clocks\":\"%s\",\"clocks_change\":\"%s\",\"skipped\":%d,\"note\":\"%s\"",
           clocks->after > clocks->before ? "forward" : "back", change, clocks->skipped, note);
  }
  putchar('}');
}

static bool print_one(const struct question *question, int64_t instant, bool is_first,
                      struct failure *failure) {
  struct cron_clocks clocks;
  int32_t offset;
  char note[NOTE_SIZE];
  if (!zone_offset(question->zones, question->zone, instant, &offset, failure) ||
      !cron_explain(&question->cron, question->zones, question->zone, instant, &clocks, failure))
    return false;
  make_note(question, &clocks, instant + offset, note);
  if (!question->form) {
    print_text(instant + offset, offset, note);
    return true;
  }
  bool is_array = strcmp(question->form, "json") == 0;
  if (is_array) fputs(is_first ? "[" : ",\n", stdout);
  print_json(question, instant + offset, offset, &clocks, note);
  if (!is_array) putchar('\n');
  return true;
}

static void print_words(const struct question *question) {
  struct buffer words;
  char title[ZONE_TITLE_SIZE];
  zone_title(question->zone, title);
  buffer_init(&words, CRON_WORDS_MAXIMUM);
  if (cron_words(&question->cron, &words)) printf("%s (%s)\n", words.data, title);
  buffer_free(&words);
}

static int answer(struct question *question) {
  struct failure failure;
  int64_t instant = question->after;
  if (!question->form) print_words(question);
  for (unsigned long i = 0; i < question->count && !ferror(stdout); i++)
    if (!cron_next(&question->cron, question->zones, question->zone, instant, &instant, &failure) ||
        !print_one(question, instant, i == 0, &failure)) {
      fprintf(stderr, "loftyrun: %s\n", failure.message);
      return EXIT_USAGE;
    }
  if (question->form && strcmp(question->form, "json") == 0) puts("]");
  return EXIT_DONE;
}

static bool take_count(const char *word, unsigned long *count) {
  char *end;
  if (!word) return true;
  *count = strtoul(word, &end, 10);
  return word[0] >= '0' && word[0] <= '9' && *end == '\0' && *count > 0 && *count <= COUNT_MOST;
}

/* A job by its name: an expression has blanks, or is one of those that begin with @. */
static bool is_name(const char *word) { return *word && *word != '@' && !strpbrk(word, " \t*,/"); }

struct named {
  struct question *question;
  char *zone;
  struct failure *failure;
  bool fine;
};

static bool take_job(void *context, const struct schedule_job *job) {
  struct named *named = context;
  named->zone = strdup(job->zone);
  named->fine = named->zone && cron_parse(job->expression, &named->question->cron, named->failure);
  return false;
}

/* Finds the job's expression and zone; the zone is to be freed. */
static int find_job(const struct options *options, const char *name, struct question *question,
                    char **zone) {
  struct failure failure;
  struct journal *journal;
  char *account;
  struct run_options run_options = options_run(options);
  struct named named = {.question = question, .failure = &failure};
  int exit_code = job_open_store(&run_options, &journal, &account);
  if (exit_code != EXIT_DONE) return exit_code;
  enum store_answer answer = schedule_job(journal, account, name, take_job, &named, &failure);
  journal_close(journal);
  free(account);
  *zone = named.zone;
  if (answer == STORE_YES && named.fine) {
    question->zone = named.zone;
    return EXIT_DONE;
  }
  if (answer == STORE_NO) return job_unknown(name);
  fprintf(stderr, "loftyrun: %s\n", named.zone ? failure.message : "out of memory");
  return EXIT_TEMPORARY;
}

static int ask(const struct options *options, struct question *question, const char *what) {
  char *zone = NULL;
  int exit_code = is_name(what) ? find_job(options, what, question, &zone) : EXIT_DONE;
  if (exit_code == EXIT_DONE) {
    question->zones = zones_open();
    if (!question->zones) fputs("loftyrun: out of memory\n", stderr);
    exit_code = question->zones ? answer(question) : EXIT_TEMPORARY;
    zones_close(question->zones);
  }
  free(zone);
  return exit_code;
}

int job_next(const struct options *options, char **words) {
  struct failure failure;
  struct question question = {.zone = options->zone ? options->zone : ZONE_LOCAL,
                              .form = options->output,
                              .after = options->given & OPTION_FROM ? options->from : time(NULL),
                              .count = COUNT_DEFAULT};
  if (!words[0])
    return command_usage_error(&command_job, "say which expression: \"0 6 * * 1-5\", or which job");
  if (words[1] && words[2])
    return command_usage_error(&command_job,
                               "too many words; an expression needs quotes around it: "
                               "\"0 6 * * 1-5\"");
  if (!is_name(words[0]) && !cron_parse(words[0], &question.cron, &failure))
    return command_usage_error(&command_job, failure.message);
  if (!take_count(words[1], &question.count))
    return command_usage_error(&command_job, "COUNT is a whole number from 1 to 1000000");
  if (question.form && strcmp(question.form, "json") != 0 && strcmp(question.form, "jsonl") != 0)
    return command_usage_error(&command_job, "job next writes text, or json or jsonl with -o");
  if (options->zone && is_name(words[0]))
    return command_usage_error(&command_job,
                               "a job has its own zone; --tz goes with an expression");
  if (strcmp(question.zone, ZONE_LOCAL) != 0 && !zone_exists(question.zone))
    return refuse_zone(question.zone);
  return ask(options, &question, words[0]);
}
