/* loftyrun job install: schedules for cron or systemd. */
#ifndef CMD_JOB_INSTALL_H
#define CMD_JOB_INSTALL_H

#include "cmd.h"

/* Runs it; `words` are those behind "install". Returns the exit code. */
int job_install(const struct options *options, char **words);

#endif
