/* libFuzzer target: core/address.c on any text, as a range and as what proxies say.
     clang -g -O1 -D_GNU_SOURCE -Iruntime -fsanitize=fuzzer,address,undefined -o fuzz_forwarded \
       tests/fuzz/fuzz_forwarded.c runtime/core/address.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct address_range ranges[2];
  struct address address;
  char shown[ADDRESS_TEXT_SIZE];
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  if (!address_range_read("0.0.0.0/1", &ranges[0])) abort();
  if (!address_range_read(text, &ranges[1])) ranges[1] = ranges[0];
  for (int newer = 0; newer < 2; newer++) {
    if (!address_read("10.0.0.1", &address)) abort();
    if (address_forwarded(text, newer, ranges, 2, &address) && address.is_unix) abort();
    address_text(&address, shown);
  }
  free(text);
  return 0;
}
