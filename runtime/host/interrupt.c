#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../bind/context.h"
#include "../bind/task.h"
#include "../core/exit_code.h"
#include "catch.h"
#include "embedded.h"
#include "signals.h"

enum {
  LAST_RESORT_SECONDS = 1,
  OUT_OF_MEMORY_SECONDS = 3, /* nobody waits for that end */
  MOST_BREAKS = 3            /* that nobody has answered */
};

/* A signal handler can reach nothing but file scope. */
static struct {
  volatile sig_atomic_t reason;
  lua_State *volatile running;
  int pipe[2]; /* written by the handler, watched by the loop */
  pthread_t thread;
  bool installed;
  /* Where SIGINT does not end the run. */
  interrupt_break_fn *volatile on_break;
  void *break_context;
  volatile sig_atomic_t breaks;   /* that on_break has not been told of */
  volatile sig_atomic_t ran;      /* Lua did, when the last of them came */
  volatile sig_atomic_t breaking; /* it still does */
} state = {.pipe = {-1, -1}};

static const int signals[] = {SIGINT, SIGTERM, SIGALRM};

enum interrupt_reason interrupt_pending(void) { return (enum interrupt_reason)state.reason; }

int interrupt_exit_code(enum interrupt_reason reason) {
  switch (reason) {
    case INTERRUPT_SIGINT:
      return EXIT_SIGINT;
    case INTERRUPT_SIGTERM:
      return EXIT_SIGTERM;
    case INTERRUPT_DEADLINE:
    case INTERRUPT_MEMORY:
      return EXIT_LIMIT;
    default:
      return EXIT_DONE;
  }
}

const char *interrupt_name(enum interrupt_reason reason) {
  switch (reason) {
    case INTERRUPT_SIGINT:
      return "interrupted (SIGINT)";
    case INTERRUPT_SIGTERM:
      return "terminated (SIGTERM)";
    case INTERRUPT_DEADLINE:
      return "out of time (--timeout)";
    case INTERRUPT_MEMORY:
      return "out of memory (--max-memory)";
    default:
      return "running";
  }
}

static void on_instruction(lua_State *L, lua_Debug *debug) {
  (void)debug;
  luaL_error(L, "%s", interrupt_name(interrupt_pending()));
}

static void arm_hook(lua_State *L) { lua_sethook(L, on_instruction, LUA_MASKCOUNT, 1); }

/* Ours is let be: it would leave things half done, and waits soon, which is refused. */
static void on_instruction_of_script(lua_State *L, lua_Debug *debug) {
  if (state.reason != INTERRUPT_NONE) {
    on_instruction(L, debug);
  } else if (lua_getinfo(L, "S", debug) &&
             strncmp(debug->source, "@" EMBEDDED_PREFIX, sizeof EMBEDDED_PREFIX) != 0) {
    luaL_error(L, "interrupted");
  }
}

static void arm_break(lua_State *L) { lua_sethook(L, on_instruction_of_script, LUA_MASKCOUNT, 1); }

void interrupt_soften(interrupt_break_fn *on_break, void *context) {
  state.on_break = NULL;
  state.break_context = context;
  state.on_break = on_break;
}

int interrupt_exit(lua_State *L) {
  if (state.reason == INTERRUPT_NONE) state.reason = INTERRUPT_EXIT;
  arm_hook(L);
  return luaL_error(L, "exit");
}

void interrupt_memory(void) {
  if (state.reason != INTERRUPT_NONE || !state.installed) return;
  state.reason = INTERRUPT_MEMORY;
  ssize_t ignored = write(state.pipe[1], "", 1);
  (void)ignored;
  if (state.running) arm_hook(state.running);
  alarm(OUT_OF_MEMORY_SECONDS);
}

static void end_by_force(void) {
  static const char message[] =
      "loftyrun: ended by force; if a write was under way its outcome is unknown\n";
  ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
  (void)ignored;
  _exit(interrupt_exit_code(interrupt_pending()));
}

static void break_off(void) {
  if (++state.breaks > MOST_BREAKS) {
    state.reason = INTERRUPT_SIGINT;
    end_by_force();
  }
  state.ran = state.running != NULL;
  ssize_t ignored = write(state.pipe[1], "", 1);
  (void)ignored;
  if (!state.running) return;
  state.breaking = 1;
  arm_break(state.running);
}

static void on_signal(int number) {
  int saved = errno;
  /* libcurl's resolver threads do not block signals; only the thread that runs Lua may act. */
  if (!pthread_equal(pthread_self(), state.thread)) {
    pthread_kill(state.thread, number);
    errno = saved;
    return;
  }
  if (state.reason != INTERRUPT_NONE && state.reason != INTERRUPT_EXIT) end_by_force();
  if (number == SIGINT && state.on_break && state.reason == INTERRUPT_NONE) {
    break_off();
    errno = saved;
    return;
  }
  state.reason = number == SIGINT    ? INTERRUPT_SIGINT
                 : number == SIGTERM ? INTERRUPT_SIGTERM
                                     : INTERRUPT_DEADLINE;
  ssize_t ignored = write(state.pipe[1], "", 1);
  (void)ignored;
  if (state.running) arm_hook(state.running);
  alarm(LAST_RESORT_SECONDS);
  errno = saved;
}

