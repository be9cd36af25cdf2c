/* The files that tokens are kept in: one for each credential, in the folder `tokens` of the default
   state folder, whatever --state says, so that all runs share them. Only their owner can read them.

   A file holds an access token, a refresh token if there is one, when they were got and when the
   access token ends, the endpoint and the client id. Never a client secret or a customer key. It is
   replaced as a whole: whoever reads it, and whenever the writer is killed, it is the old or the
   new one. */
#ifndef HOST_TOKENS_H
#define HOST_TOKENS_H

#include <stdbool.h>

#include "../core/auth.h"
#include "../core/failure.h"
#include "../core/oauth.h"

struct tokens_lock;

/* TOKENS_EXPOSED: others can read the file or its folder, or own them; nothing in it is believed,
   and a person has to do something (STATE_UNUSABLE). TOKENS_DAMAGED: it is no such file
   (STATE_UNUSABLE). TOKENS_FAILED: it cannot be read or written (STATE_FAILED where that may pass,
   else STATE_UNUSABLE). */
enum tokens_answer {
  TOKENS_EXPOSED = -3,
  TOKENS_DAMAGED = -2,
  TOKENS_FAILED = -1,
  TOKENS_NO = 0,
  TOKENS_YES = 1
};

/* Keeps the tokens of `credential` (its kind, identity and client_id); on the disk when this
   returns. False with STATE_UNUSABLE (a person has to do something) or STATE_FAILED (no space,
   say); then the file is as it was. */
bool tokens_save(const struct credential *credential, const struct oauth_tokens *tokens,
                 struct failure *failure);

/* Reads them into `tokens`, cleared before. TOKENS_NO where there are none. */
enum tokens_answer tokens_load(const struct credential *credential, struct oauth_tokens *tokens,
                               struct failure *failure);

/* Removes them, whatever is in the file. TOKENS_NO where there were none. Hold the lock. */
enum tokens_answer tokens_remove(const struct credential *credential, struct failure *failure);

/* Takes the lock under which tokens are changed. TOKENS_NO where another process holds it: ask
   again. It lasts until it is released or its process ends, however it ends. */
enum tokens_answer tokens_lock(const struct credential *credential, struct tokens_lock **lock,
                               struct failure *failure);
void tokens_unlock(struct tokens_lock *lock);

/* The same, asked again for as long as `milliseconds`: for commands that do nothing else. False
   with STATE_FAILED. */
bool tokens_lock_wait(const struct credential *credential, int milliseconds,
                      struct tokens_lock **lock, struct failure *failure);

#endif
