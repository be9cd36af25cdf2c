#include "install.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../core/civil.h"
#include "../core/cron_calendar.h"
#include "../core/cron_words.h"
#include "../core/crontab.h"
#include "../core/exit_code.h"
#include "units.h"

enum { YEARS = 10, COMMENT_MAXIMUM = 8 * 1024, SAID_MAXIMUM = 4 * 1024, NOT_FOUND = 127 };

static int say(const struct failure *failure) {
  fprintf(stderr, "loftyrun: %s\n", failure->message);
  if (strcmp(failure->code, "OUT_OF_MEMORY") == 0) return EXIT_TEMPORARY;
  return strcmp(failure->code, "CANNOT_WRITE") == 0 || strcmp(failure->code, "CRONTAB_BROKEN") == 0
             ? EXIT_CONFIG
             : EXIT_USAGE;
}

static bool no_memory(struct failure *failure) {
  return failure_set(failure, "OUT_OF_MEMORY", "out of memory");
}

static int64_t horizon(int64_t now) { return now + (int64_t)YEARS * 366 * CIVIL_DAY; }

/* cron goes by this machine's clock. Lines with a zone of their own, which cronie alone has, are
   left out or run twice when clocks change, as its authors say themselves. */
static bool check_zone(const struct install_job *job, struct zones *zones, int64_t now,
                       struct failure *failure) {
  char local[ZONE_TITLE_SIZE];
  int32_t here, there;
  for (int64_t at = now; at < horizon(now); at += CIVIL_DAY / 2) {
    if (!zone_offset(zones, ZONE_LOCAL, at, &here, failure) ||
        !zone_offset(zones, job->zone, at, &there, failure))
      return false;
    if (here == there) continue;
    zone_of_machine(local);
    return failure_set(failure, "USAGE",
                       "job %s: cron goes by this machine's clock%s%s%s, not by that of %s: use "
                       "--systemd, or loftyrun serve",
                       job->name, *local ? " (" : "", local, *local ? ")" : "", job->zone);
  }
  return true;
}

/* What differs from loftyrun serve where clocks change. Expressions that go by the clock do so in
   every cron. */
static bool add_clocks(const struct install_job *job, struct zones *zones, int64_t now,
                       struct buffer *out, struct failure *failure) {
  struct cron_changes changes;
  int32_t offset;
  if (cron_by_the_clock(&job->cron)) return true;
  if (!cron_changes(&job->cron, zones, job->zone, now, horizon(now), &changes, failure) ||
      !zone_offset(zones, job->zone, changes.first, &offset, failure))
    return false;
  if (changes.first == 0) return true;
  struct civil day = civil_from(changes.first + offset);
  if (!buffer_printf(out,
                     "# Clocks change at such a time, next on %04d-%02d-%02d. Vixie cron, Debian's "
                     "and cronie run\n"
                     "# what is skipped right afterwards, and what comes twice once; other crons "
                     "may not.\n",
                     (int)day.year, day.month, day.day))
    return no_memory(failure);
  return changes.most < 2 ||
         buffer_printf(out,
                       "# They run each of up to %d skipped times by itself; loftyrun serve runs "
                       "once for all.\n",
                       changes.most) ||
         no_memory(failure);
}

static bool add_command(const struct install_job *job, struct buffer *out,
                        struct failure *failure) {
  size_t begin = out->length;
  for (size_t i = 0; job->words[i]; i++) {
    if (buffer_append_string(out, " ") && crontab_quote(out, job->words[i])) continue;
    if (errno == EINVAL)
      return failure_set(failure, "USAGE",
                         "job %s: word %zu of its command holds a line end, "
                         "which a crontab cannot; put it into the script",
                         job->name, i);
    return no_memory(failure);
  }
  if (out->length - begin <= CRONTAB_COMMAND_MAXIMUM) return true;
  return failure_set(failure, "USAGE",
                     "job %s: its command is longer than the %d characters that cron takes; put "
                     "arguments into the script",
                     job->name, CRONTAB_COMMAND_MAXIMUM);
}

/* A crontab goes by the machine's clock, which may not be the reader's. */
static bool add_whose_clock(struct buffer *out) {
  char name[ZONE_TITLE_SIZE];
  zone_of_machine(name);
  return buffer_printf(out, " (this machine's time%s%s)\n", *name ? ", " : "", name);
}

