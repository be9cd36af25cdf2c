#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/store.h"

static char folder[256];
static char file[300];

static struct store *open_store(void) {
  struct store *store = NULL;
  struct failure failure = {.code = ""};
  if (!store_open(folder, &store, &failure)) TEST_NOTE("not opened: %s", failure.message);
  return store;
}

/* What opening fails with, "" when it does not. */
static const char *refusal(void) {
  static struct failure failure;
  struct store *store = NULL;
  failure = (struct failure){.code = ""};
  if (store_open(folder, &store, &failure)) store_close(store);
  return failure.code;
}

static void remove_files(void) {
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm", "state.lock"};
  char path[300];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%.255s/%s", folder, names[i]);
    unlink(path);
  }
}

static bool collect(void *context, const char *key, const char *value) {
  char *text = context;
  size_t used = strlen(text);
  snprintf(text + used, 256 - used, "%s=%s ", key, value);
  return strcmp(key, "stop") != 0;
}

/* The entries of a space as "key=value ". */
static const char *listed(struct store *store, const char *space) {
  static char text[256];
  text[0] = '\0';
  CHECK(store_list(store, space, collect, text, NULL));
  return text;
}

static int64_t counted(struct store *store, const char *space) {
  int64_t count = -1;
  CHECK(store_count(store, space, &count, NULL));
  return count;
}

static void test_entries(struct store *store) {
  struct buffer value;
  buffer_init(&value, 1000);
  TEST("nothing is there at first");
  CHECK_INT(store_get(store, "a", "k", &value, NULL), STORE_NO);
  CHECK_INT(counted(store, "a"), 0);
  CHECK_STR(listed(store, "a"), "");
  CHECK(store_remove(store, "a", "k", NULL));
  CHECK(store_drop(store, "a", NULL));

  TEST("an entry is set, and set again");
  CHECK(store_put(store, "a", "k", "1", NULL));
  CHECK(store_put(store, "a", "k", "two", NULL));
  CHECK_INT(store_get(store, "a", "k", &value, NULL), STORE_YES);
  CHECK_MEM(value.data, value.length, "two", 3);
  CHECK_INT(counted(store, "a"), 1);

  TEST("spaces and keys are told apart");
  CHECK(store_put(store, "b", "k", "b", NULL));
  CHECK(store_put(store, "a", "K", "", NULL));
  CHECK(store_put(store, "a", "651095960136641", "id", NULL));
  CHECK_STR(listed(store, "a"), "651095960136641=id K= k=two ");
  CHECK_STR(listed(store, "b"), "k=b ");
  CHECK_INT(store_get(store, "a", "65109596013664", NULL, NULL), STORE_NO);

  TEST("many at once, known ones among them");
  const char *const keys[] = {"3", "k", "1", "3"};
  CHECK(store_add(store, "b", keys, 4, NULL));
  CHECK_STR(listed(store, "b"), "1= 3= k= ");
  CHECK(store_add(store, "b", keys, 0, NULL));

  TEST("a list that is stopped");
  CHECK(store_put(store, "c", "a", "", NULL));
  CHECK(store_put(store, "c", "stop", "", NULL));
  CHECK(store_put(store, "c", "z", "", NULL));
  CHECK_STR(listed(store, "c"), "a= stop= ");
  CHECK(store_put(store, "c", "y", "", NULL)); /* the statement was let go */

  TEST("removed, dropped");
  CHECK(store_remove(store, "a", "k", NULL));
  CHECK_STR(listed(store, "a"), "651095960136641=id K= ");
  CHECK(store_drop(store, "a", NULL));
  CHECK_STR(listed(store, "a"), "");
  CHECK_STR(listed(store, "b"), "1= 3= k= ");
  CHECK(store_put(store, "a", "new", "", NULL));
  CHECK_STR(listed(store, "a"), "new= ");
  buffer_free(&value);
}

static void test_locks(struct store *one, struct store *other) {
  struct store_lock *lock = NULL, *second = NULL;
  CHECK_INT(store_lock(one, "job", &lock, NULL), STORE_YES);
  CHECK_INT(store_lock(other, "job", &second, NULL), STORE_NO);
  CHECK_INT(store_lock(one, "job", &second, NULL), STORE_NO);
  CHECK_INT(store_lock(other, "other job", &second, NULL), STORE_YES);
  store_unlock(second);
  store_unlock(lock);
  CHECK_INT(store_lock(other, "job", &second, NULL), STORE_YES);
  store_unlock(second);
}

