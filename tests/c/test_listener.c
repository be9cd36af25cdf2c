/* Which places only this machine reaches. */
#include "core/listener.h"

#include "test.h"

int main(void) {
  static const struct {
    const char *place;
    bool is_loopback;
  } rows[] = {{"127.0.0.1:9464", true},
              {"127.0.0.1:0", true},
              {"127.5.6.7:65535", true},
              {"[::1]:9464", true},
              {"unix:/run/page", true},
              {"unix:page", true},
              {"unix:", false},
              {"0.0.0.0:9464", false},
              {"[::]:9464", false},
              {":9464", false},
              {"192.0.2.1:9464", false},
              {"[fe80::1]:9464", false},
              {"10.0.0.1:9464", false},
              {"128.0.0.1:9464", false},
              {"127.0.0.1", false},
              {"127.0.0.1:", false},
              {"127.0.0.1:65536", false},
              {"127.0.0.1:99999999999999999999", false},
              {"127.0.0.1:-1", false},
              {"127.0.0.1:80x", false},
              {"::1:9464", false},
              {"localhost:9464", false},
              {"127.0.0.1.example:9464", false},
              {"127.1:9464", false},
              {"9464", false},
              {"", false},
              {"systemd", false},
              {"systemd:plain", false},
              {"unix:9464", true},
              {"UNIX:/run/page", false},
              {" 127.0.0.1:9464", false},
              {"127.0.0.1:9464 ", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    TEST("\"%s\"", rows[i].place);
    CHECK(listener_is_loopback(rows[i].place) == rows[i].is_loopback);
  }
  return test_finish();
}
