#include "login.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "../core/authorization.h"
#include "../core/exit_code.h"
#include "../core/reader.h"
#include "account.h"
#include "browser.h"
#include "grant.h"
#include "interrupt.h"
#include "owner.h"
#include "prompt.h"
#include "receiver.h"
#include "tokens.h"

enum { USUAL_TIMEOUT_S = 300, LOCK_WAIT_MS = 10000, URL_MAXIMUM = 8192, ERROR_SHOWN = 40 };

enum phase {
  PHASE_WAITING, /* for an answer */
  PHASE_ASKING,  /* whether the code that came is this login's */
  PHASE_CODE,    /* there is one to exchange */
  PHASE_OVER     /* exit_code says how */
};

struct login {
  const struct login_options *options;
  struct account account;
  struct loop *loop;
  struct http_client *http;
  struct authorization authorization;
  struct authorization_redirect redirect;
  struct receiver *receiver; /* NULL: the redirect leads elsewhere */
  struct prompt prompt;
  struct loop_timer timer;
  enum phase phase;
  char *code;
  bool kept; /* there are tokens now */
  int exit_code;
};

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("loftyrun: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

static int fail(const struct failure *failure, int exit_code) {
  say("%s", failure->message);
  return exit_code;
}

static void end(struct login *login, int exit_code) {
  login->phase = PHASE_OVER;
  login->exit_code = exit_code;
}

static double timeout_of(const struct login *login) {
  return login->options->timeout > 0 ? login->options->timeout : USUAL_TIMEOUT_S;
}

static void forget_code(struct login *login) {
  if (login->code) explicit_bzero(login->code, strlen(login->code));
  free(login->code);
  login->code = NULL;
}

static bool keep_code(struct login *login, const char *code) {
  forget_code(login);
  login->code = strdup(code);
  if (login->code) return true;
  say("out of memory");
  end(login, EXIT_TEMPORARY);
  return false;
}

/* The question is about one code: a yes to it must not be taken for another that came first. */
static enum receiver_page ask_again(struct login *login, const char *code) {
  if (strcmp(login->code, code) == 0) return RECEIVER_QUESTION;
  forget_code(login);
  login->phase = PHASE_WAITING;
  fputc('\n', stderr);
  say("refused two answers without a state, of which one does not belong to this login; still "
      "waiting: allow access once more");
  return RECEIVER_FOREIGN;
}

/* A code that came without a state may be another's, slipped in so that this person works in that
   one's account. PKCE keeps those out, if Lofty looks at it; so the person is asked. */
static enum receiver_page ask(struct login *login, const char *code) {
  if (login->phase == PHASE_ASKING) return ask_again(login, code);
  if (!login->prompt.running || !prompt_is_person()) {
    say("refused an answer without a state, for nobody is at the terminal to say whether it "
        "belongs to this login; still waiting");
    return RECEIVER_FOREIGN;
  }
  if (!keep_code(login, code)) return RECEIVER_FAILED;
  login->phase = PHASE_ASKING;
  fputs(
      "An answer came without the state that would prove that it belongs to this login.\n"
      "Was it you who allowed access in the browser, just now? [y/N] ",
      stderr);
  return RECEIVER_QUESTION;
}

/* Lofty's word for why, where it is one that OAuth knows of: letters and underscores. */
static enum receiver_page refused(struct login *login, const char *error) {
  size_t length = strspn(error, "abcdefghijklmnopqrstuvwxyz_");
  bool is_word = error[length] == '\0' && length <= ERROR_SHOWN;
  bool passing =
      strcmp(error, "server_error") == 0 || strcmp(error, "temporarily_unavailable") == 0;
  say("Lofty refused the login (%s); %s", is_word ? error : "the reason is not one of OAuth's",
      passing ? "try again later"
              : "check client_id, and that redirect_uri is registered for the application");
  end(login, passing ? EXIT_TEMPORARY : EXIT_CONFIG);
  return RECEIVER_REFUSED;
}

/* Does what an answer asks for. */
static enum receiver_page take_answer(struct login *login,
                                      const struct authorization_answer *answer) {
  switch (authorization_judge(&login->authorization, answer)) {
    case AUTHORIZATION_GRANTED:
      if (!keep_code(login, answer->code)) return RECEIVER_FAILED;
      login->phase = PHASE_CODE;
      return RECEIVER_LATER;
    case AUTHORIZATION_UNKNOWN:
      return ask(login, answer->code);
    case AUTHORIZATION_DENIED:
      say("access was denied in the browser; nothing was kept");
      end(login, EXIT_CONFIG);
      return RECEIVER_DENIED;
    case AUTHORIZATION_ERROR:
      return refused(login, answer->error);
    case AUTHORIZATION_FOREIGN:
      say("refused an answer with a wrong state: it does not belong to this login; still waiting");
      return RECEIVER_FOREIGN;
    case AUTHORIZATION_NOTHING:
      break;
  }
  return RECEIVER_NOTHING;
}

static enum receiver_page on_answer(void *context, const struct authorization_answer *answer) {
  struct login *login = context;
  return login->phase >= PHASE_CODE ? RECEIVER_OVER : take_answer(login, answer);
}

static void on_reply_to_question(struct login *login, const char *line) {
  if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0) {
    login->phase = PHASE_CODE;
    return;
  }
  forget_code(login);
  login->phase = PHASE_WAITING;
  say("refused that answer; still waiting");
}

