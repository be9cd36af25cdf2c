/* The disk below the state folder, for loftyrun doctor. */
#ifndef HOST_DOCTOR_DISK_H
#define HOST_DOCTOR_DISK_H

#include "doctor_report.h"

/* Looks at doctor->state. Whether that folder is there. */
bool doctor_disk(struct doctor *doctor);

#endif
