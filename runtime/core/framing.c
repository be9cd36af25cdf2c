#include "framing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BAD_REQUEST = 400, LENGTH_REQUIRED = 411 };

/* A name of HTTP has none of these, and no control characters. */
static bool is_name(const char *name) {
  for (const char *at = name; *at; at++)
    if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("\"(),/:;<=>?@[\\]{}", *at))
      return false;
  return *name != '\0';
}

int framing_refusal(bool has_body, const struct server_field *headers, size_t count) {
  int lengths = 0, encodings = 0, hosts = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_name(headers[i].name)) return BAD_REQUEST;
    lengths += strcasecmp(headers[i].name, "Content-Length") == 0;
    hosts += strcasecmp(headers[i].name, "Host") == 0;
    if (strcasecmp(headers[i].name, "Transfer-Encoding") != 0) continue;
    encodings++;
    if (strcasecmp(headers[i].value, "chunked") != 0) return BAD_REQUEST;
  }
  if (lengths + encodings > 1 || hosts > 1) return BAD_REQUEST;
  return lengths + encodings == 0 && has_body ? LENGTH_REQUIRED : 0;
}

unsigned long long framing_length(const struct server_field *headers, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcasecmp(headers[i].name, "Content-Length") == 0)
      return strtoull(headers[i].value, NULL, 10);
  return 0;
}
