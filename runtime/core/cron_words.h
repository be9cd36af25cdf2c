/* A schedule in words. */
#ifndef CORE_CRON_WORDS_H
#define CORE_CRON_WORDS_H

#include <stdbool.h>

#include "buffer.h"
#include "cron.h"

/* The length that no description goes beyond. */
enum { CRON_WORDS_MAXIMUM = 1024 };

/* Appends what the expression means, without a line end: every 15 minutes from 08:00 to 18:45,
   Monday to Friday. False when it does not fit, or memory is short. */
bool cron_words(const struct cron *cron, struct buffer *words);

#endif
