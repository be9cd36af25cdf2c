#include "test.h"

#include "core/url.h"

static const struct {
  const char *url, *normalised, *code;
} bases[] = {{"https://api.lofty.com", "https://api.lofty.com", NULL},
             {"https://api.lofty.com/", "https://api.lofty.com", NULL},
             {"https://gateway.example.com/lofty//", "https://gateway.example.com/lofty", NULL},
             {"http://127.0.0.1:8765", "http://127.0.0.1:8765", NULL},
             {"http://127.9.9.9", "http://127.9.9.9", NULL},
             {"http://localhost:1", "http://localhost:1", NULL},
             {"http://[::1]:80", "http://[::1]", NULL},
             {"HTTPS://API.Lofty.com:443/", "https://api.lofty.com", NULL},
             {"https://API.Lofty.com:0443/Gate:443/", "https://api.lofty.com/Gate:443", NULL},
             {"https://api.lofty.com:", "https://api.lofty.com", NULL},
             {"https://api.lofty.com:80", "https://api.lofty.com:80", NULL},
             {"https://API.lofty.com:4430/A", "https://api.lofty.com:4430/A", NULL},
             {"HTTP://LocalHost:80", "http://localhost", NULL},
             {"http://127.0.0.1:443", "http://127.0.0.1:443", NULL},
             {"http://api.lofty.com", NULL, "INSECURE_URL"},
             {"http://127.0.0.1.example.com", NULL, "INSECURE_URL"},
             {"http://localhost.example.com", NULL, "INSECURE_URL"},
             {"http://128.0.0.1", NULL, "INSECURE_URL"},
             {"http://[::2]", NULL, "INSECURE_URL"},
             {"http://0.0.0.0", NULL, "INSECURE_URL"},
             {"ftp://api.lofty.com", NULL, "INVALID_URL"},
             {"file:///etc/passwd", NULL, "INVALID_URL"},
             {"https://user:secret@api.lofty.com", NULL, "INVALID_URL"},
             {"https://api.lofty.com/?a=1", NULL, "INVALID_URL"},
             {"https://api.lofty.com/#a", NULL, "INVALID_URL"},
             {"https://", NULL, "INVALID_URL"},
             {"api.lofty.com", NULL, "INVALID_URL"},
             {"", NULL, "INVALID_URL"}};

static const struct {
  const char *left, *right;
  bool same;
} origins[] = {{"https://a.example/x", "https://a.example/y", true},
               {"https://a.example/x", "https://A.EXAMPLE:443/y", true},
               {"https://a.example/x", "/y", true},
               {"https://a.example/x", "y?z", true},
               {"https://a.example/x", "//b.example/y", false},
               {"https://a.example/x", "https://b.example/y", false},
               {"https://a.example/x", "http://a.example/y", false},
               {"https://a.example/x", "https://a.example:8443/y", false},
               {"http://127.0.0.1:1/", "http://127.0.0.1:2/", false},
               {"http://127.0.0.1:1/", "http://localhost:1/", false}};

static const struct {
  const char *name, *normalised;
} accounts[] = {{"default@HTTPS://API.lofty.com:443", "default@https://api.lofty.com"},
                {"Mary@Home@https://API.lofty.com/A", "Mary@Home@https://api.lofty.com/A"},
                {"state Mary@https://A.example:443 Seen@B", "state Mary@https://a.example Seen@B"},
                {"state M@https://A.example a@HTTPS://B", "state M@https://a.example a@HTTPS://B"},
                {"plan default@http://LOCALHOST:80/x AB", "plan default@http://localhost/x AB"},
                {"sandbox", "sandbox"},
                {"A@B:443", "A@B:443"},
                {"", ""}};

int main(void) {
  for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
    char name[64];
    TEST("account \"%s\"", accounts[i].name);
    snprintf(name, sizeof name, "%s", accounts[i].name);
    url_normalise_account(name);
    CHECK_STR(name, accounts[i].normalised);
  }
  for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
    char normalised[64] = "";
    struct failure failure = {.code = ""};
    TEST("base URL \"%s\"", bases[i].url);
    bool fine = url_check_base(bases[i].url, normalised, sizeof normalised, &failure);
    CHECK(fine == (bases[i].normalised != NULL));
    if (bases[i].normalised)
      CHECK_STR(normalised, bases[i].normalised);
    else
      CHECK_STR(failure.code, bases[i].code);
    CHECK(!strstr(failure.message, "secret"));
  }
  TEST("a base URL longer than there is room for is refused");
  char small[8];
  struct failure failure;
  CHECK(!url_check_base("https://api.lofty.com", small, sizeof small, &failure));
  for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
    TEST("origin of %s and %s", origins[i].left, origins[i].right);
    CHECK(url_same_origin(origins[i].left, origins[i].right) == origins[i].same);
  }
  return test_finish();
}