static void on_input_end(struct login *login) {
  if (login->phase == PHASE_ASKING) on_reply_to_question(login, "");
  if (login->receiver) return;
  say("standard input ended before the address was pasted; nothing was kept");
  end(login, EXIT_CONFIG);
}

static void on_line(void *context, char *line) {
  struct login *login = context;
  if (login->phase >= PHASE_CODE) return;
  if (!line) {
    on_input_end(login);
    return;
  }
  line += strspn(line, " \t\r");
  for (size_t length = strlen(line); length > 0 && strchr(" \t\r", line[length - 1]); length--)
    line[length - 1] = '\0';
  if (login->phase == PHASE_ASKING) {
    on_reply_to_question(login, line);
    return;
  }
  if (!*line) return;
  struct authorization_answer answer;
  authorization_read(line, &answer);
  if (take_answer(login, &answer) == RECEIVER_NOTHING)
    say("there is no code in that; paste the whole address that the browser ended at");
}

static void on_timeout(void *context) {
  struct login *login = context;
  if (login->phase == PHASE_ASKING) fputc('\n', stderr);
  say("nobody allowed access within %g seconds; nothing was kept", timeout_of(login));
  end(login, EXIT_LIMIT);
}

static int exit_code_of(const struct failure *failure) {
  static const char *const lasting[] = {"TOKEN_REFUSED", "NO_TOKEN_ENDPOINT", "STATE_UNUSABLE",
                                        "CREDENTIAL_INVALID"};
  for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
    if (strcmp(failure->code, lasting[i]) == 0) return EXIT_CONFIG;
  return EXIT_TEMPORARY;
}

