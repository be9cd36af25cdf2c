/* The engine of the store: opening and refusing, statements, transactions, backups. What is done to
   it while it writes is in test_store_failing.c. */
#include "core/folder.h"
#include "state_folder.h"

static const char make_table[] = "CREATE TABLE things (id INTEGER PRIMARY KEY, thing TEXT)";
static const char add_thing[] = "INSERT INTO things (id, thing) VALUES ($1, $2)";
static const char get_things[] = "SELECT id, thing FROM things WHERE id >= $1 ORDER BY id";
static const char get_back[] = "SELECT $3, $1, $2, $4";

struct seen {
  struct store *store;
  char text[256];
};

static bool see(void *context, const struct store_value *columns, int count) {
  struct seen *seen = context;
  size_t used = strlen(seen->text);
  CHECK_INT(count, 2);
  snprintf(seen->text + used, sizeof seen->text - used, "%d=%s ", (int)columns[0].integer,
           columns[1].data ? (const char *)columns[1].data : "(null)");
  return columns[0].integer != 99;
}

/* The things from an id on, as "1=one ". */
static const char *things(struct store *store, int from) {
  static struct seen seen;
  seen.text[0] = '\0';
  enum store_answer answer =
      store_query(store, get_things, STORE_WITH(store_integer(from)), see, &seen, NULL);
  return answer == STORE_FAILED ? "failed" : seen.text;
}

static bool add(struct store *store, int id, const char *thing) {
  return store_run(store, add_thing, STORE_WITH(store_integer(id), store_text(thing)), NULL, NULL);
}

static bool see_values(void *context, const struct store_value *columns, int count) {
  *(bool *)context = true;
  CHECK_INT(count, 4);
  CHECK_INT(columns[0].kind, STORE_BLOB);
  CHECK_MEM(columns[0].data, columns[0].length, "a\0b", 3);
  CHECK_INT(columns[1].kind, STORE_INTEGER);
  CHECK(columns[1].integer == INT64_MIN);
  CHECK_INT(columns[2].kind, STORE_TEXT);
  CHECK_MEM(columns[2].data, columns[2].length, "Zo\xC3\xAB", 4);
  CHECK_INT(columns[3].kind, STORE_NULL);
  return true;
}

/* Asks again with the same statement while its rows are visited. */
static bool see_inside(void *context, const struct store_value *columns, int count) {
  struct seen *seen = context;
  size_t used = strlen(seen->text);
  (void)count;
  snprintf(seen->text + used, sizeof seen->text - used, "%d(%s) ", (int)columns[0].integer,
           things(seen->store, (int)columns[0].integer + 1));
  return true;
}

static void test_statements(struct store *store) {
  struct failure failure = {.code = ""};
  bool came = false;
  int64_t changed = -1;
  TEST("values of each kind go in and come out");
  CHECK_INT(store_query(store, get_back,
                        STORE_WITH(store_integer(INT64_MIN), store_text("Zo\xC3\xAB"),
                                   store_blob("a\0b", 3), store_text(NULL)),
                        see_values, &came, NULL),
            STORE_YES);
  CHECK(came);

  TEST("rows, none, and those after a stop");
  CHECK(store_run(store, make_table, STORE_WITH_NOTHING, NULL, NULL));
  CHECK_INT(store_query(store, get_things, STORE_WITH(store_integer(0)), NULL, NULL, NULL),
            STORE_NO);
  CHECK(add(store, 1, "one") && add(store, 99, NULL) && add(store, 100, "behind"));
  CHECK_STR(things(store, 0), "1=one 99=(null) ");
  CHECK_STR(things(store, 100), "100=behind ");

  TEST("a statement inside its own rows");
  struct seen seen = {.store = store};
  CHECK_INT(store_query(store, get_things, STORE_WITH(store_integer(1)), see_inside, &seen, NULL),
            STORE_YES);
  CHECK_STR(seen.text, "1(99=(null) ) 99(100=behind ) 100() ");

  TEST("how many rows were changed");
  static const char remove[] = "DELETE FROM things WHERE id > $1";
  CHECK(store_run(store, remove, STORE_WITH(store_integer(1)), &changed, NULL));
  CHECK_INT(changed, 2);

  TEST("what cannot be done is said");
  static const char again[] = "INSERT INTO things VALUES (1, 'again')";
  CHECK(!store_run(store, again, STORE_WITH_NOTHING, NULL, &failure));
  CHECK_STR(failure.code, "STATE_FAILED");
  static const char nonsense[] = "NONSENSE";
  CHECK(!store_run(store, nonsense, STORE_WITH_NOTHING, NULL, &failure));
  static const char none[] = "SELECT 1";
  CHECK(!store_run(store, none, STORE_WITH(store_integer(1)), NULL, &failure));
  CHECK_STR(things(store, 0), "1=one ");
}

