/* The store where things fail: full and read-only disks, processes that are killed, several at
 * once. */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "core/entries.h"
#include "state_folder.h"

enum { LARGE = 9000, ROUNDS = 100, WRITERS = 4, WRITES = 500 };

static char large[LARGE];

static bool put(struct store *store, const char *key, const char *value, struct failure *failure) {
  return entries_put(store, "a", key, value, STORE_DURABLE, failure);
}

static int64_t counted(struct store *store) {
  int64_t count = -1;
  CHECK(entries_count(store, "a", &count, NULL));
  return count;
}

/* Fills the disk; what failed is not there, what did not fail is. Returns how many there are. */
static int fill(struct store *store, char *key, const char *sentence) {
  struct failure failure = {.code = ""};
  int stored = 0;
  for (bool fine = true; fine && stored < 1000; stored += fine) {
    sprintf(key, "%d", stored + 1);
    fine = put(store, key, large, &failure);
  }
  CHECK(stored < 1000);
  CHECK_STR(failure.code, "STATE_FAILED");
  if (!strstr(failure.message, sentence)) TEST_NOTE("it says: %s", failure.message);
  CHECK_INT(counted(store), stored);
  return stored;
}

/* Files may not grow any more: later it works again. */
static void test_limit(void) {
  struct rlimit limit, small;
  char key[16];
  struct store *store = open_store();
  CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  small = (struct rlimit){.rlim_cur = 128 * 1024, .rlim_max = limit.rlim_max};
  CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
  int stored = fill(store, key, "could not be read or written");
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK(put(store, key, large, NULL));
  CHECK_INT(counted(store), stored + 1);
  CHECK(store_check(store, NULL));
  store_close(store);
  remove_files();
}

static bool mount_disk(int pages, unsigned long flags) {
  char options[64];
  snprintf(options, sizeof options, "size=%d,mode=700", pages * 4096);
  return mount("none", folder, "tmpfs", flags, options) == 0;
}

/* A disk of each size up to one on which it can begin; with more room it goes on. */
static void test_small_disks(void) {
  bool begun = false;
  for (int pages = 1; pages < 128 && !begun; pages++) {
    struct failure failure = {.code = ""};
    struct store *store = NULL;
    CHECK(mount_disk(pages, 0));
    begun = store_open(folder, &store, &failure) && put(store, "k", "v", &failure);
    if (!begun) {
      CHECK_STR(failure.code, "STATE_FAILED");
      if (strcmp(failure.code, "STATE_FAILED") != 0) TEST_NOTE("%d: %s", pages, failure.message);
    }
    store_close(store);
    CHECK(mount_disk(256, MS_REMOUNT));
    store = open_store();
    CHECK(store && store_check(store, NULL) && put(store, "l", "v", NULL));
    if (store) CHECK_INT(counted(store), begun ? 2 : 1);
    store_close(store);
    CHECK(umount(folder) == 0);
  }
  CHECK(begun);
}

static void test_full_disk(void) {
  char key[16];
  CHECK(mount_disk(80, 0));
  struct store *store = open_store();
  int stored = fill(store, key, "no space left");
  struct failure failure = {.code = ""};
  CHECK(!store_backup(store, inside("backup"), &failure));
  CHECK_STR(failure.code, "STATE_FAILED");
  CHECK(access(inside("backup"), F_OK) != 0);
  CHECK(mount_disk(400, MS_REMOUNT));
  CHECK(put(store, key, large, NULL));
  store_close(store);
  store = open_store();
  CHECK(store_check(store, NULL));
  CHECK_INT(counted(store), stored + 1);
  store_close(store);

  CHECK(mount_disk(400, MS_REMOUNT | MS_RDONLY));
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(mount_disk(400, MS_REMOUNT));
  CHECK_STR(refusal(), "");
  CHECK(umount(folder) == 0);
}

static bool write_text(const char *path, const char *text) {
  int descriptor = open(path, O_WRONLY);
  bool written = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
  if (descriptor >= 0) close(descriptor);
  return written;
}

/* A place where this process may mount: root anywhere, others where the system lets them be root.
 */
static bool enter_namespace(void) {
  char users[64], groups[64];
  snprintf(users, sizeof users, "0 %d 1", (int)geteuid());
  snprintf(groups, sizeof groups, "0 %d 1", (int)getegid());
  if (geteuid() == 0 ? unshare(CLONE_NEWNS) != 0
                     : unshare(CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
                           !write_text("/proc/self/setgroups", "deny") ||
                           !write_text("/proc/self/uid_map", users) ||
                           !write_text("/proc/self/gid_map", groups))
    return false;
  return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount_disk(1, 0) &&
         umount(folder) == 0;
}

/* Runs `test` where it may mount, as a test of its own process. False where it may not. */
static bool with_mounts(const char *name, void (*test)(void)) {
  int status = -1;
  test_close();
  pid_t child = fork();
  if (child == 0) {
    if (!enter_namespace()) _exit(2);
    test_state.failed = 0;
    TEST("%s", name);
    test();
    test_close();
    _exit(test_state.failed ? 1 : 0);
  }
  waitpid(child, &status, 0);
  TEST("%s (as seen from outside)", name);
  bool possible = !WIFEXITED(status) || WEXITSTATUS(status) != 2;
  if (possible) CHECK_INT(status, 0);
  return possible;
}

/* For a user who may not write to the file, nor to a folder with these rights; root becomes one. */
static void test_read_only(mode_t rights) {
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm"};
  int status = -1;
  struct store *store = open_store();
  CHECK(put(store, "k", "v", NULL));
  for (size_t i = 0; geteuid() == 0 && i < 3; i++)
    CHECK(chown(inside(names[i]), 65534, 65534) == 0);
  if (geteuid() == 0) CHECK(chown(folder, 65534, 65534) == 0);
  store_close(store);
  CHECK(chmod(file, 0400) == 0 && chmod(folder, rights) == 0);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(1);
    _exit(strcmp(refusal(), "STATE_UNUSABLE") == 0 ? 0 : 1);
  }
  waitpid(child, &status, 0);
  CHECK_INT(status, 0);
  CHECK(chmod(file, 0600) == 0 && chmod(folder, 0700) == 0);
  remove_files();
}

