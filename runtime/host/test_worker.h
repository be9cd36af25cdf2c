/* A test process of loftyrun test: one run of one file of tests, against sandboxes of its own, with
   all state in memory. What it does is in stdlib/lofty/test/worker.lua. */
#ifndef HOST_TEST_WORKER_H
#define HOST_TEST_WORKER_H

#include <lua.h>

#include "run.h"

struct run;
struct test_worker;

/* Runs what `task`, JSON of stdlib/lofty/test/runner.lua, asks for of the file at `path`. The
   results are written to PROCESS_REPORT (core/process.h). Returns the exit code of the run. */
int test_worker_run(const struct run_options *options, const char *path, const char *task);

/* Its calls lead nowhere until a test has its sandbox. An exit code; all has been said. */
int test_worker_target(struct run *run);

/* Has the script's coroutine, on which its code is, do that; does nothing for other runs. Runs
   protected. */
void test_worker_give_body(lua_State *L, lua_State *co, const struct run_options *options);

/* Ends what a test has left. NULL is fine. */
void test_worker_close(struct test_worker *worker);

#endif
