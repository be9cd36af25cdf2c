#include "tape.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_MOST = 8 * 1024 };

struct tape_piece {
  struct tape_piece *next;
  int stream;
  size_t length;
  char bytes[];
};

void tape_init(struct tape *tape, size_t head_most, size_t tail_most) {
  *tape = (struct tape){.head_most = head_most, .tail_most = tail_most};
}

static size_t weight_of(size_t length) { return sizeof(struct tape_piece) + length; }

/* The last piece, grown, where that was the same stream's and is small. */
static bool extend(struct tape_list *list, int stream, const char *bytes, size_t length) {
  struct tape_piece *last = list->last, *before = list->before;
  if (!last || last->stream != stream || last->length + length > PIECE_MOST) return false;
  struct tape_piece *grown = realloc(last, weight_of(last->length + length));
  if (!grown) return false;
  if (list->first == last)
    list->first = grown;
  else if (before)
    before->next = grown;
  list->last = grown;
  memcpy(grown->bytes + grown->length, bytes, length);
  grown->length += length;
  list->weight += length;
  return true;
}

static bool add(struct tape_list *list, int stream, const char *bytes, size_t length) {
  if (extend(list, stream, bytes, length)) return true;
  struct tape_piece *piece = malloc(weight_of(length));
  if (!piece) return false;
  *piece = (struct tape_piece){.stream = stream, .length = length};
  memcpy(piece->bytes, bytes, length);
  if (list->last)
    list->last->next = piece;
  else
    list->first = piece;
  list->before = list->last;
  list->last = piece;
  list->weight += weight_of(length);
  return true;
}

static void drop_first(struct tape *tape) {
  struct tape_list *tail = &tape->tail;
  struct tape_piece *piece = tail->first;
  tail->first = piece->next;
  if (!tail->first) tail->last = NULL;
  if (tail->before == piece) tail->before = NULL; /* the last one is the first now */
  tail->weight -= weight_of(piece->length);
  tape->left_out += (int64_t)piece->length;
  free(piece);
}

static void append_piece(struct tape *tape, int stream, const char *bytes, size_t length) {
  bool to_head = !tape->tail.first && tape->left_out == 0 &&
                 tape->head.weight + weight_of(length) <= tape->head_most;
  tape->length += (int64_t)length;
  if (!add(to_head ? &tape->head : &tape->tail, stream, bytes, length)) {
    while (tape->tail.first) drop_first(tape);
    tape->left_out += (int64_t)length;
  }
  while (tape->tail.first && tape->tail.weight > tape->tail_most) drop_first(tape);
}

void tape_append(struct tape *tape, int stream, const char *bytes, size_t length) {
  while (length > 0) {
    size_t now = length < PIECE_MOST ? length : PIECE_MOST;
    append_piece(tape, stream, bytes, now);
    bytes += now;
    length -= now;
  }
}

void tape_each(const struct tape *tape, tape_visit *visit, void *context) {
  for (const struct tape_piece *piece = tape->head.first; piece; piece = piece->next)
    visit(context, piece->stream, piece->bytes, piece->length);
  if (tape->left_out > 0) visit(context, 0, NULL, (size_t)tape->left_out);
  for (const struct tape_piece *piece = tape->tail.first; piece; piece = piece->next)
    visit(context, piece->stream, piece->bytes, piece->length);
}

/* Of all bytes that are here, those from `skipped` on, at most `most`. */
struct part {
  size_t skipped, most;
  struct buffer *text;
};

static void take_part(void *context, int stream, const char *bytes, size_t length) {
  struct part *part = context;
  (void)stream;
  if (!bytes) return;
  size_t skip = length < part->skipped ? length : part->skipped;
  part->skipped -= skip;
  size_t take = length - skip < part->most ? length - skip : part->most;
  part->most -= take;
  /* What does not fit any more is at its end. */
  if (take > 0 && !buffer_append(part->text, bytes + skip, take)) part->most = 0;
}

void tape_first(const struct tape *tape, size_t most, struct buffer *text) {
  struct part part = {.most = most, .text = text};
  tape_each(tape, take_part, &part);
}

void tape_last(const struct tape *tape, size_t most, struct buffer *text) {
  size_t here = (size_t)(tape->length - tape->left_out);
  struct part part = {.skipped = here > most ? here - most : 0, .most = most, .text = text};
  tape_each(tape, take_part, &part);
}

static void free_list(struct tape_list *list) {
  while (list->first) {
    struct tape_piece *piece = list->first;
    list->first = piece->next;
    free(piece);
  }
  *list = (struct tape_list){.first = NULL};
}

void tape_free(struct tape *tape) {
  free_list(&tape->head);
  free_list(&tape->tail);
}
