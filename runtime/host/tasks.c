#include "tasks.h"

#include <stdlib.h>

#include "../core/line_editor.h"
#include "../core/progress.h"
#include "../core/stack.h"
#include "interrupt.h"

enum { MOST_IDLE_STACKS = 64 };

struct tasks {
  struct context *context;
  lua_State *L;
  struct task script;
  int status;           /* of the script's coroutine */
  int arguments;        /* that wait on it */
  struct task *started; /* those that have not ended, newest first; not the script */
  struct task *first_ready, **last_ready;
  unsigned ready;
  unsigned round; /* how many of the ready ones go on before the loop is asked again */
  bool loop_failed;
  bool broken; /* a task cannot go on and cannot say so to those who wait for it */
  tasks_failure_fn *on_failure;
  void *on_failure_context;
  struct stack *here; /* the one in use */
  struct stack *home; /* the program's own, on which the others have to end */
  struct stack *idle[MOST_IDLE_STACKS];
  int idle_count;
  bool home_is_idle;
};

static struct tasks *tasks_of(const struct context *context) { return context->tasks; }

static bool owns(struct context *context, lua_State *L) {
  return context->task && context->task->co == L;
}

static bool is_script(const struct context *context, const lua_State *L) {
  const struct task *script = &tasks_of(context)->script;
  return script->co == L && !script->ended;
}

static bool interrupted(struct context *context) {
  (void)context;
  return interrupt_pending() != INTERRUPT_NONE;
}

static void wake(struct context *context, struct task *task) {
  struct tasks *tasks = tasks_of(context);
  if (task->queued || task->ended) return;
  task->queued = true;
  task->next_ready = NULL;
  *tasks->last_ready = task;
  tasks->last_ready = &task->next_ready;
  tasks->ready++;
}

static struct task *next_ready(struct tasks *tasks) {
  struct task *task = tasks->first_ready;
  tasks->first_ready = task->next_ready;
  if (!tasks->first_ready) tasks->last_ready = &tasks->first_ready;
  tasks->ready--;
  task->queued = false;
  return task;
}

static void start(struct context *context, struct task *task) {
  struct tasks *tasks = tasks_of(context);
  task->next = tasks->started;
  if (task->next) task->next->previous = task;
  tasks->started = task;
  wake(context, task);
}

static void end(struct tasks *tasks, struct task *task) {
  task->ended = true;
  if (task == &tasks->script) return;
  if (task->next) task->next->previous = task->previous;
  if (task->previous)
    task->previous->next = task->next;
  else
    tasks->started = task->next;
  task_release(tasks->L, task);
}

/* Returns when somebody comes back to this stack. */
static void leave_for(struct tasks *tasks, struct stack *other) {
  struct stack *here = tasks->here;
  tasks->here = other;
  stack_switch(here, other);
}

static void set_idle(struct tasks *tasks) {
  if (tasks->here == tasks->home) {
    tasks->home_is_idle = true;
    return;
  }
  if (tasks->idle_count == MOST_IDLE_STACKS) stack_free(tasks->idle[--tasks->idle_count]);
  tasks->idle[tasks->idle_count++] = tasks->here;
}

/* Its coroutine has ended with an error. What is to be done about it may wait, as the task does. */
static void fail(struct tasks *tasks, struct task *task, int status) {
  struct context *context = tasks->context;
  struct activation activation = {.L = task->co};
  context->task = task;
  context->active = &activation;
  lua_State *previous = interrupt_enter(task->co);
  tasks->on_failure(tasks->on_failure_context, task->co, status);
  interrupt_leave(previous);
  context->active = NULL;
  context->task = NULL;
  if (task != &tasks->script) tasks->broken = true;
}

/* Has a task go on: on its coroutine, or where it stands. */
static void go_on(struct tasks *tasks, struct task *task) {
  struct context *context = tasks->context;
  if (task->blocked) {
    struct stack *there = task->blocked;
    task->blocked = NULL;
    set_idle(tasks);
    leave_for(tasks, there);
    return;
  }
  int results;
  int arguments = task == &tasks->script ? tasks->arguments : 0;
  struct activation activation = {.L = task->co};
  tasks->arguments = task == &tasks->script ? 0 : tasks->arguments;
  context->task = task;
  context->active = &activation;
  lua_State *previous = interrupt_enter(task->co);
  int status = lua_resume(task->co, tasks->L, arguments, &results);
  interrupt_leave(previous);
  context->active = NULL;
  context->task = NULL;
  if (status == LUA_YIELD) {
    lua_pop(task->co, results);
    return;
  }
  if (interrupt_pending() == INTERRUPT_NONE) context->answered.task = NULL;
  if (task == &tasks->script) tasks->status = status;
  if (status != LUA_OK) fail(tasks, task, status);
  end(tasks, task);
}