/* The flag is what counts; the byte only ended the wait. */
static void on_wake(void *context) {
  (void)context;
  char bytes[16];
  while (read(state.pipe[0], bytes, sizeof bytes) > 0) continue;
  if (!state.breaks) return;
  state.breaks = 0;
  if (state.on_break) state.on_break(state.break_context, state.ran);
}

/* Whoever started us may have blocked them. SIGINT ignored on entry stays so: that is how a shell
   starts what its Ctrl-C is not meant for. */
static void take_signals(void) {
  sigset_t taken;
  sigemptyset(&taken);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    sigaddset(&taken, signals[i]);
    if (signals[i] == SIGINT && sigaction(SIGINT, NULL, &before) == 0 &&
        before.sa_handler == SIG_IGN)
      continue;
    signals_handle(signals[i], on_signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &taken, NULL);
}

static void set_deadline(double seconds) {
  struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
  timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
  /* A timer of nothing is no timer. */
  if (timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0) timer.it_value.tv_usec = 1;
  setitimer(ITIMER_REAL, &timer, NULL);
}

bool interrupt_install(struct loop *loop, double deadline, struct failure *failure) {
  state.reason = INTERRUPT_NONE;
  state.running = NULL;
  state.on_break = NULL;
  state.breaks = state.breaking = 0;
  state.thread = pthread_self();
  if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
    return failure_set(failure, "OUT_OF_DESCRIPTORS", "cannot make a pipe: %s", strerror(errno));
  if (!loop_watch(loop, state.pipe[0], on_wake, NULL))
    return failure_set(failure, "OUT_OF_DESCRIPTORS", "too many watched descriptors");
  state.installed = true;
  take_signals();
  if (deadline > 0) set_deadline(deadline);
  return true;
}

void interrupt_remove(struct loop *loop) {
  if (!state.installed) return;
  interrupt_settle();
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signals_handle(signals[i], SIG_DFL);
  loop_unwatch(loop, state.pipe[0]);
  close(state.pipe[0]);
  close(state.pipe[1]);
  state.pipe[0] = state.pipe[1] = -1;
  state.installed = false;
}

void interrupt_settle(void) {
  alarm(0);
  state.running = NULL;
}

/* Whose turn it was has given it away: the break was for that alone. */
static void end_break(lua_State *L) {
  if (!state.breaking) return;
  state.breaking = 0;
  if (L && state.reason == INTERRUPT_NONE) lua_sethook(L, NULL, 0, 0);
}

lua_State *interrupt_enter(lua_State *L) {
  lua_State *previous = state.running;
  state.running = L;
  if (!L) end_break(previous);
  if (state.breaking && L) arm_break(L);
  if (state.reason != INTERRUPT_NONE && L) arm_hook(L);
  return previous;
}

void interrupt_leave(lua_State *previous) {
  lua_State *left = state.running;
  state.running = previous;
  if (!previous) end_break(left);
  if (state.breaking && previous) arm_break(previous);
  if (state.reason != INTERRUPT_NONE && previous) arm_hook(previous);
}

/* Calls the function at the bottom of the stack with what lies above it while `co` counts as the
   running coroutine. */
static int call_tracked(lua_State *L, lua_State *co) {
  struct context *context = context_of(L);
  struct activation activation = {.L = co ? co : L, .below = context->active};
  lua_State *previous = interrupt_enter(activation.L);
  context->active = &activation;
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  context->active = activation.below;
  interrupt_leave(previous);
  if (status != LUA_OK) return lua_error(L);
  return lua_gettop(L);
}

/* coroutine.resume and coroutine.close; upvalue 1 is the library's own. */
static int tracked(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "coroutine");
  if (task_is_coroutine(L, co))
    return luaL_error(L, "this coroutine is a task's, which goes on by itself");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return catch_pass(L, call_tracked(L, co));
}

/* What the new coroutine.wrap returns; upvalues: the library's wrapper, its coroutine. */
static int call_wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(2));
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return call_tracked(L, co);
}

static int wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  lua_getupvalue(L, -1, 1); /* the library keeps the coroutine as its wrapper's first upvalue */
  lua_pushcclosure(L, call_wrapped, 2);
  return 1;
}

void interrupt_track_coroutines(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"resume", tracked}, {"close", tracked}, {"wrap", wrap}, {NULL, NULL}};
  lua_getglobal(L, LUA_COLIBNAME);
  for (const luaL_Reg *function = functions; function->name; function++) {
    lua_getfield(L, -1, function->name);
    lua_pushcclosure(L, function->func, 1);
    lua_setfield(L, -2, function->name);
  }
  lua_pop(L, 1);
}
