/* The certificate and key that a TLS server shows, as files that may change while it runs. */
#ifndef CORE_CERTIFICATE_H
#define CORE_CERTIFICATE_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

struct certificate;

/* Reads the chain (its own certificate first) and the key, both PEM. A key that others can read is
   refused, as is one that is not the certificate's. NULL with CONFIG_INVALID. The paths are copied.
 */
struct certificate *certificate_open(const char *chain, const char *key, struct failure *failure);

/* Reads both anew; connections that begin from now on get them. False, and all stays as it was,
   where they cannot be used. */
bool certificate_reload(struct certificate *certificate, struct failure *failure);

/* When it ends, in milliseconds since 1970; 0 where that cannot be told. */
int64_t certificate_end(const struct certificate *certificate);

/* No server may use it any more. NULL is fine. */
void certificate_close(struct certificate *certificate);

/* Hands chain and key to a handshake; they stay valid for CERTIFICATE_HANDSHAKE_SECONDS, whatever
   is reloaded meanwhile. For the server only. */
void certificate_show(const struct certificate *certificate, gnutls_pcert_st **chain,
                      unsigned *count, gnutls_privkey_t *key);

/* What the certificate says of itself, for a person. */
struct certificate_facts {
  char names[512];      /* DNS names and addresses, with blanks between them; as many as fit */
  int64_t begins, ends; /* seconds since 1970 */
};

/* False where it cannot be told. */
bool certificate_describe(const struct certificate *certificate, struct certificate_facts *facts);

enum { CERTIFICATE_HANDSHAKE_SECONDS = 300 };

#endif
