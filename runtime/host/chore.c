#include "chore.h"

#include <signal.h>
#include <stdio.h>

#include "../core/exit_code.h"
#include "../core/loop.h"
#include "../core/retry.h"
#include "children.h"

enum { FIRST_PAUSE_MS = 30 * 1000, DOUBLINGS_MOST = 10 };

void chore_hurry(struct chore *chore) {
  chore->hurries = true;
  chore->failures = 0;
}

static int64_t about(int64_t milliseconds) {
  return milliseconds + (int64_t)((double)milliseconds * (retry_random() - 0.5) / 5);
}

/* When it is done again after an end with that code: what is wrong until somebody changes something
   is not asked about more often for it. */
static int64_t pause_after(struct chore *chore, int exit_code) {
  bool passes = exit_code == EXIT_TEMPORARY || exit_code > EXIT_ITEMS_FAILED;
  if (!passes) {
    chore->failures = 0;
    return chore->interval;
  }
  int64_t pause = (int64_t)FIRST_PAUSE_MS << chore->failures;
  if (chore->failures < DOUBLINGS_MOST) chore->failures++;
  return pause < chore->interval ? pause : chore->interval;
}

static void tell(const struct chore *chore, const char *name, const char *value) {
  struct log_field field = {.name = name, .value = value};
  log_write(chore->log, LOG_LEVEL_ERROR, chore->what, &field, 1);
}

static void take_end(struct chore *chore, int status) {
  char text[48];
  int exit_code = children_exit_code(status);
  chore->process = 0;
  chore->next = loop_now() + about(pause_after(chore, exit_code));
  if (exit_code <= EXIT_ITEMS_FAILED || chore->is_ended) return;
  snprintf(text, sizeof text, chore->is_late ? "it took too long" : "its process has died (%d)",
           exit_code);
  tell(chore, "why", text);
}

bool chore_is_under_way(struct chore *chore) {
  int status;
  if (chore->process && children_ended(chore->process, &status)) take_end(chore, status);
  return chore->process != 0;
}

void chore_step(struct chore *chore, chore_start *start, void *context) {
  struct failure failure;
  int64_t now = loop_now();
  if (chore_is_under_way(chore)) {
    if (chore->is_late || now - chore->began < chore->deadline) return;
    chore->is_late = true;
    kill(chore->process, SIGKILL);
    return;
  }
  if (!chore->hurries && now < chore->next) return;
  chore->hurries = chore->is_late = chore->is_ended = false;
  chore->began = now;
  chore->process = start(context, &failure);
  if (chore->process) return;
  chore->next = now + about(pause_after(chore, EXIT_TEMPORARY));
  tell(chore, "why", failure.message);
}

void chore_end(struct chore *chore, int number) {
  if (!chore->process) return;
  chore->is_ended = true;
  kill(chore->process, number);
}
