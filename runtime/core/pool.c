#include "pool.h"

#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer what nobody owns is out of bounds, as it would be with malloc. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum {
  GRAIN = 16, /* what malloc aligns to */
  SIZES = 64, /* blocks of 16, 32, ... 1024 bytes */
  LARGEST = GRAIN * SIZES,
  CHUNK = 64 * 1024
};

/* A block that nobody owns. */
struct hole {
  struct hole *next;
};

/* What the system gave: blocks from GRAIN on. */
struct chunk {
  struct chunk *next;
};

struct pool {
  struct hole *holes[SIZES]; /* by size */
  char *fresh, *end;         /* what is left of the newest chunk */
  struct chunk *chunks;
};

struct pool *pool_new(void) {
  return calloc(1, sizeof(struct pool));
}

void pool_free(struct pool *pool) {
  if (!pool) return;
  while (pool->chunks) {
    struct chunk *chunk = pool->chunks;
    ASAN_UNPOISON_MEMORY_REGION(chunk, CHUNK);
    pool->chunks = chunk->next;
    free(chunk);
  }
  free(pool);
}

static size_t index_of(size_t size) { return (size - 1) / GRAIN; }

static void give(struct pool *pool, void *block, size_t size) {
  size_t index = index_of(size);
  struct hole *hole = block;
  hole->next = pool->holes[index];
  pool->holes[index] = hole;
  ASAN_POISON_MEMORY_REGION(block, (index + 1) * GRAIN);
}

/* The rest of the chunk before it becomes a hole. */
static void *take_from_new_chunk(struct pool *pool, size_t room) {
  struct chunk *chunk = malloc(CHUNK);
  if (!chunk) return NULL;
  if (pool->fresh < pool->end) {
    ASAN_UNPOISON_MEMORY_REGION(pool->fresh, (size_t)(pool->end - pool->fresh));
    give(pool, pool->fresh, (size_t)(pool->end - pool->fresh));
  }
  chunk->next = pool->chunks;
  pool->chunks = chunk;
  pool->fresh = (char *)chunk + GRAIN + room;
  pool->end = (char *)chunk + CHUNK;
  ASAN_POISON_MEMORY_REGION(pool->fresh, (size_t)(pool->end - pool->fresh));
  return (char *)chunk + GRAIN;
}

static void *take(struct pool *pool, size_t size) {
  size_t index = index_of(size), room = (index + 1) * GRAIN;
  struct hole *hole = pool->holes[index];
  if (hole) {
    ASAN_UNPOISON_MEMORY_REGION(hole, room);
    pool->holes[index] = hole->next;
    return hole;
  }
  if ((size_t)(pool->end - pool->fresh) < room) return take_from_new_chunk(pool, room);
  void *block = pool->fresh;
  ASAN_UNPOISON_MEMORY_REGION(block, room);
  pool->fresh += room;
  return block;
}

static void release(struct pool *pool, void *block, size_t size) {
  if (size > LARGEST)
    free(block);
  else
    give(pool, block, size);
}

void *pool_resize(struct pool *pool, void *block, size_t old_size, size_t size) {
  if (!block) return size == 0 ? NULL : size > LARGEST ? malloc(size) : take(pool, size);
  if (size == 0) {
    release(pool, block, old_size);
    return NULL;
  }
  if (old_size > LARGEST && size > LARGEST) return realloc(block, size);
  if (old_size <= LARGEST && size <= LARGEST && index_of(old_size) == index_of(size)) return block;
  void *moved = size > LARGEST ? malloc(size) : take(pool, size);
  if (!moved) return NULL;
  memcpy(moved, block, old_size < size ? old_size : size);
  release(pool, block, old_size);
  return moved;
}
