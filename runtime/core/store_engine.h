/* What the files store_*.c share: they are one engine (store.h), and no other file knows SQLite. */
#ifndef CORE_STORE_ENGINE_H
#define CORE_STORE_ENGINE_H

#include "folder.h"
#include "store.h"

struct prepared;
struct sqlite3;

enum {
  STORE_BUSY_MS = 10 * 1000,        /* so long others are waited for */
  STORE_APPLICATION_ID = 0x4C6F6674 /* tells our file from another program's */
};

struct store {
  struct sqlite3 *db;
  struct prepared *prepared; /* those that were used last come first */
  int depth;                 /* of transactions inside each other */
  int64_t deadline;          /* of what only looks (store_look.h), as loop_now counts */
  enum store_durability durability;
  char path[FOLDER_PATH_LENGTH]; /* of the file; ":memory:" */
};

/* Says why SQLite failed last, in words for whoever runs the script. All return false. */
bool store_fail(const struct store *store, struct failure *failure);
bool store_damaged(const struct store *store, struct failure *failure);
bool store_unsuitable(const struct store *store, struct failure *failure);

/* Runs statements that give no rows, none of which is kept. */
bool store_execute(struct store *store, const char *text, struct failure *failure);

/* The one value that a query gives, as a number and in `text`; both may be NULL. */
bool store_ask(struct store *store, const char *query, int64_t *number, char *text, size_t size,
               struct failure *failure);

/* Brings an open database to the schema of this program. */
bool store_migrate(struct store *store, struct failure *failure);

#endif
