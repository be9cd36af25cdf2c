/* Memory for many small blocks that come and go, as a Lua state's do. malloc asks a block for its
   size, looks for a place, joins what lies beside each other; here whoever gives a block back says
   how large it is, and it waits for the next one of that size. What a pool has taken it keeps until
   it is freed, so small blocks do not go back to the system; large ones are malloc's. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stddef.h>

struct pool;

/* An empty pool; NULL when memory ran out. */
struct pool *pool_new(void);

/* Frees it with all small blocks; large ones must have been given back. NULL is fine. */
void pool_free(struct pool *pool);

/* Has a block of `old_size` bytes be one of `size`, content kept, and returns where it is now. Not
   a block yet: `block` NULL, `old_size` of no matter. No more a block: `size` 0, returns NULL. NULL
   otherwise: memory ran out, and the block is as it was. Blocks are aligned as malloc's are. */
void *pool_resize(struct pool *pool, void *block, size_t old_size, size_t size);

#endif
