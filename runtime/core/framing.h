/* Where a request ends, as its header says it. */
#ifndef CORE_FRAMING_H
#define CORE_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "server.h"

/* The status with which to refuse a request whose header leaves a doubt about where its body ends
   and for whom it is (RFC 9112, 6.3), or 0. Names have no blanks, there is one Content-Length or
   "Transfer-Encoding: chunked", which one with a body needs, and one Host at most. What a proxy and
   this server would cut apart differently, or what the library would take for a request without its
   body, must not be answered as if it had been understood. */
int framing_refusal(bool has_body, const struct server_field *headers, size_t count);

/* What Content-Length says; 0 where it says nothing. */
unsigned long long framing_length(const struct server_field *headers, size_t count);

#endif
