#include "certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "loop.h"

enum { MOST_OF_CHAIN = 16, FILE_MAXIMUM = 256 * 1024 };

/* A chain and its key. Those that were replaced wait until no handshake can be using them. */
struct pair {
  gnutls_pcert_st chain[MOST_OF_CHAIN];
  unsigned count;
  gnutls_privkey_t key;
  int64_t replaced; /* as loop_now counts */
  struct pair *next;
};

struct certificate {
  char *chain, *key; /* paths */
  struct pair *pair; /* in use; behind it those before it */
};

static bool refuse(const char *path, const char *why, struct failure *failure) {
  return failure_set(failure, "CONFIG_INVALID", "%s: %s", path, why);
}

static void free_pair(struct pair *pair) {
  for (unsigned i = 0; i < pair->count; i++) gnutls_pcert_deinit(&pair->chain[i]);
  if (pair->key) gnutls_privkey_deinit(pair->key);
  free(pair);
}

static bool read_file(const char *path, bool secret, struct buffer *text, struct failure *failure) {
  char part[4096];
  struct stat status;
  ssize_t length = -1;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) {
    refuse(path, strerror(errno), failure);
  } else if (secret && status.st_mode & 07) {
    refuse(path, "it is a key that everybody on this machine can read; run: chmod o= on it",
           failure);
  } else {
    while ((length = read(file, part, sizeof part)) > 0)
      if (!buffer_append(text, part, (size_t)length)) break;
    if (length != 0) refuse(path, length < 0 ? strerror(errno) : "it is too large", failure);
  }
  explicit_bzero(part, sizeof part);
  if (file >= 0) close(file);
  return length == 0;
}

static bool read_chain(struct pair *pair, const char *path, struct failure *failure) {
  struct buffer text;
  buffer_init(&text, FILE_MAXIMUM);
  bool fine = read_file(path, false, &text, failure);
  if (fine) {
    const gnutls_datum_t pem = {.data = (unsigned char *)text.data, .size = (unsigned)text.length};
    unsigned count = MOST_OF_CHAIN;
    int code = gnutls_pcert_list_import_x509_raw(pair->chain, &count, &pem, GNUTLS_X509_FMT_PEM,
                                                 GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    fine = code == 0 && count > 0;
    pair->count = code == 0 ? count : 0;
    if (!fine) refuse(path, code < 0 ? gnutls_strerror(code) : "no certificate in it", failure);
  }
  buffer_free(&text);
  return fine;
}

static bool read_key(struct pair *pair, const char *path, struct failure *failure) {
  struct buffer text;
  buffer_init(&text, FILE_MAXIMUM);
  bool fine = read_file(path, true, &text, failure);
  if (fine) {
    const gnutls_datum_t pem = {.data = (unsigned char *)text.data, .size = (unsigned)text.length};
    int code = gnutls_privkey_init(&pair->key);
    if (code == 0)
      code = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    fine = code == 0 || refuse(path, gnutls_strerror(code), failure);
  }
  if (text.data) explicit_bzero(text.data, text.length);
  buffer_free(&text);
  return fine;
}

/* Whether the key is the one that the certificate tells of: both have the same identity. */
static bool belong(const struct pair *pair) {
  unsigned char of_chain[64], of_key[64];
  size_t chain_size = sizeof of_chain, key_size = sizeof of_key;
  gnutls_pubkey_t public;
  if (gnutls_pubkey_init(&public) != 0) return false;
  bool fine = gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, of_chain,
                                       &chain_size) == 0 &&
              gnutls_pubkey_import_privkey(public, pair->key, 0, 0) == 0 &&
              gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) == 0 &&
              chain_size == key_size && memcmp(of_chain, of_key, key_size) == 0;
  gnutls_pubkey_deinit(public);
  return fine;
}

