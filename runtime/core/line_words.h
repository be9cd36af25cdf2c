/* Lists of words for completion: arrays of strings that end with NULL, all of it from malloc. */
#ifndef CORE_LINE_WORDS_H
#define CORE_LINE_WORDS_H

#include <stddef.h>

/* Frees a list; NULL is fine. */
void line_words_free(char **words);

/* The list as readline wants it, which replaces all from the line's beginning on: the first `from`
   bytes of the line stand in front of each word. What they all begin with comes first, and then,
   where there is more than one, each of them. NULL for no words, or no memory. */
char **line_words_in_place(const char *line, size_t from, char *const *words);

#endif
