/* libFuzzer target: what a person pastes into a login, and base64url, on any bytes.
     clang -g -O1 -D_GNU_SOURCE -Iruntime -fsanitize=fuzzer,address,undefined -o fuzz_authorization
   \
       tests/fuzz/fuzz_authorization.c \
       runtime/core/{authorization,digest,text,url,buffer,failure}.c -lcurl -lgnutls */
#include <stdlib.h>
#include <string.h>

#include "core/authorization.h"
#include "core/digest.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  static const struct authorization login = {.state = "state"};
  char *text = malloc(size + 1); /* exactly as long as it is, so that a step too far is seen */
  if (!text) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  struct buffer bytes, again;
  buffer_init(&bytes, size);
  buffer_init(&again, size * 2);
  /* One text stands for some bytes, and no other does. */
  if (digest_base64url_decode(&bytes, text, size) &&
      (!digest_base64url_encode(&again, bytes.data, bytes.length) || again.length != size ||
       (size > 0 && memcmp(again.data, text, size) != 0)))
    abort();
  struct authorization_answer answer;
  authorization_read(text, &answer);
  if (authorization_judge(&login, &answer) == AUTHORIZATION_GRANTED &&
      (strcmp(answer.state, "state") != 0 || !*answer.code))
    abort();
  buffer_free(&bytes);
  buffer_free(&again);
  free(text);
  return 0;
}
