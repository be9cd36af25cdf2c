/* A growing byte buffer that is created with the most it may ever hold. */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
  char *data; /* NUL-terminated as soon as anything was appended; NULL before */
  size_t length;
  size_t capacity;
  size_t maximum; /* bytes of content, the NUL not counted */
};

/* An empty buffer; allocates nothing. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Appends `length` bytes. False, with the content unchanged, when that would exceed the maximum
   (errno ENOBUFS) or memory ran out (errno ENOMEM). */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length);

/* Allocates for `length` more bytes. False as buffer_append. */
bool buffer_reserve(struct buffer *buffer, size_t length);

/* Appends `length` bytes that the caller writes, all of them, to where this points. NULL where
   buffer_append is false. For few bytes, where a call would cost more than what it does. */
static inline char *buffer_extend(struct buffer *buffer, size_t length) {
  if ((buffer->length + length >= buffer->capacity || length > buffer->maximum - buffer->length) &&
      !buffer_reserve(buffer, length))
    return NULL;
  char *room = buffer->data + buffer->length;
  buffer->length += length;
  room[length] = '\0';
  return room;
}

/* Appends a NUL-terminated string. */
bool buffer_append_string(struct buffer *buffer, const char *string);

/* Appends formatted text. */
bool buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Releases the memory; the buffer is empty and usable again. Idempotent. */
void buffer_free(struct buffer *buffer);

#endif
