/* The prompt: lofty/prompt reads, runs and prints, as the script of a run that is a session. */
#ifndef HOST_REPL_H
#define HOST_REPL_H

#include <lua.h>
#include <stdbool.h>

#include "../bind/context.h"
#include "run.h"
#include "script.h"

enum { REPL_NAME_LENGTH = 256 };

/* What a session wants to be. It may ask for another one, against another account say, in which it
   starts anew. */
struct repl {
  bool loads;   /* the run's script is run first, and the prompt is in its scope */
  bool asks;    /* before a line writes to a live account */
  bool began;   /* nothing was in its way */
  bool greeted; /* the first one has said what it is */
  /* What the next session is to be, where `again`. */
  bool again;
  bool dry_run;
  char profile[REPL_NAME_LENGTH]; /* or "" */
  char seed[REPL_NAME_LENGTH];    /* of a sandbox, or "" */
};

/* Puts the prompt in the place of the script on top of `co`, if the run is one; where a prompt may
   open in the scope of an error, has errors watched for that. Call it protected. */
void repl_give_body(lua_State *L, lua_State *co, const struct run_options *options,
                    const struct script *script);

/* Call it before the script runs: from now on Ctrl-C ends what was typed and not the run. */
void repl_begin(struct context *context, lua_State *L, const struct run_options *options);

/* With --repl-on-error: the prompt in the scope of the error on top of `co`, if there is a person
   to type. The error has been reported. */
void repl_on_error(struct context *context, lua_State *L, lua_State *co,
                   const struct run_options *options, const struct script *script);

/* Puts the terminal back as it was. */
void repl_end(struct context *context);

#endif
