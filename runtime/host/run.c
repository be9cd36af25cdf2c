#include "run.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/journal.h"
#include "credential.h"
#include "dry.h"
#include "interrupt.h"
#include "job.h"
#include "repl.h"
#include "running.h"
#include "sandbox.h"
#include "serve_sandbox.h"
#include "state.h"
#include "tasks.h"
#include "test_worker.h"
#include "traffic.h"
#include "worker.h"

/* The memory of a script that nobody has said anything about: far more than any needs, and less
   than a machine has. */
static const size_t usual_memory = (size_t)1 << 30;

static const char sandbox_key[] = "sandbox";
static const char *const sandbox_names[SETTING_COUNT] = {
    [SETTING_BASE_URL] = "--sandbox", [SETTING_API_KEY] = "--sandbox"};

/* Where the script's calls go: its sandbox, its daemon's, or what environment and profile say. */
static int open_target(struct run *run) {
  struct failure failure;
  struct config_layer layers[2];
  char url[64];
  const struct run_options *options = run->options;
  const char *shared = options->sandbox_seed ? serve_sandbox_url() : NULL;
  if (options->test) return test_worker_target(run);
  if (options->sandbox_seed) {
    struct sandbox_options sandbox = {.seed = options->sandbox_seed,
                                      .faults = options->faults,
                                      .rate_limit = options->rate_limit,
                                      .ledger = options->ledger};
    if (!shared) run->sandbox = sandbox_start(&run->context, &sandbox, &failure);
    if (!shared && !run->sandbox)
      return run_say(run, &failure,
                     strcmp(failure.code, "USAGE") == 0 ? EXIT_USAGE : EXIT_TEMPORARY);
    if (shared)
      snprintf(url, sizeof url, "%s", shared);
    else
      snprintf(url, sizeof url, "http://127.0.0.1:%u", sandbox_port(run->sandbox));
    layers[0] =
        (struct config_layer){.values = {[SETTING_BASE_URL] = url, [SETTING_API_KEY] = sandbox_key},
                              .names = sandbox_names};
    layers[1] = (struct config_layer){.names = sandbox_names};
  } else if (options->replay) {
    /* Nothing is sent: no credential is wanted, and a wrong one does no harm. */
    layers[0] = layers[1] = (struct config_layer){.names = sandbox_names};
  } else {
    layers[0] = config_environment();
    layers[1] = profile_layer(run->profile);
  }
  if (!config_resolve(&run->config, layers, 2, &failure))
    return run_say(run, &failure, EXIT_CONFIG);
  output_hide(&run->witness.output, &run->config);
  if (options->replay) return EXIT_DONE;
  run->credentials = credentials_new(&run->context, &run->config);
  return run->credentials ? EXIT_DONE : run_out_of_memory(run);
}

/* Before the first call: a run that makes none has no part in it. */
static void open_quota(struct context *context) {
  struct run *run = (struct run *)context;
  const struct run_options *options = run->options;
  if (run_quota_open(&run->quota, &run->config, options->state, options->sandbox_seed != NULL,
                     profile_requests_per_minute(run->profile), &run->log))
    context->quota = &run->quota.quota;
}

/* Who sits at a terminal comes before who does not, unless somebody said otherwise. */
static void set_priority(struct run *run) {
  const char *wanted = run->options->priority;
  if (!wanted) wanted = profile_priority(run->profile);
  struct context *context = &run->context;
  context->priority = isatty(STDERR_FILENO) ? QUOTA_INTERACTIVE : QUOTA_SCHEDULED;
  context->priority_chosen = wanted && quota_priority_parse(wanted, &context->priority);
}

static void open_log(struct run *run) {
  const struct run_options *options = run->options;
  run->log = options->log;
  run->log.script = run->script->name;
  run->log.job = options->job_name;
  run->log.number = run_number;
  run->log.context = run;
}

static int cannot_open_profile(struct run *run, const struct failure *failure) {
  witness_open_without_profile(&run->witness, run->options);
  return run_say(run, failure, EXIT_CONFIG);
}

/* A wrong line in a header is the script's own error, as one that does not compile. */
static int open_grants(struct run *run) {
  struct failure failure;
  run->grants = *profile_grants(run->profile);
  run->grants.all = run->options->allow_all;
  if (!grants_take_header(&run->grants, run->script, &failure))
    return run_say(run, &failure, EXIT_SCRIPT);
  for (size_t i = 0; i < run->options->allow_count; i++)
    if (!grants_take_option(&run->grants, run->options->allow[i], &failure))
      return run_say(run, &failure, EXIT_USAGE);
  return EXIT_DONE;
}

/* What the library asks for as soon as it is loaded. Runs protected. */
static int give_settings(lua_State *L) {
  const struct run *run = lua_touserdata(L, 1);
  profile_give_codes(run->profile, L);
  grants_give(&run->grants, run->script, L);
  return 0;
}

