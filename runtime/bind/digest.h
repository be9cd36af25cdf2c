/* native.digest: SHA-256 and base64url (core/digest.h). */
#ifndef BIND_DIGEST_H
#define BIND_DIGEST_H

#include <lua.h>

/* Lua: sha256(bytes) -> 32 bytes; base64url(bytes) -> text without padding. */
int luaopen_native_digest(lua_State *L);

#endif
