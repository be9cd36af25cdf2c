/* loftyrun job install: schedules for cron or systemd. */
#ifndef CMD_JOB_INSTALL_H
#define CMD_JOB_INSTALL_H

#include "cmd.h"

/* Its own options, and those of the runs that it writes down. */
#define JOB_INSTALL_ACCEPTS                                                                     \
  ((OPTIONS_OF_A_RUN & ~(uint64_t)(OPTION_DRY_RUN | OPTION_PLAN)) | OPTIONS_OF_A_SCRIPT |       \
   OPTION_ALLOW | OPTION_LOCK | OPTION_WAIT_LOCK | OPTION_TZ | OPTION_FROM | OPTION_SYSTEMD |   \
   OPTION_SERVICE | OPTION_NAME | OPTION_APPLY | OPTION_MAX_JOBS | OPTION_LISTEN | OPTION_TLS | \
   OPTION_SUBSCRIBE)

/* Runs it; `words` are those behind "install". Returns the exit code. */
int job_install(const struct options *options, char **words);

#endif