/* An address of the receiver's, in a call or in an error of a script, must not show its secret. */
static void find_receiver_secrets(struct run *run) {
  const struct webhook_config *config = profile_webhooks(run->profile);
  struct webhook_config usual;
  webhook_config_init(&usual);
  struct webhook_settings settings = webhook_config_settings(config ? config : &usual);
  run->receiver_secrets[0] = settings.secret;
  run->receiver_secrets[1] = settings.previous_secret;
  run->receiver_secrets[2] = settings.hmac_secret;
  for (int i = 0; i < RECEIVER_SECRETS; i++)
    output_hide_text(&run->witness.output, run->receiver_secrets[i]);
}

static int open_run(struct run *run) {
  struct failure failure;
  const struct run_options *wanted = run->options;
  open_log(run);
  if (!wanted->sandbox_seed && (wanted->faults || wanted->rate_limit || wanted->ledger)) {
    failure_set(&failure, "USAGE",
                "--faults, --rate-limit and --ledger are the sandbox's: add --sandbox, or run "
                "loftyrun sandbox --upstream URL and set LOFTY_BASE_URL to what it prints");
    return run_say(run, &failure, EXIT_USAGE);
  }
  const char *profile = run->options->profile;
  if (!profile && !run->options->sandbox_seed) profile = config_variable("LOFTY_PROFILE");
  if ((profile || !run->options->sandbox_seed) && !profile_open(profile, &run->profile, &failure))
    return cannot_open_profile(run, &failure);
  int exit_code = witness_open(&run->witness, wanted, run->profile, &run->log, &failure);
  if (exit_code != EXIT_DONE) return run_say(run, &failure, exit_code);
  exit_code = open_grants(run);
  if (exit_code != EXIT_DONE) return exit_code;
  if (!traffic_open(&run->traffic, run->options, &failure))
    return run_say(run, &failure, EXIT_USAGE);
  find_receiver_secrets(run);
  bool given = run->options->secrets != NULL;
  struct context *context = &run->context;
  *context = (struct context){.config = &run->config,
                              .traffic = &run->traffic,
                              .stop = run_stop,
                              .log = &run->log,
                              .profile = profile_name(run->profile),
                              .read_before_write = profile_reads_before_write(run->profile),
                              .sandbox = run->options->sandbox_seed != NULL,
                              .state = run->options->state,
                              .secrets = given ? run->options->secrets : run->receiver_secrets,
                              .secret_count = given ? run->options->secret_count : RECEIVER_SECRETS,
                              .requests_maximum = run->options->requests_maximum,
                              .retries = run->options->retries,
                              .no_wait = run->options->no_wait,
                              .registrations = run->options->registrations,
                              .open_quota = open_quota,
                              .open_journal = run_open_journal,
                              .dry = run_dry(run->options, run->script)};
  if (progress_columns() > 0 && run->log.format == LOG_FORMAT_TEXT)
    context->progress = &run->progress;
  set_priority(run);
  context->loop = loop_new();
  /* A replay gets no client, so that nothing whatever is sent. */
  bool calls = context->loop && !run->options->replay;
  context->http = calls ? http_client_new(context->loop) : NULL;
  if (!context->loop || (calls && !context->http) || !(run->L = state_new(context)) ||
      !(run->tasks = tasks_new(context, run->L))) {
    return run_out_of_memory(run);
  }
  lua_pushcfunction(run->L, give_settings);
  lua_pushlightuserdata(run->L, run);
  if (lua_pcall(run->L, 1, 0, 0) != LUA_OK) return run_out_of_memory(run);
  if (!profile_check_codes(run->profile, run->L, &failure))
    return run_say(run, &failure, EXIT_CONFIG);
  if (!interrupt_install(context->loop, run->options->timeout, &failure))
    return run_say(run, &failure, EXIT_TEMPORARY);
  return open_target(run);
}

/* The state goes first: its userdata end their exchanges and timers. */
static void close_run(struct run *run, int exit_code) {
  repl_end(&run->context);
  state_close(run->L);
  test_worker_close(run->options->test);
  /* What was printed and did not arrive has failed, for the history too. */
  run_end_record(run, output_look(&run->witness.output, exit_code, NULL));
  notice_wait(&run->witness.notice, &run->context);
  tasks_free(run->tasks);
  credentials_free(run->credentials);
  sandbox_stop(run->sandbox);
  if (run->context.loop) interrupt_remove(run->context.loop);
  http_client_free(run->context.http);
  loop_free(run->context.loop);
  traffic_close(&run->traffic, NULL);
  run_quota_close(&run->quota);
  config_clear(&run->config);
  profile_close(run->profile);
  run_lock_release(&run->lock);
}

