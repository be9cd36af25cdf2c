/* The folder of a daemon's sandbox, which goes when the daemon ends. One that was killed leaves its
   folder behind; the next daemon of the same user removes it.

   Whoever has such a folder holds a lock on it, which the kernel takes away when it ends, however
   it ends. So one without a lock belongs to nobody. Only what a state folder has is removed, and
   only where the folder is the user's own and nobody else's to write to; nothing is followed. */
#ifndef HOST_SANDBOX_FOLDER_H
#define HOST_SANDBOX_FOLDER_H

#include <stdbool.h>

#include "../core/failure.h"
#include "../core/folder.h"

struct sandbox_folder {
  char path[FOLDER_PATH_LENGTH]; /* "": there is none */
  int held;                      /* the descriptor that has the lock */
};

/* Makes one in TMPDIR or /tmp, after removing what others have left there. False with
   STATE_UNUSABLE. */
bool sandbox_folder_make(struct sandbox_folder *folder, struct failure *failure);

/* Removes it. False, with errno, where it could not be. Idempotent. */
bool sandbox_folder_remove(struct sandbox_folder *folder);

#endif
