#include "probe.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "loop.h"
#include "url.h"
#include "version.h"

enum { BODY_MAXIMUM = 64 * 1024, POLL_MS = 100 };

/* One that is under way. */
struct attempt {
  struct probe *probe;
  CURL *easy;
  struct curl_slist *headers;
  char message[CURL_ERROR_SIZE];
  size_t body;
  bool secures; /* TLS has begun, so there is a connection */
  bool looks;   /* at a certificate that was refused: nothing else is told */
};

/* There is no other way to learn the version of TLS that works with every library that libcurl may
   use: "SSL connection using TLSv1.3 / ..." */
static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
  static const char words[] = "SSL connection using ";
  struct attempt *attempt = context;
  (void)easy;
  if (type == CURLINFO_SSL_DATA_OUT) attempt->secures = true;
  if (type != CURLINFO_TEXT || size < sizeof words - 1 ||
      strncmp(data, words, sizeof words - 1) != 0)
    return 0;
  size_t length = size - (sizeof words - 1), shown = 0;
  const char *version = data + sizeof words - 1;
  while (shown < length && version[shown] > ' ') shown++;
  if (!attempt->looks)
    snprintf(attempt->probe->tls, sizeof attempt->probe->tls, "%.*s", (int)shown, version);
  return 0;
}

/* What the server says is of no interest, and one that does not end is not waited for. */
static size_t on_body(char *data, size_t size, size_t count, void *context) {
  struct attempt *attempt = context;
  (void)data;
  attempt->body += size * count;
  return attempt->body > BODY_MAXIMUM ? 0 : size * count;
}

static size_t on_header(char *data, size_t size, size_t count, void *context) {
  struct attempt *attempt = context;
  char value[64];
  size_t length = size * count;
  if (length > 5 && strncasecmp(data, "date:", 5) == 0) {
    snprintf(value, sizeof value, "%.*s", (int)(length - 5), data + 5);
    time_t date = curl_getdate(value, NULL);
    if (date > 0) {
      attempt->probe->date = date;
      attempt->probe->asked = time(NULL);
    }
  }
  return length;
}

/* The same authorities as core/http.c has, and no proxy to this machine. */
static CURLcode set_trust(CURL *easy, const char *url, bool verifies) {
  const char *authorities = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
  CURLcode result = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verifies ? 1L : 0L);
  result |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verifies ? 2L : 0L);
  result |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (authorities && *authorities) result |= curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
  if (folder && *folder) result |= curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
  result |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (strncmp(url, "http:", 5) == 0) result |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
  return result;
}

static CURL *new_easy(struct attempt *attempt, long milliseconds) {
  CURL *easy = curl_easy_init();
  const struct probe *probe = attempt->probe;
  if (!easy) return NULL;
  CURLcode result = set_trust(easy, probe->url, !attempt->looks);
  result |= curl_easy_setopt(easy, CURLOPT_URL, probe->url);
  result |= curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt);
  result |= curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, probe->asks && !attempt->looks ? 0L : 1L);
  result |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds);
  result |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  result |= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  result |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  result |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "loftyrun/" LOFTYRUN_VERSION);
  result |= curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
  result |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->message);
  result |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  result |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
  result |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  result |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt);
  result |= curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
  result |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, attempt);
  result |= curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  if (probe->header && probe->asks && !attempt->looks) {
    attempt->headers = curl_slist_append(NULL, probe->header);
    if (!attempt->headers) result = CURLE_OUT_OF_MEMORY;
    result |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->headers);
  }
  if (result == CURLE_OK) return easy;
  curl_easy_cleanup(easy);
  return NULL;
}

/* What it ended with, told */

static bool has_passed(CURL *easy, CURLINFO which) {
  curl_off_t microseconds = 0;
  return curl_easy_getinfo(easy, which, &microseconds) == CURLE_OK && microseconds > 0;
}

static enum probe_stage stage_of(const struct attempt *attempt, CURLcode result) {
  long tunnel = 0;
  CURL *easy = attempt->easy;
  switch (result) {
    case CURLE_OK:
      return PROBE_DONE;
    case CURLE_COULDNT_RESOLVE_HOST:
      return PROBE_NAME;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return PROBE_PROXY;
    case CURLE_COULDNT_CONNECT:
      return PROBE_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return PROBE_TLS;
    default:
      break;
  }
  if (curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel) == CURLE_OK && tunnel >= 300)
    return PROBE_PROXY;
  if (!has_passed(easy, CURLINFO_NAMELOOKUP_TIME_T)) return PROBE_NAME;
  bool is_secure = strncmp(attempt->probe->url, "https:", 6) == 0;
  /* libcurl counts the handshake as a part of connecting while it lasts. */
  if (!attempt->secures && !has_passed(easy, CURLINFO_CONNECT_TIME_T)) return PROBE_CONNECT;
  return is_secure && !has_passed(easy, CURLINFO_APPCONNECT_TIME_T) ? PROBE_TLS : PROBE_REPLY;
}

