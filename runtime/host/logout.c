#include "logout.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "account.h"
#include "tokens.h"

enum { LOCK_WAIT_MS = 30 * 1000 }; /* longer than a request for tokens */

static int say(const struct failure *failure, int exit_code) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return exit_code;
}

/* There is nothing to remove: says what there is instead. */
static int say_none(const struct account *account) {
  const struct config *config = &account->config;
  if (!config->credential_from)
    printf("The profile \"%s\" has no credential, and there are no tokens.\n",
           account->profile_name);
  else if (!credential_is_grant(&config->credential))
    printf("The profile \"%s\" uses %s: there are no tokens to remove.\n", account->profile_name,
           config->credential_from);
  else
    printf("There are no tokens for the profile \"%s\" at %s.\n", account->profile_name,
           config->base_url);
  return EXIT_DONE;
}

/* A run that is getting tokens now would put them back: its turn comes first. */
static enum tokens_answer remove_tokens(const struct credential *credential,
                                        struct failure *failure) {
  struct tokens_lock *lock = NULL;
  if (!tokens_lock_wait(credential, LOCK_WAIT_MS, &lock, failure)) return TOKENS_FAILED;
  enum tokens_answer answer = tokens_remove(credential, failure);
  tokens_unlock(lock);
  return answer;
}

static int log_out(const struct account *account) {
  struct failure failure;
  struct oauth_tokens tokens = {.access_token = NULL};
  const struct credential *credential = &account->config.credential;
  if (!credential_is_grant(credential)) return say_none(account);
  enum tokens_answer answer = tokens_load(credential, &tokens, &failure);
  oauth_tokens_clear(&tokens);
  /* Tokens that others can read are removed all the more. */
  if (answer != TOKENS_NO) answer = remove_tokens(credential, &failure);
  if (answer == TOKENS_NO) return say_none(account);
  if (answer != TOKENS_YES) return say(&failure, EXIT_CONFIG);
  printf("The tokens of the profile \"%s\" at %s are removed from this machine.\n",
         account->profile_name, account->config.base_url);
  if (credential->kind == CREDENTIAL_LOGIN)
    printf(
        "Lofty still allows the application %s what was allowed to it, until that is revoked "
        "there.\n",
        credential->client_id);
  return EXIT_DONE;
}

int logout_run(const char *profile) {
  struct account account;
  struct failure failure;
  if (!account_open(&account, profile, &failure)) return say(&failure, EXIT_CONFIG);
  int exit_code = log_out(&account);
  if (account.stronger)
    fprintf(stderr, "loftyrun: runs use %s as long as it is set\n", account.stronger);
  account_close(&account);
  return exit_code;
}
