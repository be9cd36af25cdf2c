#include "buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, size_t maximum) {
  *buffer = (struct buffer){.maximum = maximum};
}

bool buffer_reserve(struct buffer *buffer, size_t length) {
  if (length > buffer->maximum - buffer->length) {
    errno = ENOBUFS;
    return false;
  }
  size_t needed = buffer->length + length + 1;
  if (needed <= buffer->capacity) return true;
  size_t capacity = buffer->capacity ? buffer->capacity : 256;
  while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  char *data = realloc(buffer->data, capacity);
  if (!data) {
    errno = ENOMEM;
    return false;
  }
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
  if (!buffer_reserve(buffer, length)) return false;
  if (length > 0) memcpy(buffer->data + buffer->length, bytes, length);
  buffer->length += length;
  buffer->data[buffer->length] = '\0';
  return true;
}

bool buffer_append_string(struct buffer *buffer, const char *string) {
  return buffer_append(buffer, string, strlen(string));
}

bool buffer_printf(struct buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0 || !buffer_reserve(buffer, (size_t)length)) return false;
  va_start(arguments, format);
  vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->length += (size_t)length;
  return true;
}

void buffer_free(struct buffer *buffer) {
  free(buffer->data);
  buffer_init(buffer, buffer->maximum);
}
