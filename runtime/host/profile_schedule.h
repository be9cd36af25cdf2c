/* The schedule of a profile: lines that name scripts and when they run.

     schedule = { { "15 6 * * 1-5", "/opt/x/brief.lua", name = "brief", args = { "--apply" } } }

   A line is told as words, each followed by a NUL, for lofty.schedule_lines, which checks them:
   the expression, the script, for each argument of it "arg" and the argument, for each option its
   name and its value behind one letter, s for a string, n for a number, b for a boolean; and "". */
#ifndef HOST_PROFILE_SCHEDULE_H
#define HOST_PROFILE_SCHEDULE_H

#include <lua.h>
#include <stdbool.h>

#include "../core/buffer.h"

enum { PROFILE_SCHEDULE_MAXIMUM = 256 * 1024 };

/* Appends the lines of the table on top of the stack. False, with what is wrong in `what`, where it
   does not have that form. Whether it says something sensible is not looked at. */
bool profile_schedule_take(lua_State *L, struct buffer *words, char *what, size_t size);

#endif
