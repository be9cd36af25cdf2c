/* libFuzzer target: core/json_scan.c on any bytes, and json_patch on what it lets pass.
     clang -g -O1 -D_GNU_SOURCE -Iruntime -fsanitize=fuzzer,address,undefined -o fuzz_json_scan \
       tests/fuzz/fuzz_json_scan.c runtime/core/{json_scan,json_patch,utf8,buffer,failure}.c */
#include <stdlib.h>
#include <string.h>

#include "core/json_patch.h"
#include "core/json_scan.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
  char *text = malloc(size + 1); /* exactly as long as it is, so that a step too far is seen */
  if (!text) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  struct json_scanned scanned;
  struct buffer patched;
  struct failure failure;
  buffer_init(&scanned.text, size * 3);
  buffer_init(&scanned.repairs, (size + 1) * sizeof(struct json_repair));
  buffer_init(&patched, size * 4);
  if (!json_scan(text, size, 128, false, &scanned, &failure) &&
      strcmp(failure.code, "OUT_OF_MEMORY") == 0)
    abort();                                              /* that much is enough for any text */
  json_patch(text, size, NULL, 0, 0, &patched, &failure); /* must survive any text */
  buffer_free(&scanned.text);
  buffer_free(&scanned.repairs);
  buffer_free(&patched);
  free(text);
  return 0;
}
