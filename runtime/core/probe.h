/* How far one gets on the way to a server: its name, a connection, TLS, an answer. Besides
   loftyrun's HTTP client, which tells a script only that it did not work, and beneath no credential
   at all. */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum probe_stage {
  PROBE_NAME, /* DNS */
  PROBE_PROXY,
  PROBE_CONNECT, /* TCP */
  PROBE_TLS,
  PROBE_REPLY, /* HTTP */
  PROBE_DONE
};

struct probe {
  const char *url;    /* http or https */
  bool asks;          /* sends a GET; else it ends with the TLS handshake */
  const char *header; /* of the GET, "NAME: VALUE"; or NULL */
  /* Told: */
  enum probe_stage reached; /* where it ended; PROBE_DONE: nothing was wrong */
  char message[256];        /* why it ended there */
  char address[64];         /* of the server, or of the proxy; "" where none was reached */
  bool untrusted;           /* TLS was refused for the certificate */
  char tls[16];             /* "TLSv1.3", or "" */
  int64_t certificate_ends; /* seconds since 1970; 0: not known. Also of one that was refused */
  char issuer[160];
  long status;       /* of the reply; 0: none */
  int64_t date;      /* its Date, seconds since 1970; 0: none */
  int64_t asked;     /* when its reply was there by this machine's clock; likewise */
  long milliseconds; /* for all of it */
};

/* Probes all of them at the same time, for at most so many milliseconds. Certificates are verified
   against the authorities of loftyrun's calls. Of one that is refused a second connection, on which
   nothing is sent, tells what it is. Follows no redirect. False where memory ran out. */
bool probe_all(struct probe *probes, size_t count, long milliseconds);

#endif
