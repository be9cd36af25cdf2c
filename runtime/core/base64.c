#include "base64.h"

bool base64_encode(struct buffer *out, const void *bytes, size_t length) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < length; i += 3) {
    size_t have = length - i < 3 ? length - i : 3;
    unsigned long group = (unsigned long)byte[i] << 16;
    if (have > 1) group |= (unsigned long)byte[i + 1] << 8;
    if (have > 2) group |= byte[i + 2];
    char text[4] = {alphabet[group >> 18 & 63], alphabet[group >> 12 & 63],
                    have > 1 ? alphabet[group >> 6 & 63] : '=',
                    have > 2 ? alphabet[group & 63] : '='};
    if (!buffer_append(out, text, sizeof text)) return false;
  }
  return true;
}
