#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static struct address from_ipv4(const void *bytes) {
  struct address address = {.is_unix = false};
  memcpy(address.bytes, mapped, sizeof mapped);
  memcpy(address.bytes + sizeof mapped, bytes, 4);
  return address;
}

static bool is_ipv4(const struct address *address) {
  return !address->is_unix && memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

bool address_read(const char *text, struct address *address) {
  char plain[INET6_ADDRSTRLEN];
  struct in_addr ipv4;
  size_t length = strlen(text);
  *address = (struct address){.is_unix = strcmp(text, "unix") == 0};
  if (address->is_unix) return true;
  if (inet_pton(AF_INET, text, &ipv4) == 1) {
    *address = from_ipv4(&ipv4);
    return true;
  }
  bool in_brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
  if (in_brackets) length -= 2;
  if (length >= sizeof plain) return false;
  snprintf(plain, sizeof plain, "%.*s", (int)length, text + in_brackets);
  return inet_pton(AF_INET6, plain, address->bytes) == 1;
}

bool address_of(const struct sockaddr *peer, struct address *address) {
  *address = (struct address){.is_unix = false};
  if (!peer) return false;
  if (peer->sa_family == AF_INET) {
    *address = from_ipv4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr);
  } else if (peer->sa_family == AF_INET6) {
    memcpy(address->bytes, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr,
           sizeof address->bytes);
  } else {
    address->is_unix = peer->sa_family == AF_UNIX;
    return address->is_unix;
  }
  return true;
}

/* Whether the first `bits` bits are equal. */
static bool same_prefix(const unsigned char *left, const unsigned char *right, unsigned bits) {
  unsigned whole = bits / 8, rest = bits % 8;
  if (memcmp(left, right, whole) != 0) return false;
  return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

static bool has_bits_behind(const struct address_range *range) {
  for (unsigned bit = range->bits; bit < 128; bit++)
    if (range->first.bytes[bit / 8] & (0x80 >> bit % 8)) return true;
  return false;
}

bool address_range_read(const char *text, struct address_range *range) {
  char alone[ADDRESS_TEXT_SIZE], *end;
  size_t length = strcspn(text, "/");
  if (length >= sizeof alone) return false;
  snprintf(alone, sizeof alone, "%.*s", (int)length, text);
  if (!address_read(alone, &range->first)) return false;
  range->bits = 128;
  if (text[length] == '\0') return true;
  const char *digits = text + length + 1;
  unsigned base = is_ipv4(&range->first) && !strchr(alone, ':') ? 96 : 0;
  unsigned long bits = strtoul(digits, &end, 10);
  if (digits[0] < '0' || digits[0] > '9' || *end || bits > 128 - base || range->first.is_unix)
    return false;
  range->bits = (unsigned)bits + base;
  return !has_bits_behind(range);
}

bool address_in(const struct address *address, const struct address_range *ranges, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (ranges[i].first.is_unix != address->is_unix) continue;
    if (address->is_unix || same_prefix(address->bytes, ranges[i].first.bytes, ranges[i].bits))
      return true;
  }
  return false;
}

bool address_is_local(const struct address *address) {
  static const unsigned char loopback[16] = {[15] = 1};
  if (address->is_unix) return true;
  if (is_ipv4(address)) return address->bytes[12] == 127;
  return memcmp(address->bytes, loopback, sizeof loopback) == 0;
}

void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE]) {
  bool ipv4 = is_ipv4(address);
  const void *bytes = ipv4 ? address->bytes + sizeof mapped : address->bytes;
  if (address->is_unix || !inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, text, ADDRESS_TEXT_SIZE))
    snprintf(text, ADDRESS_TEXT_SIZE, "unix");
}

/* Reads "203.0.113.7", "203.0.113.7:4711", "[2001:db8::1]:4711", each perhaps in quotes. */
static bool read_node(const char *from, size_t length, struct address *address) {
  char node[ADDRESS_TEXT_SIZE + 8];
  while (length > 0 && (*from == ' ' || *from == '\t')) from++, length--;
  while (length > 0 && (from[length - 1] == ' ' || from[length - 1] == '\t')) length--;
  if (length > 1 && from[0] == '"' && from[length - 1] == '"') from++, length -= 2;
  if (length == 0 || length >= sizeof node) return false;
  snprintf(node, sizeof node, "%.*s", (int)length, from);
  char *bracket = strchr(node, ']'), *colon = strchr(node, ':');
  if (bracket && bracket[1] == ':') bracket[1] = '\0';
  if (!bracket && colon && !strchr(colon + 1, ':')) *colon = '\0';
  return address_read(node, address) && !address->is_unix;
}

/* The entry's `for=` parameter; the entry itself for the older header. */
static bool find_node(const char **from, size_t *length) {
  const char *end = *from + *length;
  for (const char *part = *from; part < end;) {
    const char *semicolon = memchr(part, ';', (size_t)(end - part));
    const char *stop = semicolon ? semicolon : end;
    while (part < stop && (*part == ' ' || *part == '\t')) part++;
    if (stop - part > 4 && strncasecmp(part, "for=", 4) == 0) {
      *from = part + 4;
      *length = (size_t)(stop - part) - 4;
      return true;
    }
    part = stop + 1;
  }
  return false;
}

bool address_forwarded(const char *list, bool is_forwarded, const struct address_range *proxies,
                       size_t count, struct address *address) {
  const char *end = list + strlen(list);
  while (address_in(address, proxies, count)) {
    const char *from = end;
    while (from > list && from[-1] != ',') from--;
    size_t length = (size_t)(end - from);
    if ((is_forwarded && !find_node(&from, &length)) || !read_node(from, length, address))
      return false;
    while (end > list && end[-1] != ',') end--;
    if (end == list) return true;
    end--;
  }
  return true;
}