/* What to do about tokens that were not given, or "". */
static const char *advice_of(const struct failure *failure) {
  static const struct {
    const char *code, *advice;
  } rows[] = {
      {"TOKEN_REFUSED",
       "; check client_id, client_secret and redirect_uri against Lofty's developer portal, then "
       "log in again"},
      {"INVALID_RESPONSE",
       "; check LOFTY_BASE_URL, or set token_url in the profile to the address where Lofty gives "
       "tokens"},
      {"NO_TOKEN_ENDPOINT",
       "; check LOFTY_BASE_URL, or set token_url in the profile to the address where Lofty gives "
       "tokens"},
      {"SERVER_ERROR", "; log in again later"},
      {"TOO_MANY_REQUESTS", "; log in again later"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(failure->code, rows[i].code) == 0) return rows[i].advice;
  return "";
}

/* Where the browser is to come back, and the server that waits for it there. */
static int open_redirect(struct login *login) {
  struct failure failure;
  const struct login_options *options = login->options;
  struct authorization_redirect *redirect = &login->redirect;
  if (!authorization_redirect_set(redirect, login->account.config.redirect_uri, &failure))
    return fail(&failure, EXIT_CONFIG);
  if (options->has_port && !redirect->ours) {
    say("--port is of no use: the browser comes back to %s, not to this machine", redirect->uri);
    return EXIT_USAGE;
  }
  if (options->has_port && options->port == 0) redirect->port = 0;
  if (options->has_port && options->port != 0 &&
      !authorization_redirect_move(redirect, options->port, &failure))
    return fail(&failure, EXIT_CONFIG);
  if (!redirect->ours) return EXIT_DONE;
  login->receiver = receiver_start(login->loop, redirect, on_answer, login, &failure);
  if (login->receiver) return EXIT_DONE;
  if (strcmp(failure.code, "LISTEN_FAILED") != 0) return fail(&failure, EXIT_TEMPORARY);
  say("%s; choose --port PORT with an address that is registered for the application, or end what "
      "listens there, which may be another login",
      failure.message);
  return EXIT_TEMPORARY;
}

/* Whether tokens could be kept: better known before a person is asked than after. */
static bool check_place(const struct login *login, struct failure *failure) {
  struct tokens_lock *lock = NULL;
  enum tokens_answer answer = tokens_lock(&login->account.config.credential, &lock, failure);
  tokens_unlock(lock);
  return answer == TOKENS_YES || answer == TOKENS_NO;
}

static int open_login(struct login *login) {
  struct failure failure;
  if (!account_open_login(&login->account, login->options->profile, &failure) ||
      !authorization_begin(&login->authorization, &failure))
    return fail(&failure, EXIT_CONFIG);
  if (!check_place(login, &failure)) return fail(&failure, exit_code_of(&failure));
  login->loop = loop_new();
  login->http = login->loop ? http_client_new(login->loop) : NULL;
  if (!login->http) {
    say("out of memory");
    return EXIT_TEMPORARY;
  }
  if (!interrupt_install(login->loop, 0, &failure)) return fail(&failure, EXIT_TEMPORARY);
  return open_redirect(login);
}

/* Tells where to go, and opens it. */
static void invite(struct login *login, const char *url) {
  bool opened = !login->options->no_browser && browser_open(url);
  fputs(opened ? "Allow access in the browser, which should have opened this address:\n"
               : "Open this address in a browser, and allow access there:\n",
        stderr);
  printf("%s\n", url);
  if ((fflush(stdout) != 0 || ferror(stdout)) && !opened) {
    /* Nobody has seen where to go. */
    end(login, reader_is_gone(STDOUT_FILENO) ? EXIT_SIGPIPE : EXIT_SCRIPT);
    return;
  }
  if (login->receiver)
    fprintf(stderr, "Waiting %g seconds for the browser to come back to %s\n", timeout_of(login),
            login->redirect.uri);
  if (login->prompt.running)
    fputs(login->receiver
              ? "If it cannot, for it runs on another machine: paste the address it ended at.\n"
              : "Then paste the address that the browser ended at:\n",
          stderr);
}

/* Waits for the answer. */
static int await_answer(struct login *login) {
  struct failure failure;
  char page[URL_MAXIMUM / 4];
  struct buffer url;
  const struct config *config = &login->account.config;
  if (config->authorize_url[0])
    snprintf(page, sizeof page, "%s", config->authorize_url);
  else if (!authorization_page(config->base_url, page, sizeof page))
    page[0] = '\0';
  buffer_init(&url, URL_MAXIMUM);
  bool fine = authorization_url(&login->authorization, page, config->credential.client_id,
                                login->redirect.uri, &url, &failure);
  /* Otherwise it may belong to somebody else: a loop over a list, say. */
  bool reads = !login->receiver || login->options->no_browser || prompt_is_person();
  if (fine && reads && !prompt_start(&login->prompt, login->loop, on_line, login))
    fine = failure_set(&failure, "OUT_OF_DESCRIPTORS", "too many watched descriptors");
  if (fine) {
    loop_timer_set(login->loop, &login->timer, (int64_t)(timeout_of(login) * 1000), on_timeout,
                   login);
    invite(login, url.data);
  }
  buffer_free(&url);
  if (!fine) return fail(&failure, EXIT_CONFIG);
  while (login->phase < PHASE_CODE && interrupt_pending() == INTERRUPT_NONE)
    if (!loop_step(login->loop, -1)) {
      say("the event loop failed");
      end(login, EXIT_TEMPORARY);
    }
  loop_timer_clear(login->loop, &login->timer);
  prompt_stop(&login->prompt);
  return login->phase == PHASE_OVER ? login->exit_code : EXIT_DONE;
}

/* Whatever keeps tokens meanwhile, another login or a run that renews the ones before, goes first.
 */
static bool keep(struct login *login, const struct oauth_tokens *tokens, struct failure *failure) {
  struct tokens_lock *lock = NULL;
  const struct credential *credential = &login->account.config.credential;
  if (!tokens_lock_wait(credential, LOCK_WAIT_MS, &lock, failure)) return false;
  bool fine = tokens_save(credential, tokens, failure);
  tokens_unlock(lock);
  return fine;
}

/* Says whose login it is, if Lofty tells, for which profile, and until when. */
static void congratulate(struct login *login, const struct oauth_tokens *tokens) {
  char name[256];
  char until[32];
  struct tm utc;
  time_t seconds = (time_t)(tokens->expires_at / 1000);
  struct config *config = &login->account.config;
  bool known = credential_use_token(&config->credential, tokens->access_token, NULL, NULL) &&
               owner_ask(login->loop, login->http, config->base_url,
                         config->credential.authorization, name, sizeof name);
  if (!gmtime_r(&seconds, &utc) || !strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &utc))
    until[0] = '\0';
  printf("Logged in%s%s, profile %s. The token ends %s and %s.\n", known ? " as " : "",
         known ? name : "", login->account.profile_name, until,
         tokens->refresh_token ? "is renewed by itself" : "cannot be renewed: log in again then");
  if (login->account.stronger)
    say("%s is set, and runs use it instead of this login: unset it", login->account.stronger);
}