/* A child that sets three entries, takes a lock, says so, and is killed while it holds it. */
static void test_killed(struct store *store) {
  int pipes[2];
  char byte;
  struct store_lock *lock = NULL;
  CHECK(pipe(pipes) == 0);
  pid_t child = fork();
  if (child == 0) {
    struct store *own = open_store();
    const char *const keys[] = {"2", "3"};
    bool fine = own && store_put(own, "killed", "1", "x", NULL) &&
                store_add(own, "killed", keys, 2, NULL) &&
                store_lock(own, "held", &lock, NULL) == STORE_YES;
    if (write(pipes[1], fine ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'y');
  CHECK_INT(store_lock(store, "held", &lock, NULL), STORE_NO);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  CHECK_INT(store_lock(store, "held", &lock, NULL), STORE_YES);
  store_unlock(lock);
  CHECK_STR(listed(store, "killed"), "1=x 2= 3= ");
  close(pipes[0]);
  close(pipes[1]);
}

/* Changes bytes of the file behind the store's back. */
static void scribble(off_t offset, const void *bytes, size_t length) {
  int descriptor = open(file, O_WRONLY);
  CHECK(descriptor >= 0 && pwrite(descriptor, bytes, length, offset) == (ssize_t)length);
  close(descriptor);
}

static void test_refusals(void) {
  static const unsigned char newer[4] = {0, 0, 0, 99}; /* user_version, in the file's header */
  static const char noise[512] = "this is no database";
  struct stat status;

  TEST("folder and file are the user's own");
  CHECK(stat(folder, &status) == 0 && (status.st_mode & 0777) == 0700);
  CHECK(stat(file, &status) == 0 && (status.st_mode & 0777) == 0600);

  TEST("a file that others can read is refused");
  CHECK(chmod(file, 0644) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(chmod(file, 0600) == 0);
  CHECK_STR(refusal(), "");

  TEST("a folder that others can write to is refused");
  CHECK(chmod(folder, 0777) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(chmod(folder, 0700) == 0);

  TEST("a file of a newer version is refused");
  scribble(60, newer, sizeof newer);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("another program's file is refused");
  CHECK_STR(refusal(), "");
  scribble(68, newer, sizeof newer); /* application_id */
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("no database at all is refused");
  CHECK_STR(refusal(), "");
  scribble(0, noise, sizeof noise);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("a damaged page is noticed");
  struct store *store = open_store();
  CHECK(store && store_put(store, "a", "k", "v", NULL));
  store_close(store);
  CHECK(stat(file, &status) == 0);
  for (off_t page = 4096; page < status.st_size; page += 4096) scribble(page, noise, sizeof noise);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("a folder in place of the file is refused");
  CHECK(mkdir(file, 0700) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(rmdir(file) == 0);
}

/* Files may not grow any more: a change fails, what was there stays, and later it works again. */
static void test_full(void) {
  struct rlimit limit, small;
  struct failure failure = {.code = ""};
  char value[9000];
  memset(value, 'x', sizeof value - 1);
  value[sizeof value - 1] = '\0';
  struct store *store = open_store();
  CHECK(store && store_put(store, "a", "1", "one", NULL));
  CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  signal(SIGXFSZ, SIG_IGN);
  small = (struct rlimit){.rlim_cur = 64 * 1024, .rlim_max = limit.rlim_max};
  CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
  bool fine = true;
  char key[16];
  int stored = 1;
  for (; fine && stored < 100; stored++) {
    snprintf(key, sizeof key, "%d", stored + 1);
    fine = store_put(store, "a", key, value, &failure);
  }
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK(!fine);
  CHECK_STR(failure.code, "STATE_FAILED");
  CHECK_INT(counted(store, "a"), stored - 1);
  CHECK(store_put(store, "a", key, value, &failure));
  store_close(store);
}

int main(void) {
  snprintf(folder, sizeof folder, "/tmp/test_store.XXXXXX");
  if (!mkdtemp(folder)) return 1;
  strcat(folder, "/state/deep"); /* to be made */
  snprintf(file, sizeof file, "%s/state.db", folder);

  struct store *store = NULL;
  TEST("in memory");
  CHECK(store_open(NULL, &store, NULL));
  test_entries(store);
  TEST("locks in memory");
  test_locks(store, store);
  store_close(store);

  TEST("in a file");
  store = open_store();
  if (!store) return test_finish();
  test_entries(store);
  struct store *other = open_store();
  TEST("locks between two that have it open");
  test_locks(store, other);
  TEST("what one has set the other sees");
  CHECK(store_put(store, "seen", "k", "v", NULL));
  CHECK_STR(listed(other, "seen"), "k=v ");
  TEST("what was set survives a kill, the lock does not");
  test_killed(store);
  store_close(other);
  store_close(store);
  TEST("what was set is there when it is opened again");
  store = open_store();
  CHECK_STR(listed(store, "seen"), "k=v ");
  store_close(store);

  test_refusals();
  TEST("a full disk");
  test_full();

  remove_files();
  rmdir(folder);
  *strrchr(folder, '/') = '\0';
  rmdir(folder);
  *strrchr(folder, '/') = '\0';
  rmdir(folder);
  return test_finish();
}
