#include "stack.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN
#endif

/* AddressSanitizer and valgrind keep accounts of the stack and have to be told of another one. */
#ifdef WITH_ASAN
#include <dlfcn.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define __sanitizer_start_switch_fiber(shadow, bottom, size) ((void)(shadow))
#define __sanitizer_finish_switch_fiber(shadow, bottom, size) ((void)(bottom), (void)(size))
#endif
#ifdef __has_include
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(start, end) 0
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

/* Lua allows 200 calls of C inside each other, of which string.gsub takes most: some 2 KiB. */
#ifdef WITH_ASAN
enum { SIZE = 8 * 1024 * 1024 };
#else
enum { SIZE = 1024 * 1024 };
#endif

struct stack {
  ucontext_t context;
  char *mapping; /* NULL: the program's own */
  size_t mapping_size;
  unsigned registration;
  struct stack *came_from; /* who switched to it last */
  const void *bottom;      /* for AddressSanitizer */
  size_t size;
  void *shadow;
  void (*function)(void *context);
  void *function_context;
};

static void arrive(struct stack *stack) {
  struct stack *left = stack->came_from;
  __sanitizer_finish_switch_fiber(stack->shadow, &left->bottom, &left->size);
}

/* makecontext hands over nothing but ints. */
static void begin(unsigned high, unsigned low) {
  struct stack *stack = (struct stack *)(uintptr_t)((uint64_t)high << 32 | low);
  arrive(stack);
  stack->function(stack->function_context);
  abort();
}

struct stack *stack_own(void) {
  return calloc(1, sizeof(struct stack));
}

static bool map(struct stack *stack) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  stack->mapping_size = SIZE + page;
  void *mapping = mmap(NULL, stack->mapping_size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return false;
  stack->mapping = mapping;
  stack->bottom = stack->mapping + page;
  stack->size = SIZE;
  ASAN_UNPOISON_MEMORY_REGION(stack->bottom, SIZE);
  return mprotect(mapping, page, PROT_NONE) == 0 && getcontext(&stack->context) == 0;
}

struct stack *stack_new(void (*function)(void *context), void *context) {
  struct stack *stack = calloc(1, sizeof *stack);
  if (!stack) return NULL;
  if (!map(stack)) {
    stack_free(stack);
    return NULL;
  }
  char *start = stack->mapping + (stack->mapping_size - SIZE);
  stack->registration = VALGRIND_STACK_REGISTER(start, start + SIZE);
  stack->function = function;
  stack->function_context = context;
  stack->context.uc_stack.ss_sp = start;
  stack->context.uc_stack.ss_size = SIZE;
  stack->context.uc_link = NULL;
  uint64_t address = (uintptr_t)stack;
  makecontext(&stack->context, (void (*)(void))begin, 2, (unsigned)(address >> 32),
              (unsigned)address);
  return stack;
}

static int swap(ucontext_t *from, const ucontext_t *to) {
#ifdef WITH_ASAN
  /* AddressSanitizer has a swapcontext of its own, which warns that it cannot know what the calls
     here tell it. */
  void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  void *symbol = library ? dlsym(library, "swapcontext") : NULL;
  if (library) dlclose(library);
  if (symbol) return ((int (*)(ucontext_t *, const ucontext_t *))symbol)(from, to);
#endif
  return swapcontext(from, to);
}

void stack_switch(struct stack *from, struct stack *to) {
  to->came_from = from;
  __sanitizer_start_switch_fiber(&from->shadow, to->bottom, to->size);
  if (swap(&from->context, &to->context) != 0) abort(); /* cannot fail on Linux or macOS */
  arrive(from);
}

void stack_free(struct stack *stack) {
  if (!stack) return;
  if (stack->mapping) {
    VALGRIND_STACK_DEREGISTER(stack->registration);
    munmap(stack->mapping, stack->mapping_size);
  }
  free(stack);
}
