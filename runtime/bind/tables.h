/* Members of Lua's tables, set and read. */
#ifndef BIND_TABLES_H
#define BIND_TABLES_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* Set members of the table on top; a text that is NULL is left out. May raise. */
void tables_set_text(lua_State *L, const char *name, const char *text);
void tables_set_integer(lua_State *L, const char *name, int64_t integer);
void tables_set_number(lua_State *L, const char *name, double number);
void tables_set_boolean(lua_State *L, const char *name, bool value);

/* A member of the table at `index`: text, which the table keeps, or NULL; an integer. Raise for
   what is of another type, and where a member that is `required` is missing. */
const char *tables_text(lua_State *L, int index, const char *name, bool required);
int64_t tables_integer(lua_State *L, int index, const char *name, int64_t otherwise);
int64_t tables_required_integer(lua_State *L, int index, const char *name);

#endif
