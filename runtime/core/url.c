#include "url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool url_host_is_loopback(const char *host) {
  if (strcasecmp(host, "localhost") == 0) return true;
  struct in_addr v4;
  if (inet_pton(AF_INET, host, &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  char plain[INET6_ADDRSTRLEN];
  size_t length = strlen(host);
  if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
    host++;
    length -= 2;
  }
  if (length >= sizeof plain) return false;
  memcpy(plain, host, length);
  plain[length] = '\0';
  struct in6_addr v6;
  return inet_pton(AF_INET6, plain, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool url_normalise(char *url) {
  bool is_tls = strncasecmp(url, "https://", 8) == 0;
  if (!is_tls && strncasecmp(url, "http://", 7) != 0) return false;
  char *host = url + (is_tls ? 8 : 7);
  char *end = host + strcspn(host, "/?# ");
  /* What follows a % is an octet, or the zone of an address, where the case counts. */
  for (char *at = url; at < end && *at != '%'; at++)
    if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
  char *port = end;
  while (port > host && is_digit(port[-1])) port--;
  bool has_port = port > host && port[-1] == ':';
  if (has_port && (port == end || strtoul(port, NULL, 10) == (is_tls ? 443 : 80)))
    memmove(port - 1, end, strlen(end) + 1);
  return true;
}

void url_normalise_account(char *name) {
  char *at = strchr(name, '@');
  while (at && !url_normalise(at + 1)) at = strchr(at + 1, '@');
}

/* Whether the URL has that part at all. */
static bool has_part(CURLU *parsed, CURLUPart part) {
  char *value = NULL;
  bool has = curl_url_get(parsed, part, &value, 0) == CURLUE_OK;
  curl_free(value);
  return has;
}

static bool check_parsed(CURLU *parsed, const char *url, struct failure *failure) {
  char *scheme = NULL;
  char *host = NULL;
  bool fine = true;
  if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD))
    /* The URL itself is left out of the message: it holds a password. */
    fine = failure_set(failure, "INVALID_URL", "the base URL must not contain a user or password");
  else if (strpbrk(url, "?#"))
    /* What follows them may be a key. */
    fine = failure_set(failure, "INVALID_URL", "the base URL %.*s must not contain ? or #",
                       (int)strcspn(url, "?#"), url);
  else if (curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
           curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK)
    fine = failure_set(failure, "INVALID_URL", "the base URL %s has no scheme or host", url);
  else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
    fine = failure_set(failure, "INVALID_URL", "the base URL %s must begin with https://", url);
  else if (strcmp(scheme, "http") == 0 && !url_host_is_loopback(host))
    fine = failure_set(failure, "INSECURE_URL",
                       "plain http would send the credential readable to %s; use https "
                       "(http is accepted for loopback only)",
                       host);
  curl_free(scheme);
  curl_free(host);
  return fine;
}

bool url_check_base(const char *url, char *normalised, unsigned size, struct failure *failure) {
  CURLU *parsed = curl_url();
  if (!parsed) return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
  bool fine;
  if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK)
    fine = failure_set(failure, "INVALID_URL",
                       "the base URL is not a URL; write it like https://api.lofty.com");
  else
    fine = check_parsed(parsed, url, failure);
  curl_url_cleanup(parsed);
  if (!fine) return false;
  size_t length = strlen(url);
  while (length > 0 && url[length - 1] == '/') length--;
  if (length >= size)
    return failure_set(failure, "INVALID_URL", "the base URL is longer than %u bytes", size - 1);
  memcpy(normalised, url, length);
  normalised[length] = '\0';
  url_normalise(normalised);

  return true;
}

bool url_is_safe(const char *url) {
  CURLU *parsed = curl_url();
  char *scheme = NULL;
  char *host = NULL;
  bool safe =
      parsed && !strpbrk(url, "# \t\r\n") &&
      curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
      !has_part(parsed, CURLUPART_USER) && !has_part(parsed, CURLUPART_PASSWORD) &&
      curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
      (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && url_host_is_loopback(host)));
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parsed);
  return safe;
}

static bool same_part(CURLU *left, CURLU *right, CURLUPart part) {
  char *a = NULL;
  char *b = NULL;
  bool same = curl_url_get(left, part, &a, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              curl_url_get(right, part, &b, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              strcasecmp(a, b) == 0;
  curl_free(a);
  curl_free(b);
  return same;
}

bool url_same_origin(const char *left, const char *right) {
  CURLU *a = curl_url();
  CURLU *b = curl_url();
  bool same = a && b && curl_url_set(a, CURLUPART_URL, left, 0) == CURLUE_OK &&
              curl_url_set(b, CURLUPART_URL, left, 0) == CURLUE_OK &&
              /* set over the first, so that a relative reference is resolved against it */
              curl_url_set(b, CURLUPART_URL, right, 0) == CURLUE_OK &&
              same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
              same_part(a, b, CURLUPART_PORT);
  curl_url_cleanup(a);
  curl_url_cleanup(b);
  return same;
}

/* Whether `host` is `domain` or a name below it. */
static bool is_below(const char *host, const char *domain) {
  size_t length = strlen(host);
  size_t wanted = strlen(domain);
  if (length < wanted || strcasecmp(host + length - wanted, domain) != 0) return false;
  return length == wanted || host[length - wanted - 1] == '.';
}

bool url_is_loftys(const char *url) {
  char *host = NULL;
  CURLU *parts = curl_url();
  bool fine = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              (is_below(host, "lofty.com") || is_below(host, "chime.me"));
  curl_free(host);
  curl_url_cleanup(parts);
  return fine;
}
