/* libFuzzer target: core/cron.c on any text, and on what it lets pass, when it comes next.
     cd runtime/core && clang -g -O1 -D_GNU_SOURCE -I.. -fsanitize=fuzzer,address,undefined \
       -o fuzz_cron ../../tests/fuzz/fuzz_cron.c {cron,cron_next,cron_words,civil,zone}.c \
       {text,buffer,failure}.c */
#include <stdlib.h>
#include <string.h>

#include "core/civil.h"
#include "core/cron.h"
#include "core/cron_words.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The first instant after `after` whose clocks show a minute that is named, or a time skipped. */
static void check_next(const struct cron *cron, struct zones *zones, int64_t after) {
  static const char *const names[] = {"America/New_York", "Australia/Lord_Howe", "Pacific/Apia"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct cron_clocks clocks;
    int64_t next;
    int32_t offset;
    if (!cron_next(cron, zones, names[i], after, &next, NULL) ||
        !zone_offset(zones, names[i], next, &offset, NULL) ||
        !cron_explain(cron, zones, names[i], next, &clocks, NULL))
      abort();
    if (next <= after || (!cron_matches(cron, next + offset) && clocks.skipped == 0)) abort();
  }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char *text = malloc(size + 1); /* exactly as long as it is, so that a step too far is seen */
  struct zones *zones = zones_open();
  if (!text || !zones) abort();
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  struct cron cron;
  struct failure failure = {.message = ""};
  struct buffer words;
  buffer_init(&words, CRON_WORDS_MAXIMUM);
  if (cron_parse(text, &cron, &failure)) {
    if (!cron_words(&cron, &words) || words.length == 0) abort();
    check_next(&cron, zones, 1325203200 + (int64_t)(size > 0 ? data[0] : 0) * CIVIL_DAY);
  } else if (!failure.message[0]) {
    abort();
  }
  buffer_free(&words);
  zones_close(zones);
  free(text);
  return 0;
}
