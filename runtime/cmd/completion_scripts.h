/* What the shells are given: each asks `loftyrun completion words -- WORD...` about the last of the
   words, those before it being what was typed after the program's name. */
#ifndef CMD_COMPLETION_SCRIPTS_H
#define CMD_COMPLETION_SCRIPTS_H

extern const char completion_bash[];
extern const char completion_zsh[];
extern const char completion_fish[];

#endif
