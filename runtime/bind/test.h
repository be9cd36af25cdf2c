/* native.test: what a test process of loftyrun test can have done for it. What that is is the
   host's (host/test_worker.c). */
#ifndef BIND_TEST_H
#define BIND_TEST_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "../core/failure.h"
#include "context.h"

/* As host/sandbox.h takes them. */
struct test_sandbox {
  const char *seed, *faults, *rate_limit;
};

/* The host's part. Each that fails says why. */
struct test_host {
  /* Puts a new sandbox in the place of the one before; calls go there from now on. */
  bool (*sandbox)(struct context *context, const struct test_sandbox *wanted,
                  struct failure *failure);
  /* Pushes the code of a script and what its header grants; 2, or as context_fail. */
  int (*load)(struct context *context, lua_State *L, const char *path);
  /* Takes what is printed from now on. */
  bool (*capture)(struct context *context, struct failure *failure);
  /* What was printed since; printing is as it was before. */
  bool (*release)(struct context *context, struct buffer *output, struct buffer *errors,
                  struct failure *failure);
  /* Tells the process that runs the tests. */
  bool (*tell)(const char *text, size_t length, struct failure *failure);
  /* What a run ends with where a script lets that error out. */
  int (*exit_code)(const char *code, const char *category);
};

/* Lua: sandbox(seed, faults or nil, rate_limit or nil) -> true
        load(path) -> function, grants
        capture() -> true;  release() -> output, errors
        tell(text) -> true
        exit_code(code, category) -> integer
        clock(ms or nil, shift): what the time is from now on, in the sandbox too; nil: the true
   one; and how far what counts time is beyond the true one. Those that fail return nil, code,
   message. All but clock raise outside of loftyrun test. */
int luaopen_native_test(lua_State *L);

#endif
