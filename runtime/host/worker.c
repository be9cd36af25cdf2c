#include "worker.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bind/tables.h"
#include "../core/exit_code.h"
#include "../core/folder.h"
#include "../core/inbox_work.h"
#include "job.h"

struct worker_run {
  int64_t server, generation;
  const char *file;
  double timeout;         /* seconds for an event; 0: what its handler says */
  unsigned long requests; /* for an event; 0: any number */
};

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  return folder_exit_code(failure);
}

static bool copy_text(void *context, const struct store_value *columns, int count) {
  struct buffer *text = context;
  (void)count;
  buffer_append(text, columns[0].data, columns[0].length); /* what does not fit is missed below */
  return false;
}

/* `*found` false: the daemon has something else meanwhile, or ends. */
static int open_script(const struct run_options *options, const struct worker_run *worker,
                       struct script *script, bool *found) {
  struct failure failure;
  struct journal *journal;
  char *account;
  const char *slash = strrchr(worker->file, '/');
  int exit_code = job_open_store(options, &journal, &account);
  if (exit_code != EXIT_DONE) return exit_code;
  free(account);
  *script = (struct script){.name = worker->file, .folder = "."};
  buffer_init(&script->text, SCRIPT_MAXIMUM);
  snprintf(script->chunk_name, sizeof script->chunk_name, "@%s", worker->file);
  if (slash)
    snprintf(script->folder, sizeof script->folder, "%.*s",
             slash == worker->file ? 1 : (int)(slash - worker->file), worker->file);
  enum store_answer answer =
      inbox_handlers_text(journal_store(journal), worker->server, worker->generation, worker->file,
                          copy_text, &script->text, &failure);
  journal_close(journal);
  *found = answer == STORE_YES;
  if (answer == STORE_FAILED) return say(&failure);
  if (*found && !script->text.data) {
    fputs("loftyrun: out of memory\n", stderr);
    return EXIT_TEMPORARY;
  }
  return EXIT_DONE;
}

int worker_run(const struct run_options *options, int64_t server, int64_t generation,
               const char *file) {
  struct worker_run worker = {.server = server,
                              .generation = generation,
                              .file = file,
                              .timeout = options->timeout,
                              .requests = options->requests_maximum};
  struct run_options wanted = *options;
  struct script script = {.name = NULL};
  char *arguments[] = {NULL};
  bool found = false;
  int exit_code = open_script(options, &worker, &script, &found);
  if (exit_code == EXIT_DONE && found) {
    wanted.worker = &worker;
    wanted.recording = RUN_RECORDED;
    wanted.keep_output = true;
    wanted.job_name = "webhooks";
    /* Those hold for each event. */
    wanted.timeout = 0;
    wanted.requests_maximum = 0;
    exit_code = run_script(&wanted, &script, arguments);
  }
  script_free(&script);
  return exit_code;
}

void worker_give_body(lua_State *L, lua_State *co, const struct run_options *options) {
  const struct worker_run *worker = options->worker;
  if (!worker) return;
  lua_getglobal(L, "require");
  lua_pushliteral(L, "lofty.registry");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "work");
  lua_remove(L, -2);
  lua_createtable(L, 0, 5);
  tables_set_integer(L, "server", worker->server);
  tables_set_integer(L, "generation", worker->generation);
  tables_set_text(L, "file", worker->file);
  if (worker->timeout > 0)
    tables_set_integer(L, "timeout", (lua_Integer)(worker->timeout * 1000) + 1);
  if (worker->requests > 0) tables_set_integer(L, "requests", (lua_Integer)worker->requests);
  luaL_checkstack(co, 3, "the body of a worker");
  lua_xmove(L, co, 2); /* co: code, work, worker */
  lua_rotate(co, -3, -1);
  lua_insert(co, -2); /* co: work, code, worker */
}
