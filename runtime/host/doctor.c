#include "doctor.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "doctor_report.h"

enum { JSON_MAXIMUM = 1024 * 1024 };

int doctor_run(const struct doctor_options *options) {
  struct doctor doctor = {.options = options, .stream = stdout};
  buffer_init(&doctor.json, JSON_MAXIMUM);
  doctor_configuration(&doctor);
  /* What is asked outside goes on while the rest is looked at. */
  struct doctor_network *network = doctor_network_begin(&doctor);
  doctor_environment(&doctor);
  doctor_state(&doctor);
  doctor_certificate(&doctor);
  doctor_network_end(&doctor, network);
  doctor_end(&doctor);
  buffer_free(&doctor.json);
  config_clear(&doctor.config);
  profile_close(doctor.profile);
  return doctor.exit_code;
}
