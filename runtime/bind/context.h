/* What every binding can reach: the one run that a Lua state belongs to. The host owns it and puts
   a pointer to it into the state's extra space, where each coroutine inherits it. */
#ifndef BIND_CONTEXT_H
#define BIND_CONTEXT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"
#include "../core/cassette.h"
#include "../core/config.h"
#include "../core/folder.h"
#include "../core/http.h"
#include "../core/log.h"
#include "../core/loop.h"
#include "../core/quota.h"
#include "../core/retry.h"

struct credential_source;
struct http_call;
struct journal;
struct line_editor;
struct progress;
struct retry_doubt;
struct store;
struct tally;
struct task;
struct tasks;
struct test_host;

/* A coroutine that runs Lua now, and the one below it, which resumed it. */
struct activation {
  lua_State *L;
  struct activation *below;
};

/* What is to become of the traffic, besides that it happens. */
struct traffic {
  bool trace;
  const char *record_path;   /* or NULL */
  const char *replay_path;   /* or NULL; then there is no network */
  struct cassette *cassette; /* that is recorded, or NULL */
  struct buffer recorded;    /* the text of the one that is replayed */
};

enum { CALL_LINE = 272 }; /* the most bytes of "POST /v1.0/notes" */

/* The write whose end a task has been told last, as long as it has not waited since: where the run
   is ended before that, nobody knows whether the script has taken note of it. */
struct answered {
  const struct task *task; /* not to be followed; NULL: none */
  char line[CALL_LINE];    /* "POST /v1.0/notes" */
};

/* A dry run: nothing is sent or kept but a plan. */
struct dry {
  bool on;
  const char *plan;   /* the file that --plan names, or NULL */
  const char *script; /* as it was named */
  bool colour;        /* on standard error */
};

struct context {
  struct loop *loop;        /* NULL in states that never wait (help) */
  struct http_client *http; /* NULL likewise */
  const struct config *config;
  struct credential_source *credentials; /* NULL: no call needs a token */
  const struct log *log;
  const char *const *secrets; /* texts that must show nowhere, besides the credential; or NULL */
  size_t secret_count;
  const char *profile; /* name of the profile in force, or NULL */
  bool sandbox;
  bool read_before_write; /* what is changed is read first */
  const char *state;      /* folder that --state names, or NULL */
  struct dry dry;
  const struct traffic *traffic; /* NULL: calls happen, and that is all */
  unsigned long requests;
  unsigned long requests_maximum; /* 0: no limit */
  unsigned long requests_refused; /* because there were so many */
  struct tally *tally;            /* the calls by operation and code; NULL: nobody counts them */
  unsigned long items_failed;
  int exit_code;             /* what the script gave to os.exit */
  struct http_call *calls;   /* under way, newest first */
  unsigned retries;          /* of each call, unless it says otherwise */
  bool no_wait;              /* a limit of calls is not waited for */
  struct retry_host host;    /* what calls so far say about Lofty's state */
  const struct quota *quota; /* the permits for calls; NULL before the first one */
  enum quota_priority priority;
  bool priority_chosen; /* by option or profile */
  struct retry_doubt *doubts;
  struct journal *journal;      /* NULL before it is first needed */
  struct buffer *registrations; /* what the script registers (registry.lua), or NULL */
  struct answered answered;
  struct progress *progress;    /* NULL: nobody sees it */
  struct line_editor *editor;   /* NULL: there is no prompt */
  struct task *input;           /* what was typed at the prompt and runs, or NULL */
  unsigned breaks;              /* Ctrl-C that it has heard of */
  const struct test_host *test; /* NULL: this is no test */
  int64_t clock;                /* milliseconds since 1970, where a test has put it; 0: it goes */
  int64_t shift;                /* and how far that is beyond the true one, in milliseconds */
  char date[40];                /* of the latest reply that came soon; "": none did */
  int64_t dated;                /* when that was (clock_unput) */

  struct task *task;         /* the one that runs; NULL: none does, and nothing can be waited for */
  struct activation *active; /* its coroutine and what that has resumed, innermost first */
  struct tasks *tasks;       /* the host's: whose turn it is */

  /* The host's part: whether a coroutine is the running task's own, to which it may yield; the
     script's; whether the run is to end. */
  bool (*owns)(struct context *context, lua_State *L);
  bool (*is_script)(const struct context *context, const lua_State *L);
  bool (*interrupted)(struct context *context);
  /* Ends the run with a sentence of its own, whatever the script catches. Raises. */
  int (*stop)(struct context *context, lua_State *L, int exit_code, const char *message);
  /* Sets `quota`, where calls are limited. */
  void (*open_quota)(struct context *context);
  /* Sets `journal`, or fails. */
  bool (*open_journal)(struct context *context, struct failure *failure);
  /* Starts a task when its turn comes; has one go on whose wait is over. */
  void (*start)(struct context *context, struct task *task);
  void (*wake)(struct context *context, struct task *task);
  /* Stops the running task where it is until it is woken, while the others go on. NULL, or why it
     has to give up: the run is to end, no memory. */
  const char *(*block)(struct context *context);
};

/* Whether the run has made as many requests as it may. */
static inline bool context_is_spent(const struct context *context) {
  return context->requests_maximum && context->requests >= context->requests_maximum;
}

/* The context of a state or of any of its coroutines. */
struct context *context_of(lua_State *L);
void context_attach(lua_State *L, struct context *context);

/* The folder for what outlives the run, which may be written to `path`; NULL: it is kept in memory.
   So it is for a run with a sandbox of its own, unless a folder was named: its leads are gone
   afterwards too. A replay remembers nothing, for it does nothing. */
bool context_folder(const struct context *context, char path[FOLDER_PATH_LENGTH],
                    const char **folder, struct failure *failure);

/* The time of day as scripts have it, in milliseconds since 1970: a test may have put it. */
int64_t context_now(lua_State *L);

/* The run's journal, opened when it is first needed; NULL, with nil, code and message pushed. */
struct journal *context_journal(lua_State *L);

/* The store that the journal is in; NULL likewise. */
struct store *context_store(lua_State *L);

/* Pushes nil, code, message: how every native function fails. Returns 3. */
int context_fail(lua_State *L, const struct failure *failure);

/* Pushes true where it is `fine`, or fails. Returns how many values there are. */
int context_answer(lua_State *L, bool fine, const struct failure *failure);

/* Makes the metatable of a userdata type: its methods, NULL for none, and `close` as its finaliser.
 */
void context_new_type(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction close);

#endif