/* Turns the code, once, into tokens that are kept. */
static int finish(struct login *login) {
  struct failure failure;
  struct oauth_tokens tokens = {.access_token = NULL};
  const struct config *config = &login->account.config;
  struct oauth_request request = {.grant = OAUTH_AUTHORIZATION_CODE,
                                  .client_id = config->credential.client_id,
                                  .client_secret = config->credential.client_secret,
                                  .code = login->code,
                                  .redirect_uri = login->redirect.uri,
                                  .code_verifier = login->authorization.verifier};
  struct grant_place place = {.base_url = config->base_url, .token_url = config->token_url};
  login->kept = grant_run(login->loop, login->http, &request, &place, &tokens, &failure) &&
                keep(login, &tokens, &failure);
  forget_code(login);
  receiver_show(login->receiver, login->kept ? RECEIVER_DONE : RECEIVER_FAILED);
  if (login->kept) congratulate(login, &tokens);
  oauth_tokens_clear(&tokens);
  if (login->kept || interrupt_pending() != INTERRUPT_NONE) return EXIT_DONE;
  say("not logged in: %s%s", failure.message, advice_of(&failure));
  return exit_code_of(&failure);
}

static void close_login(struct login *login) {
  forget_code(login);
  receiver_stop(login->receiver);
  if (login->loop) interrupt_remove(login->loop);
  http_client_free(login->http);
  loop_free(login->loop);
  authorization_forget(&login->authorization);
  account_close(&login->account);
}

int login_run(const struct login_options *options) {
  struct login login = {.options = options};
  int exit_code = open_login(&login);
  if (exit_code == EXIT_DONE) exit_code = await_answer(&login);
  if (exit_code == EXIT_DONE && login.phase == PHASE_CODE) exit_code = finish(&login);
  enum interrupt_reason reason = interrupt_pending();
  if (reason != INTERRUPT_NONE && !login.kept) {
    if (login.phase == PHASE_ASKING) fputc('\n', stderr);
    say("%s: not logged in", interrupt_name(reason));
    exit_code = interrupt_exit_code(reason);
  }
  close_login(&login);
  return exit_code;
}
