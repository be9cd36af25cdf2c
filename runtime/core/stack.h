/* C stacks to switch between: what a thread has, without the threads. Only one runs at a time, and
   only stack_switch passes from one to another.

   A coroutine that cannot yield because C stands between it and whoever resumed it keeps the C
   stack that it is on; the rest of the program goes on on another one (host/tasks.c). */
#ifndef CORE_STACK_H
#define CORE_STACK_H

#include <stdbool.h>

struct stack;

/* The stack that the program came with; it is running. NULL when memory ran out. */
struct stack *stack_own(void);

/* A stack of one MiB below which a page is closed, so that running over is a crash and nothing
   worse. Memory is taken as it is touched. The first switch to it calls `function`, which never
   returns. NULL when memory ran out. */
struct stack *stack_new(void (*function)(void *context), void *context);

/* Leaves `from`, the one that is running, for `to`; returns when somebody switches back. */
void stack_switch(struct stack *from, struct stack *to);

/* Frees a stack that is not running; what is on it never goes on. NULL is fine. */
void stack_free(struct stack *stack);

#endif
