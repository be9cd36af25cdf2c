/* Whose account a credential opens, in words for that person: one GET /v1.0/me. */
#ifndef HOST_OWNER_H
#define HOST_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/http.h"
#include "../core/loop.h"

/* Asks, running `loop`, on which `http` is, and writes "Ava Nguyen (ava@example.com)" to `name`,
   or as much of it as Lofty tells. `authorization` is the value of that field. False where it
   cannot be found out within ten seconds, or a signal came; `name` is "" then. */
bool owner_ask(struct loop *loop, struct http_client *http, const char *base_url,
               const char *authorization, char *name, size_t size);

#endif