static bool all_ended(const struct tasks *tasks) { return tasks->script.ended && !tasks->started; }

static bool must_stop(const struct tasks *tasks) {
  return tasks->loop_failed || tasks->broken || interrupt_pending() != INTERRUPT_NONE;
}

/* What stands on the screen while nobody has their turn, who might write there: the line that is
   typed, or else the bar. */
static void show(const struct context *context) {
  line_editor_show(context->editor);
  if (!line_editor_is_reading(context->editor)) progress_show(context->progress);
}

static void hide(const struct context *context) {
  line_editor_hide(context->editor);
  progress_hide(context->progress);
}

/* Runs on whichever stack is in use, and returns on the program's own. */
static void schedule(struct tasks *tasks) {
  for (;;) {
    if (must_stop(tasks) || all_ended(tasks)) {
      if (tasks->here == tasks->home) return;
      /* Where home is in the middle of a task, that is told in block() to give up. */
      set_idle(tasks);
      tasks->home_is_idle = false;
      leave_for(tasks, tasks->home);
    } else if (tasks->round > 0 && tasks->ready > 0) {
      tasks->round--;
      go_on(tasks, next_ready(tasks));
    } else {
      if (tasks->ready == 0) show(tasks->context);
      tasks->loop_failed = !loop_step(tasks->context->loop, tasks->ready > 0 ? 0 : -1);
      if (tasks->ready > 0 || must_stop(tasks)) hide(tasks->context);
      tasks->round = tasks->ready;
    }
  }
}

static void schedule_here(void *tasks) { schedule(tasks); }

static struct stack *take_stack(struct tasks *tasks) {
  if (tasks->home_is_idle) {
    tasks->home_is_idle = false;
    return tasks->home;
  }
  if (tasks->idle_count > 0) return tasks->idle[--tasks->idle_count];
  return stack_new(schedule_here, tasks);
}

static const char *block(struct context *context) {
  static const char ending[] = "interrupted";
  struct tasks *tasks = tasks_of(context);
  struct task *task = context->task;
  struct activation *active = context->active;
  if (must_stop(tasks)) return ending;
  struct stack *other = take_stack(tasks);
  if (!other) return "out of memory for another stack to wait on";
  lua_State *running = interrupt_enter(NULL);
  task->blocked = tasks->here;
  context->task = NULL;
  context->active = NULL;
  leave_for(tasks, other);
  context->task = task;
  context->active = active;
  interrupt_leave(running);
  if (!task->blocked) return NULL; /* its turn had come */
  task->blocked = NULL;
  return ending;
}

struct tasks *tasks_new(struct context *context, lua_State *L) {
  struct tasks *tasks = calloc(1, sizeof *tasks);
  if (!tasks) return NULL;
  tasks->context = context;
  tasks->L = L;
  tasks->last_ready = &tasks->first_ready;
  tasks->home = tasks->here = stack_own();
  if (!tasks->home) {
    free(tasks);
    return NULL;
  }
  context->tasks = tasks;
  context->owns = owns;
  context->is_script = is_script;
  context->interrupted = interrupted;
  context->start = start;
  context->wake = wake;
  context->block = block;
  return tasks;
}

/* Of those that never come to their turn any more. */
static void free_blocked_stacks(struct tasks *tasks) {
  for (struct task *task = tasks->started; task; task = task->next) {
    stack_free(task->blocked);
    task->blocked = NULL;
  }
  stack_free(tasks->script.blocked);
  tasks->script.blocked = NULL;
}

void tasks_free(struct tasks *tasks) {
  if (!tasks) return;
  while (tasks->idle_count > 0) stack_free(tasks->idle[--tasks->idle_count]);
  stack_free(tasks->home);
  free(tasks);
}

int tasks_run(struct tasks *tasks, lua_State *co, int arguments, tasks_failure_fn *on_failure,
              void *context) {
  tasks->on_failure = on_failure;
  tasks->on_failure_context = context;
  tasks->script.co = co;
  tasks->arguments = arguments;
  tasks->status = LUA_YIELD;
  wake(tasks->context, &tasks->script);
  tasks->round = 1;
  schedule(tasks);
  loop_timer_clear(tasks->context->loop, &tasks->script.deadline);
  free_blocked_stacks(tasks);
  return all_ended(tasks) ? tasks->status : LUA_YIELD;
}

bool tasks_is_script(const struct tasks *tasks, const lua_State *co) {
  return tasks->script.co == co;
}

void tasks_cancel(struct tasks *tasks) {
  for (struct task *task = tasks->started; task; task = task->next)
    task_cancel(tasks->context, task, false);
}

bool tasks_loop_failed(const struct tasks *tasks) { return tasks->loop_failed; }

bool tasks_are_stopped(const struct tasks *tasks) { return must_stop(tasks); }