/* What stands between the two marks of a job. */
static bool crontab_lines(const struct install_job *job, struct zones *zones, int64_t now,
                          struct buffer *out, struct failure *failure) {
  if (!check_zone(job, zones, now, failure)) return false;
  if (!buffer_append_string(out, "# ") || !cron_words(&job->cron, out) || !add_whose_clock(out))
    return no_memory(failure);
  if (job->catch_up &&
      !buffer_append_string(out, "# cron does not catch up what it missed while it was off.\n"))
    return no_memory(failure);
  if (job->jitter > 0 && !buffer_append_string(out, "# cron has no jitter: it runs in time.\n"))
    return no_memory(failure);
  if (!add_clocks(job, zones, now, out, failure)) return false;
  return (cron_fields(&job->cron, out) || no_memory(failure)) && add_command(job, out, failure) &&
         (buffer_append_string(out, "\n") || no_memory(failure));
}

/* Appends what a command of the shell prints, and returns how it ended; -1 if it did not. */
static int ask(const char *command, struct buffer *out) {
  char part[4096];
  size_t got;
  FILE *pipe = popen(command, "re");
  if (!pipe) return -1;
  bool fits = true;
  while ((got = fread(part, 1, sizeof part, pipe)) > 0)
    fits = fits && buffer_append(out, part, got) && !memchr(part, '\0', got);
  bool whole = !ferror(pipe);
  int status = pclose(pipe);
  return fits && whole && status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Says why the crontab could not be read, unless there is none: then it is empty. */
static bool is_empty_crontab(struct failure *failure) {
  struct buffer said;
  buffer_init(&said, SAID_MAXIMUM);
  int status = ask("LC_ALL=C crontab -l 2>&1 >/dev/null", &said);
  const char *words = said.data ? said.data : "";
  bool none = strstr(words, "no crontab for") ||
              (strstr(words, "can't open") && strstr(words, "No such file"));
  if (status == NOT_FOUND)
    failure_set(failure, "CANNOT_WRITE",
                "there is no crontab(1) here: use --systemd, or loftyrun serve");
  else if (!none)
    failure_set(failure, "CANNOT_WRITE", "crontab -l failed: %.*s", (int)strcspn(words, "\n"),
                words);
  buffer_free(&said);
  return status != NOT_FOUND && none;
}

static bool read_crontab(struct buffer *crontab, struct failure *failure) {
  int status = ask("crontab -l 2>/dev/null", crontab);
  if (status == 0) return true;
  buffer_free(crontab);
  return status == -1 ? failure_set(failure, "CANNOT_WRITE",
                                    "crontab -l failed, or printed what is no crontab")
                      : is_empty_crontab(failure);
}

static bool write_crontab(const struct buffer *crontab, struct failure *failure) {
  FILE *pipe = popen("crontab -", "we");
  if (!pipe) return failure_set(failure, "CANNOT_WRITE", "crontab -: %s", strerror(errno));
  bool fine = fwrite(crontab->data, 1, crontab->length, pipe) == crontab->length;
  if (fflush(pipe) != 0) fine = false;
  int status = pclose(pipe);
  if (fine && status == 0) return true;
  return failure_set(failure, "CANNOT_WRITE",
                     "crontab - refused the new crontab; the old one is as it was");
}

/* The crontab with all jobs in it, made of the one that is there. */
static bool make_crontab(const struct install_job *jobs, size_t count, struct zones *zones,
                         int64_t now, const struct buffer *old, struct buffer *made,
                         struct failure *failure) {
  bool fine = !old->data || buffer_append_string(made, old->data) || no_memory(failure);
  for (size_t i = 0; fine && i < count; i++) {
    struct buffer lines, next;
    buffer_init(&lines, COMMENT_MAXIMUM);
    buffer_init(&next, CRONTAB_MAXIMUM);
    fine = crontab_lines(&jobs[i], zones, now, &lines, failure) &&
           crontab_replace(made->data ? made->data : "", jobs[i].name, lines.data, &next, failure);
    buffer_free(&lines);
    buffer_free(made);
    *made = next;
  }
  return fine;
}

static bool apply_crontab(const struct install_job *jobs, size_t count, struct zones *zones,
                          int64_t now, struct failure *failure) {
  struct buffer old, made, after;
  buffer_init(&old, CRONTAB_MAXIMUM);
  buffer_init(&made, CRONTAB_MAXIMUM);
  buffer_init(&after, CRONTAB_MAXIMUM);
  bool fine = read_crontab(&old, failure);
  if (fine && old.data && crontab_sets(old.data, "CRON_TZ"))
    fine = failure_set(failure, "CANNOT_WRITE",
                       "the crontab sets CRON_TZ, which the lines behind it go by; put the lines "
                       "that loftyrun job install shows where they belong, with crontab -e");
  fine = fine && make_crontab(jobs, count, zones, now, &old, &made, failure);
  bool same = fine && old.data && strcmp(old.data, made.data) == 0;
  if (fine && !same) {
    fine = write_crontab(&made, failure) && read_crontab(&after, failure);
    if (fine && (!after.data || strcmp(after.data, made.data) != 0))
      fine = failure_set(failure, "CANNOT_WRITE",
                         "crontab - has kept something else than it was given; look at it with "
                         "crontab -l");
  }
  if (fine)
    fprintf(stderr, "loftyrun: %s\n",
            same ? "the crontab holds this already; it is as it was" : "it is in the crontab now");
  buffer_free(&old);
  buffer_free(&made);
  buffer_free(&after);
  return fine;
}

static bool show_crontab(const struct install_job *jobs, size_t count, struct zones *zones,
                         int64_t now, struct failure *failure) {
  struct buffer lines, text;
  bool fine = true;
  buffer_init(&text, CRONTAB_MAXIMUM);
  for (size_t i = 0; fine && i < count; i++) {
    buffer_init(&lines, COMMENT_MAXIMUM);
    fine = crontab_lines(&jobs[i], zones, now, &lines, failure) &&
           (crontab_part(jobs[i].name, lines.data, &text) || no_memory(failure));
    buffer_free(&lines);
  }
  if (fine && text.data) fputs(text.data, stdout);
  buffer_free(&text);
  return fine;
}

/* One unit: shown, or written. */
static bool place_unit(const struct install_target *target, const char *name,
                       const struct buffer *text, struct failure *failure) {
  char path[UNIT_PATH];
  bool changed;
  if (!unit_path(target, name, path, failure)) return false;
  if (!target->apply) {
    printf("# %s\n%s\n", path, text->data);
    return true;
  }
  if (!unit_write(path, text, &changed, failure)) return false;
  fprintf(stderr, "loftyrun: %s %s\n", changed ? "wrote" : "as it was:", path);
  return true;
}

static bool install_timer(const struct install_job *job, struct zones *zones,
                          const struct install_target *target, struct failure *failure) {
  char name[96];
  struct buffer timer, service;
  buffer_init(&timer, UNIT_MAXIMUM);
  buffer_init(&service, UNIT_MAXIMUM);
  bool fine = unit_timer(job, zones, target->now, &timer, failure) &&
              unit_job(job, target->form == INSTALL_USER, &service, failure);
  snprintf(name, sizeof name, "loftyrun-%s.service", job->name);
  fine = fine && place_unit(target, name, &service, failure);
  snprintf(name, sizeof name, "loftyrun-%s.timer", job->name);
  fine = fine && place_unit(target, name, &timer, failure);
  buffer_free(&timer);
  buffer_free(&service);
  return fine;
}

/* What is left to do, which is systemd's. */
static void tell_next(const struct install_target *target, const struct install_job *jobs,
                      size_t count) {
  const char *manager = target->form == INSTALL_USER ? "systemctl --user" : "systemctl";
  if (!target->apply) {
    fputs("loftyrun: this is what --apply writes\n", stderr);
    return;
  }
  fprintf(stderr, "loftyrun: now run: %s daemon-reload && %s enable --now", manager, manager);
  for (size_t i = 0; i < count; i++) fprintf(stderr, " loftyrun-%s.timer", jobs[i].name);
  fputs(count == 0 ? " loftyrun.service\n" : "\n", stderr);
  if (target->form == INSTALL_USER)
    fputs("loftyrun: and loginctl enable-linger, without which a user's timers stop at logout\n",
          stderr);
}

/* The zone of a shell is not that of cron and systemd. */
static struct zones *open_zones(void) {
  unsetenv("TZ");
  tzset();
  return zones_open();
}

int install_jobs(const struct install_job *jobs, size_t count,
                 const struct install_target *target) {
  struct failure failure;
  struct zones *zones = open_zones();
  bool fine = zones || no_memory(&failure);
  if (fine && target->form == INSTALL_CRONTAB) {
    fine = target->apply ? apply_crontab(jobs, count, zones, target->now, &failure)
                         : show_crontab(jobs, count, zones, target->now, &failure);
    if (fine && !target->apply)
      fputs("loftyrun: this is what --apply puts into the crontab\n", stderr);
  } else if (fine) {
    for (size_t i = 0; fine && i < count; i++)
      fine = install_timer(&jobs[i], zones, target, &failure);
    if (fine) tell_next(target, jobs, count);
  }
  zones_close(zones);
  return fine ? EXIT_DONE : say(&failure);
}

int install_service(char *const *words, const struct install_target *target) {
  struct failure failure;
  struct buffer text;
  buffer_init(&text, UNIT_MAXIMUM);
  bool fine = unit_serve(words, target->form == INSTALL_USER, &text, &failure) &&
              place_unit(target, "loftyrun.service", &text, &failure);
  buffer_free(&text);
  if (!fine) return say(&failure);
  tell_next(target, NULL, 0);
  return EXIT_DONE;
}