/* Of the server's own certificate, the first of the chain. */
static void take_certificate(CURL *easy, struct probe *probe) {
  struct curl_certinfo *info = NULL;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
      info->num_of_certs < 1)
    return;
  for (struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
    static const char ends[] = "Expire date:", issuer[] = "Issuer:";
    if (strncmp(line->data, ends, sizeof ends - 1) == 0) {
      time_t date = curl_getdate(line->data + sizeof ends - 1, NULL);
      if (date > 0) probe->certificate_ends = date;
    } else if (strncmp(line->data, issuer, sizeof issuer - 1) == 0) {
      snprintf(probe->issuer, sizeof probe->issuer, "%s", line->data + sizeof issuer - 1);
    }
  }
}

static void take(struct attempt *attempt, CURLcode result) {
  struct probe *probe = attempt->probe;
  const char *address = NULL;
  curl_off_t total = 0;
  take_certificate(attempt->easy, probe);
  if (attempt->looks) return;
  /* A page without an end is an answer. */
  if (result == CURLE_WRITE_ERROR) result = CURLE_OK;
  probe->reached = stage_of(attempt, result);
  probe->untrusted = result == CURLE_PEER_FAILED_VERIFICATION;
  if (result != CURLE_OK)
    snprintf(probe->message, sizeof probe->message, "%.250s",
             *attempt->message ? attempt->message : curl_easy_strerror(result));
  if (curl_easy_getinfo(attempt->easy, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
    snprintf(probe->address, sizeof probe->address, "%s", address);
  if (curl_easy_getinfo(attempt->easy, CURLINFO_TOTAL_TIME_T, &total) == CURLE_OK)
    probe->milliseconds = (long)(total / 1000);
  curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &probe->status);
}

/* Under way */

static void take_ended(CURLM *multi) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    char *attempt = NULL;
    if (message->msg != CURLMSG_DONE) continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &attempt);
    if (attempt) take((struct attempt *)(void *)attempt, message->data.result);
  }
}

static void run(CURLM *multi, int64_t deadline) {
  int running = 1;
  while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK) {
    take_ended(multi);
    if (running == 0 || loop_now() > deadline) break;
    if (curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK) break;
  }
}

/* Begins those that are wanted, waits for them, and forgets them. */
static bool make(struct attempt *attempts, size_t count, long milliseconds) {
  CURLM *multi = curl_multi_init();
  bool fine = multi != NULL;
  for (size_t i = 0; fine && i < count; i++) {
    attempts[i].easy = new_easy(&attempts[i], milliseconds);
    fine = attempts[i].easy && curl_multi_add_handle(multi, attempts[i].easy) == CURLM_OK;
  }
  /* libcurl ends each in time; the rest is for a name server that it cannot leave. */
  if (fine) run(multi, loop_now() + milliseconds + 500);
  for (size_t i = 0; i < count; i++) {
    if (!attempts[i].easy) continue;
    if (multi) curl_multi_remove_handle(multi, attempts[i].easy);
    curl_easy_cleanup(attempts[i].easy);
    curl_slist_free_all(attempts[i].headers);
    attempts[i].headers = NULL;
    attempts[i].easy = NULL;
  }
  if (multi) curl_multi_cleanup(multi);
  return fine;
}

bool probe_all(struct probe *probes, size_t count, long milliseconds) {
  size_t refused = 0;
  if (count == 0) return true;
  struct attempt *attempts = calloc(count, sizeof *attempts);
  if (!attempts) return false;
  for (size_t i = 0; i < count; i++) {
    attempts[i].probe = &probes[i];
    probes[i].reached = PROBE_NAME;
    snprintf(probes[i].message, sizeof probes[i].message, "it took longer than %ld s",
             milliseconds / 1000);
  }
  bool fine = make(attempts, count, milliseconds);
  for (size_t i = 0; i < count; i++) {
    if (!probes[i].untrusted) continue;
    attempts[refused++] = (struct attempt){.probe = &probes[i], .looks = true};
  }
  if (fine && refused > 0) fine = make(attempts, refused, milliseconds);
  free(attempts);
  return fine;
}
