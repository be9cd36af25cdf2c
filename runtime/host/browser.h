/* Opening an address in the person's browser. */
#ifndef HOST_BROWSER_H
#define HOST_BROWSER_H

#include <stdbool.h>

/* Starts the first browser that can be started: those of $BROWSER (commands with colons between
   them, %s standing for the address), else the desktop's own (open on macOS; xdg-open where there
   is a display). No shell sees the address; the browser is not waited for, writes nowhere, and
   Ctrl-C does not reach it. False where there is none. */
bool browser_open(const char *url);

#endif
