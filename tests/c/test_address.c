/* Addresses, ranges, and whom proxies speak for. */
#include "core/address.h"

#include <netinet/in.h>

#include "test.h"

static const struct {
  const char *range, *address;
  int inside; /* -1: no range */
} ranges[] = {
    {"203.0.113.0/24", "203.0.113.7", 1},
    {"203.0.113.0/24", "203.0.114.7", 0},
    {"203.0.113.0/24", "::ffff:203.0.113.9", 1},
    {"203.0.113.128/25", "203.0.113.127", 0},
    {"203.0.113.128/25", "203.0.113.128", 1},
    {"203.0.113.7", "203.0.113.7", 1},
    {"203.0.113.7", "203.0.113.8", 0},
    {"0.0.0.0/0", "8.8.8.8", 1},
    {"0.0.0.0/0", "2001:db8::1", 0},
    {"2001:db8::/32", "2001:db8:ffff::1", 1},
    {"2001:db8::/32", "2001:db9::1", 0},
    {"::/0", "2001:db9::1", 1},
    {"[2001:db8::1]", "2001:db8::1", 1},
    {"unix", "unix", 1},
    {"unix", "127.0.0.1", 0},
    {"0.0.0.0/0", "unix", 0},
    {"203.0.113.7/24", "203.0.113.7", -1},
    {"203.0.113.0/33", "203.0.113.7", -1},
    {"203.0.113.0/", "203.0.113.7", -1},
    {"203.0.113.0/ 4", "203.0.113.7", -1},
    {"203.0.113.0/24x", "203.0.113.7", -1},
    {"2001:db8::/129", "::1", -1},
    {"unix/8", "unix", -1},
    {"example.com", "::1", -1},
    {"", "::1", -1},
    {"203.0.113", "203.0.113.7", -1},
};

static void test_ranges(void) {
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    struct address_range range;
    struct address address;
    TEST("%s in %s", ranges[i].address, ranges[i].range);
    CHECK(address_read(ranges[i].address, &address));
    bool fine = address_range_read(ranges[i].range, &range);
    CHECK_INT(fine ? address_in(&address, &range, 1) : -1, ranges[i].inside);
  }
}

static const struct {
  const char *text, *shown;
  bool local;
} addresses[] = {
    {"127.0.0.1", "127.0.0.1", true},
    {"127.9.9.9", "127.9.9.9", true},
    {"::1", "::1", true},
    {"::ffff:127.0.0.1", "127.0.0.1", true},
    {"unix", "unix", true},
    {"128.0.0.1", "128.0.0.1", false},
    {"2001:db8::1", "2001:db8::1", false},
    {"0.0.0.0", "0.0.0.0", false},
};

static void test_addresses(void) {
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    char shown[ADDRESS_TEXT_SIZE];
    struct address address;
    TEST("the address %s", addresses[i].text);
    CHECK(address_read(addresses[i].text, &address));
    address_text(&address, shown);
    CHECK_STR(shown, addresses[i].shown);
    CHECK_INT(address_is_local(&address), addresses[i].local);
  }
  TEST("the address of a peer");
  struct address address;
  char shown[ADDRESS_TEXT_SIZE];
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xCB007109)};
  CHECK(address_of((struct sockaddr *)&peer, &address));
  address_text(&address, shown);
  CHECK_STR(shown, "203.0.113.9");
  CHECK(!address_of(NULL, &address));
}

static const struct {
  const char *peer, *header;
  bool newer;
  const char *from; /* NULL: not known */
} forwarded[] = {
    {"127.0.0.1", "203.0.113.7", false, "203.0.113.7"},
    {"127.0.0.1", "1.1.1.1, 203.0.113.7", false, "203.0.113.7"},
    {"127.0.0.1", "203.0.113.7, 10.0.0.1", false, "203.0.113.7"},
    {"127.0.0.1", "1.1.1.1,203.0.113.7 ,10.0.0.1,10.0.0.2", false, "203.0.113.7"},
    {"127.0.0.1", "10.0.0.1", false, "10.0.0.1"},
    {"127.0.0.1", "203.0.113.7:4711", false, "203.0.113.7"},
    {"127.0.0.1", "2001:db8::7", false, "2001:db8::7"},
    {"203.0.113.9", "1.1.1.1", false, "203.0.113.9"}, /* a stranger says anything */
    {"127.0.0.1", "unknown", false, NULL},
    {"127.0.0.1", "203.0.113.7, unknown", false, NULL},
    {"127.0.0.1", "", false, NULL},
    {"127.0.0.1", "unix", false, NULL},
    {"unix", "203.0.113.7", false, "203.0.113.7"},
    {"127.0.0.1", "for=203.0.113.7", true, "203.0.113.7"},
    {"127.0.0.1", "for=1.1.1.1, by=9.9.9.9;For=\"[2001:db8::7]:80\";proto=https", true,
     "2001:db8::7"},
    {"127.0.0.1", "for=203.0.113.7, for=10.0.0.1", true, "203.0.113.7"},
    {"127.0.0.1", "for=203.0.113.7, proto=https", true, NULL},
    {"127.0.0.1", "for=_hidden", true, NULL},
};

static void test_forwarded(void) {
  struct address_range proxies[3];
  CHECK(address_range_read("127.0.0.1", &proxies[0]));
  CHECK(address_range_read("10.0.0.0/8", &proxies[1]));
  CHECK(address_range_read("unix", &proxies[2]));
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
    char shown[ADDRESS_TEXT_SIZE];
    struct address address;
    TEST("\"%s\" from %s", forwarded[i].header, forwarded[i].peer);
    CHECK(address_read(forwarded[i].peer, &address));
    bool known = address_forwarded(forwarded[i].header, forwarded[i].newer, proxies, 3, &address);
    address_text(&address, shown);
    CHECK_STR(known ? shown : NULL, forwarded[i].from);
  }
}

int main(void) {
  test_ranges();
  test_addresses();
  test_forwarded();
  return test_finish();
}
