/* Crontabs and units as texts: words quoted for those who read them, and the parts of a crontab
   that are ours. */
#ifndef CORE_CRONTAB_H
#define CORE_CRONTAB_H

#include <stdbool.h>

#include "buffer.h"
#include "failure.h"

enum {
  CRONTAB_MAXIMUM = 4 * 1024 * 1024,
  CRONTAB_COMMAND_MAXIMUM = 900 /* bytes; Debian's cron takes 998 */
};

/* Appends a word of a command as cron hands it to sh: what sh would take apart is quoted, and % has
   the backslash without which cron ends the command there. False where the buffer is full, or with
   errno EINVAL for a line end, which no line of a crontab can hold. */
bool crontab_quote(struct buffer *out, const char *word);

/* Appends a word as ExecStart= and Environment= of systemd.service(5) read it. */
bool systemd_quote(struct buffer *out, const char *word);

/* Whether a job can be called that: letters, digits, _ - and ., no . or - in front, at most 64. */
bool crontab_is_name(const char *name);

/* Appends `old`, a whole crontab, to `out` with the part of the job `name` replaced by `lines`, or
   with it at the end where there is none. A part lies between two lines of ours that name the job;
   `lines` is what is between them, and ends with a line end. False, with nothing to be used in
   `out`: CRONTAB_BROKEN where one of the two lines is missing or there are several parts,
   OUT_OF_MEMORY. */
bool crontab_replace(const char *old, const char *name, const char *lines, struct buffer *out,
                     struct failure *failure);

/* Appends the part alone. */
bool crontab_part(const char *name, const char *lines, struct buffer *out);

/* Whether a line of the crontab sets the variable. */
bool crontab_sets(const char *crontab, const char *variable);

#endif
