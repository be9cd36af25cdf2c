#include "test.h"

#include <stdlib.h>

#include "core/digest.h"

/* Hexadecimal digits to bytes; returns how many. */
static size_t unhex(const char *digits, unsigned char *bytes) {
  size_t count = strlen(digits) / 2;
  for (size_t i = 0; i < count; i++) {
    char pair[] = {digits[2 * i], digits[2 * i + 1], '\0'};
    bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
  }
  return count;
}

/* FIPS 180-4's examples as NIST publishes them, and the empty message. */
static const struct {
  const char *message, *digest;
} hashes[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

/* RFC 4231, section 4; key and data in hexadecimal, case 5 is about cutting digests short. */
static const struct {
  const char *key, *data, *digest;
} macs[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
};

/* RFC 4648, section 10, without the padding; the bytes that only base64url spells so; RFC 7636,
   appendix A. */
static const struct {
  const char *bytes, *text; /* bytes in hexadecimal */
} spellings[] = {
    {"", ""},
    {"66", "Zg"},
    {"666f", "Zm8"},
    {"666f6f", "Zm9v"},
    {"666f6f62", "Zm9vYg"},
    {"666f6f6261", "Zm9vYmE"},
    {"666f6f626172", "Zm9vYmFy"},
    {"fbffbf", "-_-_"},
    {"03ecffe0c1", "A-z_4ME"},
};

static const char *const no_spellings[] = {"Z",  "Zg==", "Zm8=",   "Zm9vY", "+/+/",    "Zm 8",
                                           "Zh", "Zm9",  "Zm9v\n", "Zm9v=", "\xC3\xA9"};

static void test_macs(void) {
  unsigned char key[160], data[160], wanted[32], made[32];
  for (size_t i = 0; i < sizeof macs / sizeof *macs; i++) {
    TEST("RFC 4231, case %zu", i + 1);
    size_t key_length = unhex(macs[i].key, key), length = unhex(macs[i].data, data);
    unhex(macs[i].digest, wanted);
    CHECK(digest_hmac_sha256(key, key_length, data, length, made));
    CHECK(memcmp(made, wanted, sizeof made) == 0);
  }
  static const char first[] = "Test Using Larger Than Block-Size Key - Hash Key First";
  static const char long_data[] =
      "This is a test using a larger than block-size key and a larger than block-size data. The "
      "key needs to be hashed before being used by the HMAC algorithm.";
  memset(key, 0xAA, 131);
  TEST("RFC 4231, case 6");
  unhex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", wanted);
  CHECK(digest_hmac_sha256(key, 131, first, strlen(first), made));
  CHECK(memcmp(made, wanted, sizeof made) == 0);
  TEST("RFC 4231, case 7");
  unhex("9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2", wanted);
  CHECK(digest_hmac_sha256(key, 131, long_data, strlen(long_data), made));
  CHECK(memcmp(made, wanted, sizeof made) == 0);
}

static void test_hashes(void) {
  unsigned char wanted[32], made[32];
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
    TEST("SHA-256 of \"%s\"", hashes[i].message);
    unhex(hashes[i].digest, wanted);
    CHECK(digest_sha256(hashes[i].message, strlen(hashes[i].message), made));
    CHECK(memcmp(made, wanted, sizeof made) == 0);
  }
  TEST("SHA-256 and HMAC of nothing, given as NULL");
  unhex(hashes[0].digest, wanted);
  CHECK(digest_sha256(NULL, 0, made));
  CHECK(memcmp(made, wanted, sizeof made) == 0);
  CHECK(digest_hmac_sha256(NULL, 0, NULL, 0, made));
}

static void test_spellings(void) {
  unsigned char bytes[64];
  struct buffer out;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    TEST("base64url \"%s\"", spellings[i].text);
    size_t length = unhex(spellings[i].bytes, bytes);
    buffer_init(&out, 100);
    CHECK(digest_base64url_encode(&out, bytes, length));
    CHECK_STR(out.data ? out.data : "", spellings[i].text);
    buffer_free(&out);
    CHECK(digest_base64url_decode(&out, spellings[i].text, strlen(spellings[i].text)));
    CHECK_MEM(out.data, out.length, (const char *)bytes, length);
    buffer_free(&out);
  }
  for (size_t i = 0; i < sizeof no_spellings / sizeof *no_spellings; i++) {
    TEST("no base64url: \"%s\"", no_spellings[i]);
    buffer_init(&out, 100);
    CHECK(buffer_append_string(&out, "before"));
    CHECK(!digest_base64url_decode(&out, no_spellings[i], strlen(no_spellings[i])));
    CHECK_STR(out.data, "before");
    CHECK_INT(out.length, 6);
    buffer_free(&out);
  }
  TEST("no base64url: a NUL");
  buffer_init(&out, 100);
  CHECK(!digest_base64url_decode(&out, "Zm\0v", 4));
  buffer_free(&out);
  TEST("base64url that does not fit");
  buffer_init(&out, 4);
  CHECK(!digest_base64url_encode(&out, "fooba", 5));
  CHECK(!digest_base64url_decode(&out, "Zm9vYmFy", 8));
  CHECK_INT(out.length, 0);
  buffer_free(&out);
}

/* RFC 7636, appendix B: the challenge of a verifier. */
static void test_challenge(void) {
  static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  unsigned char digest[32];
  struct buffer out;
  TEST("RFC 7636, appendix B");
  buffer_init(&out, 100);
  CHECK(digest_sha256(verifier, strlen(verifier), digest));
  CHECK(digest_base64url_encode(&out, digest, sizeof digest));
  CHECK_STR(out.data, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  buffer_free(&out);
}

static void test_equality(void) {
  TEST("equal and unequal bytes");
  CHECK(digest_equal("abc", 3, "abc", 3));
  CHECK(digest_equal("", 0, NULL, 0));
  CHECK(digest_equal("a\0b", 3, "a\0b", 3));
  CHECK(!digest_equal("a\0b", 3, "a\0c", 3));
  CHECK(!digest_equal("abc", 3, "abd", 3));
  CHECK(!digest_equal("xbc", 3, "abc", 3));
  CHECK(!digest_equal("abc", 3, "ab", 2));
  CHECK(!digest_equal("", 0, "a", 1));
}

static void test_random(void) {
  unsigned char left[32] = {0}, right[32] = {0};
  int zeros = 0;
  TEST("random bytes fill what they are given and are others each time");
  CHECK(digest_random(left, sizeof left));
  CHECK(digest_random(right, sizeof right));
  CHECK(memcmp(left, right, sizeof left) != 0);
  for (size_t i = 0; i < sizeof left; i++) zeros += left[i] == 0;
  CHECK(zeros < 8);
  CHECK(digest_random(left, 0));
}

int main(void) {
  test_hashes();
  test_macs();
  test_spellings();
  test_challenge();
  test_equality();
  test_random();
  return test_finish();
}
