/* The members of a JSON object, for C that has to read one: a reply of a token endpoint, what is
   inside a signed key. It is decoded in a Lua state of its own, by the same code that decodes
   everything else, and the memory of that state is overwritten when it goes. */
#ifndef HOST_JSON_MEMBERS_H
#define HOST_JSON_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_member {
  const char *name; /* set it first; the rest is written */
  char *text;       /* of a string, which is then the caller's; else NULL */
  int64_t number;   /* of a number, or of a string that is a whole one */
  bool is_number;
};

/* Looks up `count` members. False where `json` is no JSON object, or memory ran out; then none is
   set. A member that is not there, or of another type, is neither text nor number. */
bool json_members_read(const char *json, size_t length, struct json_member *members, size_t count);

/* Overwrites and frees the texts. */
void json_members_free(struct json_member *members, size_t count);

#endif
