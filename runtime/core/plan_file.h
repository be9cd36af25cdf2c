/* The file that a dry run's plan is written to: it is there as a whole or not at all (0600). It is
   written beside its place, as PATH.partial, and takes its place when it is whole.

   Failures: those of folder.h, and USAGE where something else is in its place. */
#ifndef CORE_PLAN_FILE_H
#define CORE_PLAN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* What every plan begins with. A file that is there and begins otherwise is not replaced. */
#define PLAN_FILE_BEGINNING "{\"loftyrun_plan\":"

struct plan_file;

bool plan_file_create(const char *path, struct plan_file **file, struct failure *failure);

bool plan_file_write(struct plan_file *file, const char *text, size_t length,
                     struct failure *failure);

/* Puts the file in its place, on the disk when it returns. */
bool plan_file_commit(struct plan_file *file, struct failure *failure);

/* Gives up what was not put in its place. Idempotent for NULL. */
void plan_file_close(struct plan_file *file);

/* Removes the plans in `folder` that are older than so many days; what cannot be removed stays. */
void plan_file_forget(const char *folder, int days);

#endif