/* Several processes count at once, from when all of them are ready: none of it is lost. */
static void test_counting(void) {
  pid_t children[WRITERS];
  int64_t sum = 0;
  int ready[2], go[2];
  char byte = 'y';
  CHECK(pipe(ready) == 0 && pipe(go) == 0);
  for (int i = 0; i < WRITERS; i++) {
    children[i] = fork();
    if (children[i] != 0) continue;
    struct store *store = open_store(); /* several make the tables at once, too */
    bool fine = store != NULL && write(ready[1], &byte, 1) == 1;
    close(ready[1]); /* one that ends early is not waited for */
    close(go[1]);
    fine = fine && read(go[0], &byte, 1) == 0;
    for (int n = 0; fine && n < WRITES; n++)
      fine = entries_increment(store, "a", "sum", 1, STORE_USUAL, &sum, NULL);
    store_close(store);
    _exit(fine ? 0 : 1);
  }
  close(ready[1]);
  for (int i = 0; i < WRITERS; i++) CHECK(read(ready[0], &byte, 1) == 1);
  for (int i = 0; i < 2; i++) close(go[i]);
  for (int i = 0; i < WRITERS; i++) {
    int status = -1;
    waitpid(children[i], &status, 0);
    CHECK_INT(status, 0);
  }
  struct store *store = open_store();
  CHECK(entries_increment(store, "a", "sum", 0, STORE_USUAL, &sum, NULL));
  CHECK_INT(sum, WRITERS * WRITES);
  close(ready[0]);
  store_close(store);
  remove_files();
}

/* Writes two entries that belong together, again and again, and says so when they are kept. */
_Noreturn static void write_pairs(int64_t number, int pipe) {
  struct store *store = open_store();
  for (;;) {
    char text[32];
    number++;
    sprintf(text, "%lld", (long long)number);
    const struct entry pair[] = {{"one", text}, {"other", text}, {"large", large}};
    if (!entries_put_all(store, "a", pair, 3, number % 2 ? STORE_DURABLE : STORE_USUAL, NULL) ||
        write(pipe, &number, sizeof number) != sizeof number)
      _exit(1);
  }
}

static int64_t number_at(struct store *store, const char *key) {
  struct buffer text;
  buffer_init(&text, 100);
  int64_t number = entries_get(store, "a", key, &text, NULL) == STORE_YES ? atoll(text.data) : 0;
  buffer_free(&text);
  return number;
}

/* A process is killed somewhere behind its n-th write, a hundred times: what it said it kept is
   there, and both of a pair or none. Every fourth time it begins with nothing. */
static void test_killed(void) {
  int64_t kept = 0;
  for (int round = 0; round < ROUNDS; round++) {
    int pipes[2];
    int64_t number;
    if (round % 4 == 0) {
      remove_files();
      kept = 0;
    }
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
      close(pipes[0]);
      write_pairs(kept, pipes[1]);
    }
    close(pipes[1]);
    for (int i = rand() % 24; i > 0; i--)
      if (read(pipes[0], &number, sizeof number) == sizeof number) kept = number;
    for (volatile int spin = rand() % 400000; spin > 0; spin--) continue;
    kill(child, SIGKILL);
    while (read(pipes[0], &number, sizeof number) == sizeof number) kept = number;
    waitpid(child, NULL, 0);
    close(pipes[0]);
    struct store *store = open_store();
    CHECK(store && store_check(store, NULL));
    if (!store) return;
    number = number_at(store, "one");
    CHECK_INT(number_at(store, "other"), number);
    if (number != kept && number != kept + 1)
      TEST_NOTE("round %d: %lld is there, %lld was kept", round, (long long)number,
                (long long)kept);
    kept = number;
    store_close(store);
  }
  remove_files();
}

int main(void) {
  if (!begin_folder("")) return 1;
  signal(SIGXFSZ, SIG_IGN);
  srand((unsigned)getpid());
  memset(large, 'x', sizeof large - 1);
  TEST("files that may not grow");
  test_limit();
  if (with_mounts("disks too small to begin on", test_small_disks))
    with_mounts("a full disk, and one that is read-only", test_full_disk);
  TEST("a user who may not write");
  test_read_only(0500);
  TEST("a user who may write everything but the file");
  test_read_only(0700);
  TEST("several processes count at once");
  test_counting();
  TEST("a process that is killed while it writes");
  test_killed();
  TEST("nothing is left over");
  end_folder(0);
  return test_finish();
}
