#include "core/pool.h"

#include "test.h"

enum { BLOCKS = 400, STEPS = 200000, LONGEST = 3000 };

struct block {
  unsigned char *bytes;
  size_t size;
  unsigned char fill;
};

static unsigned next_random(unsigned *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

static bool holds(const struct block *block, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (block->bytes[i] != block->fill) return false;
  return true;
}

/* Blocks that grow, shrink, come and go in any order keep what is written into them, which they
   would not if two of them overlapped. */
static void churn(struct pool *pool) {
  static struct block blocks[BLOCKS];
  unsigned random = 20240229;
  for (int step = 0; step < STEPS; step++) {
    struct block *block = &blocks[next_random(&random) % BLOCKS];
    bool small = next_random(&random) % 8 != 0;
    size_t size =
        next_random(&random) % 4 == 0 ? 0 : next_random(&random) % (small ? 200 : LONGEST);
    unsigned char *moved = pool_resize(pool, block->bytes, block->size, size);
    size_t kept = block->size < size ? block->size : size;
    if (size > 0 && !moved) test_note(__FILE__, __LINE__, "no memory for %zu bytes", size);
    if (size == 0 && moved) test_note(__FILE__, __LINE__, "a block of no bytes");
    block->bytes = moved;
    block->size = size;
    if (!holds(block, kept)) {
      test_note(__FILE__, __LINE__, "step %d: %zu bytes lost their content", step, kept);
      return;
    }
    block->fill = (unsigned char)step;
    if (size > 0) memset(moved, block->fill, size);
  }
  for (struct block *block = blocks; block < blocks + BLOCKS; block++) {
    CHECK(holds(block, block->size));
    pool_resize(pool, block->bytes, block->size, 0);
    *block = (struct block){.bytes = NULL};
  }
}

int main(void) {
  struct pool *pool = pool_new();
  TEST("nothing is needed for nothing");
  CHECK(pool_resize(pool, NULL, 0, 0) == NULL);
  for (size_t size = 1; size <= 1040; size++) {
    TEST("a block of %zu bytes is aligned and as long as that", size);
    void *block = pool_resize(pool, NULL, 7, size);
    CHECK((uintptr_t)block % 16 == 0);
    memset(block, 1, size);
    CHECK(pool_resize(pool, block, size, 0) == NULL);
  }
  TEST("a block that was given back is the next one of its size");
  void *first = pool_resize(pool, NULL, 0, 40), *other = pool_resize(pool, NULL, 0, 40);
  CHECK(first != other);
  pool_resize(pool, first, 40, 0);
  CHECK(pool_resize(pool, NULL, 0, 33) == first);
  TEST("a block that still has room stays where it is");
  CHECK(pool_resize(pool, other, 40, 48) == other);
  TEST("blocks that come and go in any order keep what is written into them");
  churn(pool);
  churn(pool);
  TEST("what nobody gave back is freed with the pool");
  pool_free(pool);
  pool_free(NULL);
  return test_finish();
}
