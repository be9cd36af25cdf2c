#include "chore.h"

#include <signal.h>
#include <stdio.h>

#include "../core/exit_code.h"
#include "../core/journal.h"
#include "../core/loop.h"
#include "../core/process.h"
#include "../core/retry.h"
#include "children.h"

enum { FIRST_PAUSE_MS = 30 * 1000, DOUBLINGS_MOST = 10 };

void chore_every(struct chore *chore, int64_t interval) {
  if (chore->interval == 0) chore->next = journal_now() + interval;
  if (chore->interval == 0 || interval < chore->pause) chore->pause = interval;
  chore->interval = interval;
}

void chore_hurry(struct chore *chore) {
  chore->hurries = true;
  chore->failures = 0;
}

static int64_t about(int64_t milliseconds) {
  return milliseconds + (int64_t)((double)milliseconds * (retry_random() - 0.5) / 5);
}

/* What is wrong until somebody changes something is not asked about more often for it. */
int64_t chore_rest_about(struct chore *chore, int exit_code) {
  bool passes = exit_code == EXIT_TEMPORARY || exit_code > EXIT_ITEMS_FAILED;
  if (!passes) {
    chore->failures = 0;
    return about(chore->interval);
  }
  int64_t pause = (int64_t)FIRST_PAUSE_MS << chore->failures;
  if (chore->failures < DOUBLINGS_MOST) chore->failures++;
  return about(pause < chore->interval ? pause : chore->interval);
}

static void rest(struct chore *chore, int exit_code) {
  chore->pause = chore->rest(chore, exit_code);
  chore->next = journal_now() + chore->pause;
  if (exit_code != EXIT_LOCKED) chore->exit_code = exit_code;
}

static void tell(const struct chore *chore, const char *why) {
  struct log_field field = {.name = "why", .value = why};
  log_write(chore->log, LOG_LEVEL_ERROR, chore->what, &field, 1);
}

static void take_end(struct chore *chore, int status) {
  char text[48];
  int exit_code = process_exit_code(status);
  chore->process = 0;
  rest(chore, exit_code);
  if (exit_code <= EXIT_ITEMS_FAILED || chore->is_ended) return;
  snprintf(text, sizeof text, chore->is_late ? "it took too long" : "its process has died (%d)",
           exit_code);
  tell(chore, text);
}

bool chore_is_under_way(struct chore *chore) {
  int status;
  if (chore->process && children_ended(chore->process, &status)) take_end(chore, status);
  return chore->process != 0;
}

static void kill_late(struct chore *chore, int64_t now) {
  if (chore->is_late || chore->deadline == 0 || now - chore->began < chore->deadline) return;
  chore->is_late = true;
  kill(chore->process, SIGKILL);
}

static bool is_due(struct chore *chore) {
  int64_t now = journal_now();
  if (chore->interval == 0) return false;
  if (chore->next > now + chore->pause) chore->next = now + chore->pause;
  return chore->hurries || now >= chore->next;
}

void chore_step(struct chore *chore) {
  struct failure failure;
  if (chore_is_under_way(chore)) {
    kill_late(chore, loop_now());
    return;
  }
  if (!is_due(chore)) return;
  chore->hurries = chore->is_late = chore->is_ended = false;
  chore->began = loop_now();
  pid_t process = chore->start(chore->context, &failure);
  chore->process = process == CHORE_NOTHING ? 0 : process;
  if (chore->process) return;
  rest(chore, process == CHORE_NOTHING ? EXIT_DONE : EXIT_TEMPORARY);
  if (process == 0) tell(chore, failure.message);
}

void chore_end(struct chore *chore, int number) {
  if (!chore->process) return;
  chore->is_ended = true;
  kill(chore->process, number);
}