static void test_transactions(struct store *store) {
  struct failure failure = {.code = ""};
  TEST("all or nothing");
  CHECK(store_begin(store, STORE_USUAL, NULL) && add(store, 2, "two"));
  CHECK(!store_end(store, false, NULL));
  CHECK_STR(things(store, 2), "");
  CHECK(store_begin(store, STORE_DURABLE, NULL) && add(store, 2, "two"));
  CHECK(store_end(store, true, NULL));
  CHECK_STR(things(store, 2), "2=two ");

  TEST("an inner transaction is undone alone");
  CHECK(store_begin(store, STORE_DURABLE, NULL) && add(store, 3, "three"));
  CHECK(store_begin(store, STORE_USUAL, NULL) && add(store, 4, "four"));
  CHECK(!store_end(store, false, NULL));
  CHECK(store_begin(store, STORE_DURABLE, NULL) && add(store, 5, "five"));
  CHECK(store_end(store, true, NULL));
  CHECK(store_end(store, true, NULL));
  CHECK_STR(things(store, 3), "3=three 5=five ");

  TEST("with the outer one the inner one goes");
  CHECK(store_begin(store, STORE_USUAL, NULL));
  CHECK(store_begin(store, STORE_USUAL, NULL) && add(store, 6, "six"));
  CHECK(store_end(store, true, NULL));
  CHECK(!store_end(store, false, NULL));
  CHECK_STR(things(store, 6), "");

  TEST("what must last does not begin inside what need not");
  CHECK(store_begin(store, STORE_USUAL, NULL));
  CHECK(!store_begin(store, STORE_DURABLE, &failure));
  CHECK_STR(failure.code, "STATE_FAILED");
  CHECK(!store_end(store, false, NULL));

  TEST("where the database undid the transaction nothing more is done, and it does not end well");
  static const char undo[] = "INSERT OR ROLLBACK INTO things VALUES (1, 'again')";
  CHECK(store_begin(store, STORE_USUAL, NULL) && add(store, 7, "seven"));
  CHECK(!store_run(store, undo, STORE_WITH_NOTHING, NULL, NULL));
  CHECK(!add(store, 8, "eight"));
  CHECK(!store_begin(store, STORE_USUAL, NULL));
  CHECK(!store_end(store, true, &failure));
  CHECK_STR(things(store, 6), "");
  CHECK(add(store, 9, "nine"));
}

