/* What outlives a run: named spaces of entries (key -> value), and locks that die with the process
   that holds them. Kept in SQLite, one file in a folder of the user's own; nothing above this file
   knows that, so that another database can take its place.

   A change is on its way to the disk when the function returns, and no end of the process, however
   sudden, undoes it. A power cut may undo the last few: what is kept here is written so that losing
   the newest entries repeats work and never skips any.

   Failures: STATE_UNUSABLE (a person has to do something: readable by others, not writable,
   damaged, written by a newer version), STATE_FAILED (the disk is full, another run keeps it busy:
   later it may work), OUT_OF_MEMORY. A function that fails has changed nothing. */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "failure.h"

struct store;
struct store_lock;

enum store_answer { STORE_FAILED = -1, STORE_NO = 0, STORE_YES = 1 };

/* Called with each entry of a space; false stops. */
typedef bool store_visit(void *context, const char *key, const char *value);

/* Writes the default folder to `path`: $XDG_STATE_HOME/loftyrun, else ~/.local/state/loftyrun. */
bool store_default_folder(char *path, size_t size, struct failure *failure);

/* Makes a folder for this user alone, and those above it that are missing. False with
   STATE_UNUSABLE, also where others can write to it, or STATE_FAILED. */
bool store_make_folder(const char *folder, struct failure *failure);

/* Opens the store in `folder`, which is made where it is missing (0700, its file 0600); in memory,
   and gone when it is closed, where `folder` is NULL. */
bool store_open(const char *folder, struct store **store, struct failure *failure);

/* Locks must have been released. Idempotent for NULL. */
void store_close(struct store *store);

/* Sets one entry. */
bool store_put(struct store *store, const char *space, const char *key, const char *value,
               struct failure *failure);

/* Sets entries without a value: all of them or none. */
bool store_add(struct store *store, const char *space, const char *const *keys, size_t count,
               struct failure *failure);

/* Whether there is that entry; appends its value to `value`, which may be NULL. */
enum store_answer store_get(struct store *store, const char *space, const char *key,
                            struct buffer *value, struct failure *failure);

/* Removes one entry, or the space with all that is in it. None there is fine. */
bool store_remove(struct store *store, const char *space, const char *key, struct failure *failure);
bool store_drop(struct store *store, const char *space, struct failure *failure);

bool store_count(struct store *store, const char *space, int64_t *count, struct failure *failure);

/* Visits the entries of a space in the order of their keys. */
bool store_list(struct store *store, const char *space, store_visit *visit, void *context,
                struct failure *failure);

/* Takes the lock `name` and sets `*lock`; STORE_NO where another holds it, in this process or in
   another one. A lock lasts until it is released or its process ends, however it ends. */
enum store_answer store_lock(struct store *store, const char *name, struct store_lock **lock,
                             struct failure *failure);
void store_unlock(struct store_lock *lock);

#endif
