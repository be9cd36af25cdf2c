/* The folder that outlives a run, and the files in it: the user's own, on a disk of this machine.

   Failures: STATE_UNUSABLE (a person has to do something: not writable, readable by others, on a
   network), STATE_FAILED (the disk is full: later it may work). */
#ifndef CORE_FOLDER_H
#define CORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "failure.h"

enum { FOLDER_PATH_LENGTH = 1024 };

/* Writes the default folder to `path`: $XDG_STATE_HOME/loftyrun, else ~/.local/state/loftyrun. */
bool folder_default(char *path, size_t size, struct failure *failure);

/* Makes the folder, and those that it lies in, where they are missing (0700). Refuses one that
   others can write to, and one that other machines can have open too. */
bool folder_make(const char *folder, struct failure *failure);

/* Writes "FOLDER/NAME" to `path` (FOLDER_PATH_LENGTH bytes), which leaves room for a suffix. */
bool folder_path(char *path, const char *folder, const char *name, struct failure *failure);

/* Makes an empty file (0600) where there is none. Refuses one that others can read, and what is no
   plain file. */
bool folder_file(const char *path, struct failure *failure);

/* Refuses a file that others can read, and what is no plain file; one that is missing is fine. */
bool folder_check_file(const char *path, struct failure *failure);

/* Has the names in the folder of `path` on the disk before it returns. */
bool folder_sync(const char *path, struct failure *failure);

/* Whether files can be locked in the folder of `path`. Some file systems have no locks, and what
   asks for one then hears that it is taken. */
bool folder_has_locks(const char *path);

/* Says what errno says about `path`. Returns false. */
bool folder_failure(const char *path, struct failure *failure);

/* The exit code (exit_code.h) of what has failed with one of the codes above, or with USAGE. */
int folder_exit_code(const struct failure *failure);

/* What a kind of file system (f_type of statfs on Linux) is called if several machines can have it
   mounted, where neither locks nor memory are shared between them; NULL for the others. */
const char *folder_network_name(unsigned long type);

#endif
