#include "line_words.h"

#include <stdlib.h>
#include <string.h>

void line_words_free(char **words) {
  for (char **word = words; word && *word; word++) free(*word);
  free(words);
}

static size_t common_length(char *const *words) {
  size_t length = strlen(words[0]);
  for (char *const *word = words + 1; *word; word++) {
    size_t i = 0;
    while (i < length && (*word)[i] == words[0][i]) i++;
    length = i;
  }
  return length;
}

static char *joined(const char *line, size_t from, const char *word, size_t length) {
  char *text = malloc(from + length + 1);
  if (!text) return NULL;
  memcpy(text, line, from);
  memcpy(text + from, word, length);
  text[from + length] = '\0';
  return text;
}

char **line_words_in_place(const char *line, size_t from, char *const *words) {
  if (!words || !words[0]) return NULL;
  size_t count = 0;
  while (words[count]) count++;
  char **list = calloc(count + 2, sizeof *list);
  if (!list) return NULL;
  list[0] = joined(line, from, words[0], common_length(words));
  for (size_t i = 0; list[0] && count > 1 && i < count; i++) {
    list[i + 1] = joined(line, from, words[i], strlen(words[i]));
    if (!list[i + 1]) break; /* fewer are offered */
  }
  if (list[0]) return list;
  free(list);
  return NULL;
}
