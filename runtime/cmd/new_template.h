/* loftyrun new TEMPLATE: a script to begin with, and its test beside it. */
#ifndef CMD_NEW_TEMPLATE_H
#define CMD_NEW_TEMPLATE_H

/* Prints what there is: a name and a sentence each. Returns the exit code. */
int new_template_list(void);

/* Writes a copy of the template, or shipped script, of that name, with its test beside it. `path`
   is the file, or the folder that gets one of the template's name; NULL for the current folder.
   Nothing that is there is written over. Returns the exit code, EXIT_USAGE for an unknown name. */
int new_template(const char *name, const char *path);

#endif