static struct pair *read_pair(const struct certificate *certificate, struct failure *failure) {
  struct pair *pair = calloc(1, sizeof *pair);
  if (!pair) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
    return NULL;
  }
  if (read_chain(pair, certificate->chain, failure) && read_key(pair, certificate->key, failure) &&
      (belong(pair) || refuse(certificate->key, "it is not the key of the certificate", failure)))
    return pair;
  free_pair(pair);
  return NULL;
}

struct certificate *certificate_open(const char *chain, const char *key, struct failure *failure) {
  struct certificate *certificate = calloc(1, sizeof *certificate);
  if (certificate) {
    certificate->chain = strdup(chain);
    certificate->key = strdup(key);
  }
  if (!certificate || !certificate->chain || !certificate->key) {
    failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  } else if ((certificate->pair = read_pair(certificate, failure))) {
    return certificate;
  }
  certificate_close(certificate);
  return NULL;
}

bool certificate_reload(struct certificate *certificate, struct failure *failure) {
  struct pair *pair = read_pair(certificate, failure);
  if (!pair) return false;
  int64_t now = loop_now();
  certificate->pair->replaced = now;
  pair->next = certificate->pair;
  certificate->pair = pair;
  for (struct pair **place = &pair->next; *place;) {
    struct pair *old = *place;
    if (now - old->replaced < (int64_t)CERTIFICATE_HANDSHAKE_SECONDS * 1000) {
      place = &old->next;
      continue;
    }
    *place = old->next;
    free_pair(old);
  }
  return true;
}

int64_t certificate_end(const struct certificate *certificate) {
  gnutls_x509_crt_t parsed;
  if (gnutls_x509_crt_init(&parsed) != 0) return 0;
  const gnutls_datum_t *bytes = &certificate->pair->chain[0].cert;
  bool fine = gnutls_x509_crt_import(parsed, bytes, GNUTLS_X509_FMT_DER) == 0;
  time_t end = fine ? gnutls_x509_crt_get_expiration_time(parsed) : (time_t)-1;
  gnutls_x509_crt_deinit(parsed);
  return end == (time_t)-1 ? 0 : (int64_t)end * 1000;
}

void certificate_close(struct certificate *certificate) {
  if (!certificate) return;
  while (certificate->pair) {
    struct pair *next = certificate->pair->next;
    free_pair(certificate->pair);
    certificate->pair = next;
  }
  free(certificate->chain);
  free(certificate->key);
  free(certificate);
}

void certificate_show(const struct certificate *certificate, gnutls_pcert_st **chain,
                      unsigned *count, gnutls_privkey_t *key) {
  *chain = certificate->pair->chain;
  *count = certificate->pair->count;
  *key = certificate->pair->key;
}

static void describe_names(gnutls_x509_crt_t own, struct certificate_facts *facts) {
  char name[256], address[64];
  size_t length = 0;
  for (unsigned i = 0; length < sizeof facts->names; i++) {
    size_t size = sizeof name - 1;
    int kind = gnutls_x509_crt_get_subject_alt_name(own, i, name, &size, NULL);
    if (kind < 0) return;
    name[size] = '\0';
    const char *shown = kind == GNUTLS_SAN_DNSNAME ? name : NULL;
    if (kind == GNUTLS_SAN_IPADDRESS)
      shown = inet_ntop(size == 4 ? AF_INET : AF_INET6, name, address, sizeof address);
    if (shown)
      length += (size_t)snprintf(facts->names + length, sizeof facts->names - length, "%s%s",
                                 length > 0 ? " " : "", shown);
  }
}

bool certificate_describe(const struct certificate *certificate, struct certificate_facts *facts) {
  gnutls_x509_crt_t own;
  *facts = (struct certificate_facts){.names = ""};
  if (gnutls_pcert_export_x509(&certificate->pair->chain[0], &own) != 0) return false;
  facts->begins = gnutls_x509_crt_get_activation_time(own);
  facts->ends = gnutls_x509_crt_get_expiration_time(own);
  describe_names(own, facts);
  gnutls_x509_crt_deinit(own);
  return facts->ends > 0;
}
