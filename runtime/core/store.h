/* The database that outlives a run: one file in a folder of the user's own. This is its engine;
   what is kept in it, and the SQL for that, is in the file of each concern (entries.c, ...), and
   what the tables are is in migrations.c. Nothing above this file knows which database it is.

   The SQL is constant text with arguments as $1, $2, ...; it is kept to what PostgreSQL
   understands too. A statement is prepared when it is first used and kept.

   A change is on its way to the disk when the function returns, and no end of the process, however
   sudden, undoes it. A power cut may undo the last few, unless they were made STORE_DURABLE: use
   that wherever losing the newest would skip or double work, not only repeat it.

   Failures: STATE_UNUSABLE (a person has to do something: readable by others, not writable,
   damaged, written by a newer version, on a file system that will not do; exit code 3),
   STATE_FAILED (the disk is full, another run keeps it busy: later it may work; exit code 5),
   OUT_OF_MEMORY. A function that fails has changed nothing. */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "failure.h"

struct store;

enum store_answer { STORE_FAILED = -1, STORE_NO = 0, STORE_YES = 1 };

/* Opens the store in `folder`, which is made where it is missing (0700, its files 0600); in memory,
   and gone when it is closed, where `folder` is NULL. A small file is looked through as a whole; a
   large one shows its damage where it is read, or to store_check. */
bool store_open(const char *folder, struct store **store, struct failure *failure);

/* Opens a private copy of the store in `folder`, as it is at this moment: all that is read is true,
   and what is changed is gone when it is closed. It lies on the disk where it is large, nameless.
   An empty store where there is none in `folder`, or that is NULL. Makes and changes nothing. */
bool store_open_copy(const char *folder, struct store **store, struct failure *failure);

/* Whether there is a store in `folder`; makes nothing. */
bool store_exists(const char *folder);

/* What is under way is undone. Idempotent for NULL. */
void store_close(struct store *store);

/* The path of its file, for messages. */
const char *store_path(const struct store *store);

/* One argument or one column. */
enum store_kind { STORE_NULL, STORE_INTEGER, STORE_TEXT, STORE_BLOB };
struct store_value {
  enum store_kind kind;
  int64_t integer;
  const void *data; /* of a column: NUL-terminated text, or bytes; gone when the visit returns */
  size_t length;    /* in bytes */
};

static inline struct store_value store_integer(int64_t integer) {
  return (struct store_value){.kind = STORE_INTEGER, .integer = integer};
}
static inline struct store_value store_blob(const void *bytes, size_t length) {
  return (struct store_value){.kind = STORE_BLOB, .data = bytes, .length = length};
}
/* NULL is null. */
static inline struct store_value store_text(const char *text) {
  if (!text) return (struct store_value){.kind = STORE_NULL};
  return (struct store_value){.kind = STORE_TEXT, .data = text, .length = strlen(text)};
}

/* The arguments of a statement: STORE_WITH(store_text(name), store_integer(3)). */
struct store_arguments {
  const struct store_value *values;
  int count;
};
#define STORE_WITH(...)                          \
  ((struct store_arguments){                     \
      (const struct store_value[]){__VA_ARGS__}, \
      (int)(sizeof((const struct store_value[]){__VA_ARGS__}) / sizeof(struct store_value))})
#define STORE_WITH_NOTHING ((struct store_arguments){NULL, 0})

/* Called with each row; false stops. It may run other statements of the same store. */
typedef bool store_visit_row(void *context, const struct store_value *columns, int count);

/* Runs a statement for what it changes. `sql` must live as long as the store: it is the key under
   which the statement is kept. `changed`, which may be NULL, is set to the number of rows. */
bool store_run(struct store *store, const char *sql, struct store_arguments arguments,
               int64_t *changed, struct failure *failure);

/* Runs a statement for its rows: STORE_YES if there was one, STORE_NO if there was none. `visit`
   may be NULL. */
enum store_answer store_query(struct store *store, const char *sql,
                              struct store_arguments arguments, store_visit_row *visit,
                              void *context, struct failure *failure);

/* Sets `*version` to a number that is another one once another connection has changed something. */
bool store_version(struct store *store, int64_t *version, struct failure *failure);

enum store_durability { STORE_USUAL, STORE_DURABLE };

/* Between the two all changes are made or none. `fine` false undoes them, and so does a failure
   of the end itself; store_end returns whether they were made. Other processes can write when the
   end has returned, not before; they wait up to ten seconds.

   Transactions nest: what an inner one changed is undone alone, and is on the disk when the
   outermost has ended. So several writers' changes can share one commit, and one wait for the disk.
   The outermost says how durable it is; a durable one inside a usual one is refused. */
bool store_begin(struct store *store, enum store_durability durability, struct failure *failure);
bool store_end(struct store *store, bool fine, struct failure *failure);

/* Looks the whole file through. False with STATE_UNUSABLE where it is damaged. */
bool store_check(struct store *store, struct failure *failure);

/* Copies the store to the file `path` (0600) as it is at one moment, while others use it. The file
   is there as a whole or not at all; an older backup is replaced. False with USAGE where something
   else is at `path`, a store in use among them. */
bool store_backup(struct store *store, const char *path, struct failure *failure);

#endif
