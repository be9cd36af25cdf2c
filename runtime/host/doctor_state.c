/* What loftyrun doctor finds in the store: its file, jobs, handlers, deliveries, writes in doubt.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/exit_code.h"
#include "../core/health.h"
#include "../core/journal.h"
#include "../core/store_look.h"
#include "doctor_disk.h"

static const char check[] = "store", jobs[] = "jobs";
static const char backup_cure[] = "loftyrun help state says how a backup is put back.";
enum { CHECK_MS = 10 * 1000, COUNT_MS = 5 * 1000, KIBIBYTE = 1024 };

static void cannot(struct doctor *doctor, const struct failure *failure, const char *cure) {
  doctor_say(doctor, DOCTOR_FAIL(check, folder_exit_code(failure), cure), "%s", failure->message);
}

static int64_t size_of(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

/* A line where there is any of it. */
static void count(struct doctor *doctor, int64_t number, const char *what, const char *cure) {
  if (number > 0) doctor_say(doctor, DOCTOR_WARN(jobs, cure), "%s: %" PRId64, what, number);
}

static void look_at_jobs(struct doctor *doctor, const struct health *health) {
  count(doctor, health->unserved, "jobs that no loftyrun serve runs now",
        "Start loftyrun serve with their files, or leave them: after 90 days they are forgotten.");
  count(doctor, health->unserved_handlers, "webhook handlers that no loftyrun serve has now",
        "Start loftyrun serve with their files.");
  count(
      doctor, health->paused_by_failures, "jobs that are paused because they failed too often",
      "loftyrun job list names them, loftyrun history show NAME says why; then loftyrun job resume "
      "NAME.");
  count(doctor, health->paused, "jobs that are paused by hand",
        "loftyrun job resume NAME has one go on.");
  count(doctor, health->failing, "jobs that have failed the last time",
        "loftyrun history show NAME says why.");
  count(doctor, health->late, "runs of jobs that should have begun more than ten minutes ago",
        "Look whether loftyrun serve lives: loftyrun job list.");
  count(doctor, health->dead, "webhook events that a handler has given up",
        "loftyrun inbox list state=dead shows them; retry or drop them.");
  count(doctor, health->failed, "webhook events that wait to be tried again",
        "loftyrun inbox list state=failed says why.");
  count(doctor, health->unreadable, "webhook deliveries of a shape that is not known",
        "loftyrun inbox list state=unreadable shows them; drop them when you have seen them.");
  count(doctor, health->in_doubt, "writes that may or may not have been done",
        "loftyrun history shows the runs; look in Lofty what is so.");
}

static void look_inside(struct doctor *doctor, struct store *store) {
  struct health health;
  struct failure failure;
  store_hurry(store, COUNT_MS);
  if (!health_read(store, doctor->state, journal_now(), &health, &failure)) {
    doctor_say(doctor, DOCTOR_WARN(jobs, "Ask again when the machine has less to do."),
               "jobs and inbox could not be counted: %s", failure.message);
    return;
  }
  doctor_say(doctor, DOCTOR_FINE(check), "under way now: runs %" PRId64 ", loftyrun serve %" PRId64,
             health.runs, health.daemons);
  doctor_say(doctor, DOCTOR_FINE(jobs),
             "jobs %" PRId64 ", webhook handlers %" PRId64 ", deliveries %" PRId64 " KiB",
             health.jobs, health.handlers, health.inbox / KIBIBYTE);
  look_at_jobs(doctor, &health);
}

static void look_at_damage(struct doctor *doctor, struct store *store) {
  struct failure failure;
  bool whole;
  int64_t size = size_of(store_path(store));
  if (!store_check_within(store, CHECK_MS, &whole, &failure)) {
    cannot(doctor, &failure, backup_cure);
    return;
  }
  if (whole)
    doctor_say(doctor, DOCTOR_FINE(check), "%s is whole: %" PRId64 " KiB", store_path(store),
               size / KIBIBYTE);
  else
    doctor_say(doctor, DOCTOR_WARN(check, "loftyrun state check reads all of it."),
               "%s is so large (%" PRId64 " KiB) that not all of it was looked at in 10 s",
               store_path(store), size / KIBIBYTE);
}

static void look_at_store(struct doctor *doctor) {
  struct store *store = NULL;
  struct failure failure;
  int64_t version, current;
  if (!store_exists(doctor->state)) {
    doctor_say(doctor, DOCTOR_FINE(check), "nothing has been kept yet");
    return;
  }
  if (!store_open_look(doctor->state, &store, &failure)) {
    cannot(doctor, &failure,
           strstr(failure.message, "damaged")
               ? backup_cure
               : "Let the user that runs loftyrun read it, and no other.");
    doctor_say(doctor, DOCTOR_SKIP(jobs), "the store cannot be read");
    return;
  }
  if (!store_schema(store, &version, &current, &failure)) {
    cannot(doctor, &failure, "Use that program, or another folder with --state.");
  } else {
    look_at_damage(doctor, store);
    if (version < current)
      doctor_say(doctor, DOCTOR_FINE(check),
                 "its schema is %" PRId64 "; the next run brings it to %" PRId64, version, current);
    else
      look_inside(doctor, store);
  }
  store_close(store);
}

void doctor_state(struct doctor *doctor) {
  struct failure failure;
  const char *given = doctor->options->state;
  if (doctor->options->sandbox_seed && !given) {
    doctor_say(doctor, DOCTOR_SKIP(check),
               "a sandbox keeps nothing, unless --state names a folder");
    return;
  }
  if (!given && !folder_default(doctor->state, sizeof doctor->state, &failure)) {
    doctor->state[0] = '\0';
    doctor_say(doctor,
               DOCTOR_FAIL(check, EXIT_CONFIG,
                           "Set HOME, or name a folder with --state, also for the runs."),
               "%s", failure.message);
    return;
  }
  if (given) snprintf(doctor->state, sizeof doctor->state, "%s", given);
  if (doctor_disk(doctor))
    look_at_store(doctor);
  else if (access(doctor->state, F_OK) != 0 && errno == ENOENT)
    doctor_say(doctor, DOCTOR_FINE(check), "nothing has been kept yet");
  else
    doctor_say(doctor, DOCTOR_SKIP(check), "there is no state folder to look into");
}
