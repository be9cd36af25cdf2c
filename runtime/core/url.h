/* Base URLs: what loftyrun will talk to, and what it refuses. */
#ifndef CORE_URL_H
#define CORE_URL_H

#include <stdbool.h>

#include "failure.h"

/* Whether `host` (as in a URL, an IPv6 address with or without brackets) is this machine's
   loopback: "localhost", 127.0.0.0/8 or ::1. */
bool url_host_is_loopback(const char *host);

/* Brings an http or https URL in place to the one spelling that its equals have too: scheme and
   host in small letters, no port where it is the scheme's own or empty (RFC 3986, 6.2.2.1
   and 6.2.3). The path stays as it is. False for any other text, which stays as it is. */
bool url_normalise(char *url);

/* The same for the URL in the name of an account, "PROFILE@URL", which other text may stand around:
   for the first that there is. */
void url_normalise_account(char *name);

/* Checks a base URL: https with a host, or http to loopback; no user, query or fragment. Writes it
   without a trailing slash to `normalised`, in the spelling of url_normalise. False with code
   INVALID_URL or INSECURE_URL. */
bool url_check_base(const char *url, char *normalised, unsigned size, struct failure *failure);

/* Whether `url` can be gone to without showing anything on the way: https with a host, or http to
   loopback; no user, no fragment. */
bool url_is_safe(const char *url);

/* Whether the host of `url` is Lofty's own: lofty.com, chime.me or below them. */
bool url_is_loftys(const char *url);

/* Whether `right`, an absolute URL or a reference relative to `left`, has the scheme, host and port
   of `left` (RFC 6454). */
bool url_same_origin(const char *left, const char *right);

#endif
