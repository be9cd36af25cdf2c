#include "status_teller.h"

#include <stdio.h>

#include "../core/exit_code.h"
#include "embedded.h"

int status_tell(const struct run_options *options, char **facts) {
  struct failure failure;
  struct script script;
  struct run_options wanted = *options;
  if (!script_from_argument(&script, "require('lofty.status').run(...)", &failure)) {
    fprintf(stderr, "loftyrun: %s\n", failure.message);
    return EXIT_TEMPORARY;
  }
  script.name = "status";
  snprintf(script.chunk_name, sizeof script.chunk_name, "@" EMBEDDED_PREFIX "status");
  wanted.recording = RUN_READS_HISTORY;
  int exit_code = run_script(&wanted, &script, facts);
  script_free(&script);
  return exit_code;
}
