/* What was typed, kept in a file: what comes back is what was appended, sessions at the same time
   lose nothing of each other, and the file stays bounded. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/line_history.h"
#include "core/line_words.h"
#include "test.h"

enum { SESSIONS = 4, ENTRIES = 200 };

static char folder[] = "/tmp/loftyrun-history-XXXXXX";
static char path[sizeof folder + 16];

struct seen {
  int count, wrong;
  int by[SESSIONS];
  char first[64], last[LINE_HISTORY_ENTRY_MOST + 1];
};

static bool note(void *context, const char *entry, size_t length) {
  struct seen *seen = context;
  int session, number;
  char text[LINE_HISTORY_ENTRY_MOST + 1];
  snprintf(text, sizeof text, "%.*s", (int)length, entry);
  if (seen->count++ == 0) snprintf(seen->first, sizeof seen->first, "%.*s", (int)length, entry);
  memcpy(seen->last, text, sizeof text);
  if (sscanf(text, "session %d entry %d", &session, &number) != 2) return true;
  if (session < 0 || session >= SESSIONS || seen->by[session] != number) seen->wrong++;
  if (session >= 0 && session < SESSIONS) seen->by[session] = number + 1;
  return true;
}

static struct seen read_back(void) {
  struct seen seen = {.count = 0};
  struct buffer text;
  struct failure failure;
  if (!line_history_read(path, &text, &failure)) {
    seen.count = -1;
    return seen;
  }
  line_history_each(&text, note, &seen);
  buffer_free(&text);
  return seen;
}

static bool append(const char *entry) {
  struct failure failure;
  return line_history_append(path, entry, strlen(entry), &failure);
}

static void what_was_appended_comes_back(void) {
  TEST("what was appended comes back");
  static const char *const entries[] = {"1 + 1", "for i = 1, 2 do\nprint(i)\nend",
                                        "\"a\\nb\" \\\\ \\", "\xC3\xA9", "\\n"};
  CHECK_INT(read_back().count, 0);
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    CHECK(append(entries[i]));
    struct seen seen = read_back();
    CHECK_INT(seen.count, (int)i + 1);
    CHECK_STR(seen.last, entries[i]);
  }
  struct stat status;
  CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
  unlink(path);
}

static void nothing_and_too_much_are_passed_over(void) {
  TEST("nothing and too much are passed over");
  char *large = malloc(LINE_HISTORY_ENTRY_MOST + 2);
  memset(large, 'x', LINE_HISTORY_ENTRY_MOST + 1);
  large[LINE_HISTORY_ENTRY_MOST + 1] = '\0';
  CHECK(append(""));
  CHECK(append(large));
  CHECK_INT(read_back().count, 0);
  free(large);
}

static void a_file_that_others_can_read_is_refused(void) {
  TEST("a file that others can read is refused");
  CHECK(append("1"));
  chmod(path, 0644);
  CHECK(!append("2"));
  CHECK_INT(read_back().count, -1);
  unlink(path);
}

static void sessions_at_the_same_time_lose_nothing(void) {
  TEST("sessions at the same time lose nothing");
  for (int session = 0; session < SESSIONS; session++) {
    if (fork() != 0) continue;
    char entry[64];
    for (int i = 0; i < ENTRIES; i++) {
      snprintf(entry, sizeof entry, "session %d entry %d", session, i);
      if (!append(entry)) _exit(1);
    }
    _exit(0);
  }
  for (int session = 0; session < SESSIONS; session++) {
    int status = 1;
    wait(&status);
    CHECK_INT(status, 0);
  }
  struct seen seen = read_back();
  CHECK_INT(seen.count, SESSIONS * ENTRIES);
  CHECK_INT(seen.wrong, 0);
  unlink(path);
}

static void the_file_is_bounded_and_keeps_what_is_new(void) {
  TEST("the file is bounded and keeps what is new");
  char entry[8001];
  memset(entry, 'y', sizeof entry - 1);
  entry[sizeof entry - 1] = '\0';
  CHECK(append("the first"));
  for (int i = 0; i < 400; i++) {
    char number[16];
    snprintf(number, sizeof number, "%06d", i);
    memcpy(entry, number, 6);
    CHECK(append(entry));
  }
  struct stat status;
  CHECK(stat(path, &status) == 0 && status.st_size <= LINE_HISTORY_MOST);
  struct seen seen = read_back();
  CHECK(seen.count > 10);
  CHECK(strcmp(seen.first, "the first") != 0);
  CHECK(strncmp(seen.last, "000399", 6) == 0 && strlen(seen.last) == 8000);
  unlink(path);
}

static void words_stand_in_their_line(void) {
  TEST("words stand in their line, what they have in common first");
  char *words[] = {"stage", "state", NULL}, *one[] = {"stage", NULL}, *none[] = {NULL};
  char **list = line_words_in_place("f{ sta", 3, words);
  CHECK(list && !list[3]);
  CHECK_STR(list[0], "f{ sta");
  CHECK_STR(list[1], "f{ stage");
  CHECK_STR(list[2], "f{ state");
  line_words_free(list);
  list = line_words_in_place("f{ sta", 3, one);
  CHECK(list && !list[1]);
  CHECK_STR(list[0], "f{ stage");
  line_words_free(list);
  CHECK(!line_words_in_place("", 0, none) && !line_words_in_place("", 0, NULL));
  line_words_free(NULL);
}

int main(void) {
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/repl_history", folder);
  what_was_appended_comes_back();
  nothing_and_too_much_are_passed_over();
  a_file_that_others_can_read_is_refused();
  sessions_at_the_same_time_lose_nothing();
  the_file_is_bounded_and_keeps_what_is_new();
  words_stand_in_their_line();
  rmdir(folder);
  return test_finish();
}