static void set_arguments(lua_State *L, const struct run *run) {
  lua_newtable(L);
  lua_pushstring(L, run->script->name);
  lua_rawseti(L, -2, 0);
  for (lua_Integer i = 0; run->argv[i]; i++) {
    lua_pushstring(L, run->argv[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setglobal(L, "arg");
}

/* Prepares the state and leaves the script's coroutine, with chunk and arguments on its stack.
   Runs protected; a chunk that does not compile raises its message. */
static int prepare(lua_State *L) {
  struct run *run = lua_touserdata(L, 1);
  state_add_module_folder(L, run->script->folder);
  set_arguments(L, run);
  if (strcmp(run->script->name, "-e") == 0 || run->options->repl) {
    lua_getglobal(L, "require");
    lua_pushliteral(L, "lofty");
    lua_call(L, 1, 1);
    lua_setglobal(L, "lofty");
  }
  state_strict_globals(L);
  lua_State *co = lua_newthread(L);
  if (script_load(co, run->script) != LUA_OK) {
    lua_xmove(co, L, 1);
    return lua_error(L);
  }
  job_give_body(L, co, run->options);
  worker_give_body(L, co, run->options);
  repl_give_body(L, co, run->options, run->script);
  test_worker_give_body(L, co, run->options);
  int count = 0;
  while (run->argv[count]) count++;
  luaL_checkstack(co, count + 1, "too many arguments");
  for (int i = 0; i < count; i++) lua_pushstring(co, run->argv[i]);
  run->co = co;
  return 1;
}

static void set_memory(struct run *run) {
  run->memory = run->options->memory;
  if (!run->memory) run->memory = profile_memory(run->profile);
  if (!run->memory) run->memory = usual_memory;
  state_limit_memory(run->L, run->memory);
}

static int execute_script(struct run *run) {
  lua_State *L = run->L;
  lua_pushcfunction(L, prepare);
  lua_pushlightuserdata(L, run);
  set_memory(run);
  repl_begin(&run->context, L, run->options);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    return interrupt_pending() == INTERRUPT_MEMORY ? run_report_interruption(run)
                                                   : run_report(run, L);
  int status = tasks_run(run->tasks, run->co, lua_gettop(run->co) - 1, run_on_failure, run);
  if (tasks_loop_failed(run->tasks)) {
    fprintf(stderr, "loftyrun: the event loop failed\n");
    return EXIT_TEMPORARY;
  }
  state_was_refused(L);
  enum interrupt_reason reason = interrupt_pending();
  if (reason == INTERRUPT_EXIT) {
    if (!run->stopped) run_report_exit(run);
    return run->context.exit_code;
  }
  /* A script that has caught what it could is over its limit all the same. */
  if (reason == INTERRUPT_MEMORY || (reason != INTERRUPT_NONE && status != LUA_OK))
    return run_report_interruption(run);
  run_report_unseen(run);
  if (run->context.requests_refused) return run_report_spent(run);
  if (run->failure) return run->failure;
  return run->context.items_failed > 0 ? EXIT_ITEMS_FAILED : EXIT_DONE;
}

/* A run whose cassette is not whole has failed, but for its own failure, which says more. */
static int execute(struct run *run) {
  struct failure failure;
  if (!traffic_begin(&run->traffic, run->L, &failure))
    return run_say(run, &failure, run->traffic.replay_path ? EXIT_USAGE : EXIT_TEMPORARY);
  if (!run_dry_begin(&run->context, run->L, &failure))
    return run_say(run, &failure, folder_exit_code(&failure));
  int exit_code = execute_script(run);
  if (!run_dry_end(&run->context, run->L, exit_code, &failure) && run_say(run, &failure, 1) &&
      exit_code == EXIT_DONE)
    exit_code = folder_exit_code(&failure);
  if (run->stopped) return exit_code;
  enum interrupt_reason reason = interrupt_pending();
  bool by_itself = reason == INTERRUPT_NONE || reason == INTERRUPT_EXIT;
  bool fine = traffic_end(&run->traffic, run->L, by_itself, &failure) &&
              traffic_close(&run->traffic, &failure);
  if (!fine) run_say(run, &failure, exit_code);
  return fine || exit_code != EXIT_DONE ? exit_code : EXIT_TEMPORARY;
}

int run_script(const struct run_options *options, const struct script *script, char **argv) {
  struct run run = {.options = options, .script = script, .argv = argv, .began = journal_now()};
  int exit_code = open_run(&run);
  if (exit_code == EXIT_DONE) exit_code = run_lock_take(&run.lock, options, &run.context, script);
  if (exit_code == EXIT_DONE) exit_code = job_run_claim(options->job, &run.context);
  if (exit_code == EXIT_DONE) {
    run_expect_record(&run);
    notice_start(&run.witness.notice, &run.context);
    exit_code = execute(&run);
  }
  close_run(&run, exit_code);
  struct notice_end end = {
      .script = script->name, .run = run.number, .exit_code = exit_code, .log = &run.log};
  return witness_end(&run.witness, &end);
}
