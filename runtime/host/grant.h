/* One request for tokens, at one endpoint after the other until one knows what a token is. */
#ifndef HOST_GRANT_H
#define HOST_GRANT_H

#include <stdbool.h>

#include "../core/failure.h"
#include "../core/http.h"
#include "../core/oauth.h"

struct grant;

/* Called once, inside loop_step, when the grant is over either way. */
typedef void grant_done_fn(void *context);

/* Where to ask: see oauth_endpoints. `worked` and `token_url` may be NULL. */
struct grant_place {
  const char *base_url;
  const char *token_url;
  const char *worked;
};

/* Begins. What `request` and `place` point to is copied. NULL with `failure` filled when it cannot
   begin; then nothing was sent and `done` is not called. */
struct grant *grant_start(struct http_client *http, const struct oauth_request *request,
                          const struct grant_place *place, grant_done_fn *done, void *context,
                          struct failure *failure);

/* After `done`: moves what was granted into `tokens` (cleared before) and returns true, or false
   with the reason: TOKEN_REFUSED, NO_TOKEN_ENDPOINT, TOO_MANY_REQUESTS, SERVER_ERROR,
   INVALID_RESPONSE, OUT_OF_MEMORY, or a code of core/http.h. No secret is in the message. */
bool grant_take(struct grant *grant, struct oauth_tokens *tokens, struct failure *failure);

/* Seconds that a reply of TOO_MANY_REQUESTS or SERVER_ERROR asks to wait; below 0: none. */
double grant_retry_after(const struct grant *grant);

/* Ends it if it is under way (without calling `done`) and frees it. NULL is fine. */
void grant_free(struct grant *grant);

/* Does all of it, running `loop`, on which `http` is: for the commands that wait for nothing else.
   False as grant_take, and with CANCELLED when a signal came (host/interrupt.h).

   An authorization code is exchanged like this:
     struct oauth_request request = {.grant = OAUTH_AUTHORIZATION_CODE, .client_id = ...,
                                     .client_secret = NULL, .code = ..., .redirect_uri = ...,
                                     .code_verifier = ...};
     struct grant_place place = {.base_url = config.base_url, .token_url = config.token_url};
     grant_run(loop, http, &request, &place, &tokens, &failure)
   and then tokens_save (host/tokens.h), oauth_tokens_clear. */
bool grant_run(struct loop *loop, struct http_client *http, const struct oauth_request *request,
               const struct grant_place *place, struct oauth_tokens *tokens,
               struct failure *failure);

#endif
