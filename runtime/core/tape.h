/* What a run prints, in the order in which it came: the beginning and the end of it, however much
   it is. In between whole pieces are left out, and counted. */
#ifndef CORE_TAPE_H
#define CORE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

struct tape_piece;

struct tape_list {
  struct tape_piece *first, *last;
  struct tape_piece *before; /* the last; NULL where that is the first */
  size_t weight;             /* bytes of memory */
};

struct tape {
  struct tape_list head, tail;
  size_t head_most, tail_most; /* bytes of memory */
  int64_t length;              /* bytes that came */
  int64_t left_out;            /* of those, between head and tail */
};

/* An empty one; allocates nothing. */
void tape_init(struct tape *tape, size_t head_most, size_t tail_most);

/* Appends what came on a stream. What there is no memory for is left out. */
void tape_append(struct tape *tape, int stream, const char *bytes, size_t length);

/* Called with each piece in order, and with bytes NULL where `length` of them were left out. */
typedef void tape_visit(void *context, int stream, const char *bytes, size_t length);
void tape_each(const struct tape *tape, tape_visit *visit, void *context);

/* Appends the first or the last `most` bytes, whatever their stream, as far as they are there and
   the buffer has room. */
void tape_first(const struct tape *tape, size_t most, struct buffer *text);
void tape_last(const struct tape *tape, size_t most, struct buffer *text);

/* Idempotent. */
void tape_free(struct tape *tape);

#endif
