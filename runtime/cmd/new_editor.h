/* loftyrun new editor: what an editor needs to know of scripts. */
#ifndef CMD_NEW_EDITOR_H
#define CMD_NEW_EDITOR_H

/* Writes .luarc.json and definitions below .loftyrun/editor into the folder, and says so on
   standard output; settings that are there already stay. Returns the exit code. */
int new_editor(const char *folder);

#endif
