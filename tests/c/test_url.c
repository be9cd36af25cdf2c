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
             {"http://[::1]:80", "http://[::1]:80", NULL},
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

int main(void) {
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
