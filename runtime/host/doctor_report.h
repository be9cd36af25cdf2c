/* What the checks of loftyrun doctor share, and how each says what it has found. */
#ifndef HOST_DOCTOR_REPORT_H
#define HOST_DOCTOR_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "../core/buffer.h"
#include "../core/config.h"
#include "../core/folder.h"
#include "doctor.h"
#include "profile.h"

enum doctor_level {
  DOCTOR_OK,
  DOCTOR_SKIPPED, /* it could not be looked at, for what another line says */
  DOCTOR_WARNING,
  DOCTOR_PROBLEM
};

struct doctor {
  const struct doctor_options *options;
  struct profile *profile; /* NULL where there is none, or it cannot be read */
  struct config config;
  bool is_broken;     /* the configuration cannot be used */
  bool is_configured; /* base URL and credential are known, though there may be no credential */
  bool has_url;       /* config.base_url can be asked */
  char state[FOLDER_PATH_LENGTH]; /* the state folder; "" where there is none */
  FILE *stream;
  bool is_part;       /* tells another process: lines of doctor_tell */
  struct buffer json; /* the checks so far */
  unsigned problems, warnings;
  int exit_code; /* of the first problem */
};

/* Where a finding belongs and what is to be done: `exit_code` counts for a problem alone; `cure` is
   one sentence, or NULL. */
struct doctor_about {
  const char *check; /* "disk" */
  enum doctor_level level;
  int exit_code;
  const char *cure;
};

/* Says it: one sentence. What comes from elsewhere is made harmless to a terminal. */
void doctor_say(struct doctor *doctor, struct doctor_about about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define DOCTOR_FINE(check) ((struct doctor_about){check, DOCTOR_OK, 0, NULL})
#define DOCTOR_WARN(check, cure) ((struct doctor_about){check, DOCTOR_WARNING, 0, cure})
#define DOCTOR_FAIL(check, exit_code, cure) \
  ((struct doctor_about){check, DOCTOR_PROBLEM, exit_code, cure})
#define DOCTOR_SKIP(check) ((struct doctor_about){check, DOCTOR_SKIPPED, 0, NULL})

/* Whether a check of that name is wanted. */
bool doctor_wants(const struct doctor *doctor, const char *check);

/* A line that doctor_say of another process has written, without its first character (DOCTOR_MARK)
   and its end: it is said here. False where it is none. */
enum { DOCTOR_MARK = 0x1E };
bool doctor_hear(struct doctor *doctor, char *line);

/* Says how all of it is. */
void doctor_end(struct doctor *doctor);

/* The checks. Each goes on whatever it finds. */
void doctor_configuration(struct doctor *doctor); /* sets profile and config */
void doctor_environment(struct doctor *doctor);
void doctor_state(struct doctor *doctor); /* disk, store, jobs */
void doctor_certificate(struct doctor *doctor);

/* What takes a while: begun, and heard later. */
struct doctor_network;
struct doctor_network *doctor_network_begin(struct doctor *doctor);
void doctor_network_end(struct doctor *doctor, struct doctor_network *network);

/* How far one gets to the base URL, and the clock. Whether Lofty can be asked. */
bool doctor_reach(struct doctor *doctor, long milliseconds);

/* The callbacks of the account's subscriptions. */
void doctor_callbacks(struct doctor *doctor, const char *const *urls, size_t count,
                      long milliseconds);

#endif
