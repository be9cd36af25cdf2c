/* What the last word of a command line may become. */
#ifndef CMD_COMPLETION_WORDS_H
#define CMD_COMPLETION_WORDS_H

#include <stdio.h>

/* Writes it to `stream`: `words` are those behind the program's name, the last one as far as it was
   typed. A line for each, with what it is behind a tab; and before them
     :files, :folders   names of files, or of folders, as well
     :nospace           the word goes on behind these
   Makes no call, says nothing on standard error, and keeps nothing. Returns EXIT_DONE, also where
   nothing can be found. */
int completion_words(char **words, FILE *stream);

#endif