static void test_refusals(void) {
  static const unsigned char newer[4] = {0, 0, 0, 99}; /* user_version, in the file's header */
  static const char noise[512] = "this is no database";
  static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm"};
  struct store *store = open_store();
  TEST("folder and files are the user's own, whatever the umask");
  CHECK_INT(mode_of(folder), 0700);
  CHECK(store_run(store, make_table, STORE_WITH_NOTHING, NULL, NULL));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    CHECK_INT(mode_of(inside(names[i])), 0600);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    TEST("%s that others can read is refused", names[i]);
    CHECK(chmod(inside(names[i]), 0640) == 0);
    CHECK_STR(refusal(), "STATE_UNUSABLE");
    CHECK(chmod(inside(names[i]), 0600) == 0);
    CHECK_STR(refusal(), "");
  }
  store_close(store);

  TEST("a folder that others can write to is refused");
  CHECK(chmod(folder, 0777) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(chmod(folder, 0700) == 0);

  TEST("a file of a newer version is refused");
  scribble(file, 60, newer, sizeof newer);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("another program's file is refused");
  CHECK_STR(refusal(), "");
  scribble(file, 68, newer, sizeof newer); /* application_id */
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("no database at all is refused");
  CHECK_STR(refusal(), "");
  scribble(file, 0, noise, sizeof noise);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("a folder in place of the file is refused, and a link");
  CHECK(mkdir(file, 0700) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(rmdir(file) == 0);
  CHECK(symlink("elsewhere", file) == 0);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  CHECK(unlink(file) == 0);

  TEST("networks are known by their file systems");
  CHECK_STR(folder_network_name(0x6969), "NFS");
  CHECK_STR(folder_network_name((unsigned long)(long)(int)0xFF534D42), "SMB");
  CHECK_STR(folder_network_name(0xEF53), NULL);     /* ext4 */
  CHECK_STR(folder_network_name(0x01021994), NULL); /* tmpfs */
}

static void test_damage(void) {
  static const char noise[512] = "\xff\xff\xff\xff";
  struct failure failure = {.code = ""};
  struct stat status;
  char text[4000];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  struct store *store = open_store();
  CHECK(store_run(store, make_table, STORE_WITH_NOTHING, NULL, NULL));
  TEST("a whole file is found whole");
  CHECK(store_check(store, NULL));

  TEST("a damaged page of a small file is noticed when it is opened");
  CHECK(add(store, 1, text));
  store_close(store);
  CHECK(stat(file, &status) == 0);
  for (off_t page = 4096; page < status.st_size; page += 4096)
    scribble(file, page, noise, sizeof noise);
  CHECK_STR(refusal(), "STATE_UNUSABLE");
  remove_files();

  TEST("a large file is opened, its damage found by a check, and not copied");
  store = open_store();
  CHECK(store_run(store, make_table, STORE_WITH_NOTHING, NULL, NULL));
  CHECK(store_begin(store, STORE_USUAL, NULL));
  for (int i = 0; i < 400; i++) CHECK(add(store, i, text));
  CHECK(store_end(store, true, NULL));
  store_close(store);
  scribble(file, 4096 * 200, noise, sizeof noise);
  store = open_store();
  CHECK(!store_check(store, &failure));
  CHECK_STR(failure.code, "STATE_UNUSABLE");
  failure.code[0] = '\0';
  CHECK(!store_backup(store, inside("backup"), &failure));
  CHECK_STR(failure.code, "STATE_UNUSABLE");
  CHECK(strstr(failure.message, "state.db is damaged") != NULL);
  CHECK(access(inside("backup"), F_OK) != 0);
  store_close(store);
  remove_files();
}

/* What a backup to `path` fails with, "" when it does not. */
static const char *backup_refusal(struct store *store, const char *path) {
  static struct failure failure;
  failure = (struct failure){.code = ""};
  return store_backup(store, path, &failure) ? "" : failure.code;
}

static void test_backup(void) {
  char backup[512], text[64] = "";
  snprintf(backup, sizeof backup, "%s", inside("backup"));
  struct store *store = open_store();
  struct store *other = open_store();
  CHECK(store_run(store, make_table, STORE_WITH_NOTHING, NULL, NULL) && add(store, 1, "one"));

  TEST("a backup is the user's own, and nothing is left beside it");
  CHECK_STR(backup_refusal(store, backup), "");
  CHECK_INT(mode_of(backup), 0600);
  CHECK(access(inside("backup-wal"), F_OK) != 0 && access(inside("backup-shm"), F_OK) != 0);

  TEST("a backup while another writes has what was there when it began, and does not wait");
  CHECK(store_begin(other, STORE_USUAL, NULL) && add(other, 2, "two"));
  CHECK_STR(backup_refusal(store, backup), "");
  CHECK(store_end(other, true, NULL));

  TEST("other files are left alone");
  int note = open(inside("note"), O_CREAT | O_WRONLY, 0600);
  CHECK(note >= 0 && write(note, "mine", 4) == 4 && close(note) == 0);
  CHECK_STR(backup_refusal(store, inside("note")), "USAGE");
  note = open(inside("note"), O_RDONLY);
  CHECK(read(note, text, sizeof text) == 4 && memcmp(text, "mine", 4) == 0);
  close(note);
  unlink(inside("note"));
  CHECK(mkfifo(inside("fifo"), 0600) == 0);
  CHECK_STR(backup_refusal(store, inside("fifo")), "USAGE");
  unlink(inside("fifo"));
  CHECK_STR(backup_refusal(store, folder), "USAGE");
  CHECK(symlink(backup, inside("link")) == 0);
  CHECK_STR(backup_refusal(store, inside("link")), "USAGE");
  unlink(inside("link"));
  CHECK_STR(backup_refusal(store, inside("missing/backup")), "STATE_UNUSABLE");
  store_close(other);
  store_close(store);
  store = open_store(); /* now its header says whose it is */
  CHECK_STR(backup_refusal(store, file), "USAGE");
  CHECK_STR(things(store, 0), "1=one 2=two ");
  store_close(store);

  TEST("a backup in the store's place is the store as it was");
  static const char *const gone[] = {"state.db", "state.db-wal", "state.db-shm"};
  for (size_t i = 0; i < 3; i++) unlink(inside(gone[i]));
  CHECK(rename(backup, file) == 0);
  store = open_store();
  CHECK_STR(things(store, 0), "1=one ");
  CHECK(store_check(store, NULL) && add(store, 3, "three"));
  store_close(store);
  remove_files();
}

int main(void) {
  if (!begin_folder("/state/deep")) return 1; /* the last two are to be made */
  umask(0);
  struct store *store = NULL;
  TEST("in memory");
  CHECK(store_open(NULL, &store, NULL));
  test_statements(store);
  test_transactions(store);
  store_close(store);

  TEST("in a file");
  CHECK(!store_exists(folder));
  store = open_store();
  if (!store) return test_finish();
  CHECK(store_exists(folder));
  test_statements(store);
  test_transactions(store);
  TEST("what is not ended when it is closed is undone, the rest is there when it is opened again");
  CHECK(store_begin(store, STORE_USUAL, NULL) && add(store, 50, "fifty"));
  store_close(store);
  store = open_store();
  CHECK_STR(things(store, 5), "5=five 9=nine ");
  store_close(store);
  remove_files();

  test_refusals();
  test_damage();
  test_backup();
  TEST("nothing is left over");
  end_folder(2);
  return test_finish();
}
