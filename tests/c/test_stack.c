#include "core/stack.h"

#include <setjmp.h>
#include <stdlib.h>

#include "test.h"

enum { STACKS = 3, ROUNDS = 4 };

struct worker {
  struct stack *own;
  struct stack *home;
  char *place;
  char name;
};

/* Writes its name each time it is switched to; what is in its locals must stay. */
static void work(void *context) {
  struct worker *worker = context;
  volatile char keep[512];
  for (size_t i = 0; i < sizeof keep; i++) keep[i] = worker->name;
  for (;;) {
    for (size_t i = 0; i < sizeof keep; i++)
      if (keep[i] != worker->name) abort();
    *worker->place = worker->name;
    stack_switch(worker->own, worker->home);
  }
}

static int deep(int depth) {
  volatile char room[1000];
  room[0] = (char)depth;
  return depth == 0 ? room[0] : deep(depth - 1) + (room[0] == (char)depth);
}

struct visit {
  struct stack *own, *home;
  int depth, jumped;
};

/* Lua's errors are longjmps, and a stack has to be as deep as they let it become. */
static void dive(void *context) {
  struct visit *visit = context;
  jmp_buf buffer;
  if (setjmp(buffer) == 0) longjmp(buffer, 1);
  visit->jumped = 1;
  visit->depth = deep(900);
  for (;;) stack_switch(visit->own, visit->home);
}

int main(void) {
  struct stack *home = stack_own();
  struct worker workers[STACKS];
  char trace[STACKS * ROUNDS + 1] = "";

  TEST("each stack goes on where it was left");
  for (int i = 0; i < STACKS; i++) {
    workers[i] = (struct worker){.home = home, .name = (char)('a' + i)};
    workers[i].own = stack_new(work, &workers[i]);
    CHECK(workers[i].own != NULL);
  }
  for (int i = 0; i < STACKS * ROUNDS; i++) {
    struct worker *worker = &workers[i % STACKS];
    worker->place = &trace[i];
    stack_switch(home, worker->own);
  }
  CHECK_STR(trace, "abcabcabcabc");
  for (int i = 0; i < STACKS; i++) stack_free(workers[i].own);

  TEST("a stack is deep, and jumps on it stay on it");
  struct visit visit = {.home = home};
  visit.own = stack_new(dive, &visit);
  CHECK(visit.own != NULL);
  stack_switch(home, visit.own);
  CHECK_INT(visit.jumped, 1);
  CHECK_INT(visit.depth, 900);
  stack_free(visit.own);

  TEST("two thousand stacks cost what they touch");
  static struct stack *many[2000];
  int made = 0;
  while (made < 2000 && (many[made] = stack_new(work, &workers[0]))) made++;
  CHECK_INT(made, 2000);
  while (made > 0) stack_free(many[--made]);

  stack_free(home);
  return test_finish();
}
