/* native.digest: SHA-256 and base64url (core/digest.h), and what tells two values apart without
   keeping them. */
#ifndef BIND_DIGEST_H
#define BIND_DIGEST_H

#include <lua.h>

/* Lua: sha256(bytes) -> 32 bytes; base64url(bytes) -> text without padding; of(value) -> 64
   hexadecimal digits, the same ones for the same JSON. */
int luaopen_native_digest(lua_State *L);

#endif
