/* Addresses of peers, ranges of them, and whom a proxy says that it speaks for. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv4 is kept as IPv6 has it (::ffff:a.b.c.d), so that both compare as one. */
struct address {
  bool is_unix; /* the peer of a Unix socket, which has no address */
  unsigned char bytes[16];
};

struct address_range {
  struct address first;
  unsigned bits; /* that count, of 128 */
};

enum { ADDRESS_TEXT_SIZE = 48 };

/* Reads "203.0.113.7", "2001:db8::1", "[2001:db8::1]" or "unix". */
bool address_read(const char *text, struct address *address);

/* What the system says of a peer. False for what is neither IP nor a Unix socket. */
bool address_of(const struct sockaddr *peer, struct address *address);

/* Reads an address, or a range as "203.0.113.0/24". False for what is neither, and for a range that
   has bits set behind its prefix: its author has meant something else. */
bool address_range_read(const char *text, struct address_range *range);

bool address_in(const struct address *address, const struct address_range *ranges, size_t count);

/* Whether only this machine has it: 127.0.0.0/8, ::1, a Unix socket. */
bool address_is_local(const struct address *address);

/* Writes it as people do, "unix" for a Unix socket. */
void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

/* The one that a chain of proxies speaks for. `list` is X-Forwarded-For, or with `is_forwarded` the
   header Forwarded (RFC 7239). It is read from its end, for as long as the address that wrote an
   entry is one of `proxies`, so that what a stranger has put in front counts for nothing. False
   where such an entry is no address: then nobody knows who it is. `*address` is the peer's before,
   and stays so where it is no proxy. */
bool address_forwarded(const char *list, bool is_forwarded, const struct address_range *proxies,
                       size_t count, struct address *address);

#endif
