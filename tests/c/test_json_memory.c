/* bind/json.c when memory runs out: for every N the Nth allocation in Lua fails. The call must
   raise "not enough memory" and nothing else, and the next one must work. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>

#include "bind/json.h"
#include "test.h"

const char *__lsan_default_suppressions(void);

/* lua-cjson keeps its own buffer in plain malloc and loses it when Lua jumps past it. */
const char *__lsan_default_suppressions(void) { return "leak:cjson"; }

struct budget {
  long left; /* allocations still allowed; negative: any number */
};

static void *allocate(void *data, void *block, size_t old_size, size_t size) {
  struct budget *budget = data;
  if (size == 0) {
    free(block);
    return NULL;
  }
  if (!block || size > old_size) { /* shrinking must not fail */
    if (budget->left == 0) return NULL;
    if (budget->left > 0) budget->left--;
  }
  return realloc(block, size);
}

static const char *const chunks[] = {
    /* opening */ "open()",
    /* decoding, with and without a rewritten text */
    "same(json.decode('{\"a\":[1,2.5,null],\"b\":\"x\"}').a[2], 2.5)",
    "same(json.decode('[[],1.0,9007199254740993,{\"a\":null}]')[3], 9007199254740993)",
    "same(select(2, json.decode('[1,')), 'INVALID_JSON')",
    /* encoding, with and without slots */
    "same(json.encode(short), '[1,{\"a\":true}]')",
    "same(json.encode(long), '[651095960136641,1.0,[],\"a/b\"]')",
    "same(select(2, json.encode(bad)), 'NOT_ENCODABLE')",
    "same(select(2, json.encode(latin)), 'INVALID_UTF8')",
    "same(json.is_array(json.array()), true)",
};

static const char setup[] =
    "short, long, bad, latin = {1, {a = true}}, {651095960136641, 1.0, json.array(), 'a/b'},"
    "  {{{}, print}}, {a = {'\\xFF'}} "
    "function same(a, b) if a ~= b then error('got ' .. tostring(a), 0) end end";

static int open_again(lua_State *L) {
  luaopen_native_json(L);
  return 0;
}

/* Runs the chunk with so many allocations; false when they were too few. */
static bool run(lua_State *L, struct budget *budget, const char *chunk, long allowed) {
  if (luaL_loadstring(L, chunk) != LUA_OK) abort();
  budget->left = allowed;
  int status = lua_pcall(L, 0, 0, 0);
  budget->left = -1;
  if (status == LUA_OK) return true;
  if (status != LUA_ERRMEM) {
    TEST_NOTE("with %ld allocations: %s", allowed, lua_tostring(L, -1));
    status = LUA_OK;
  }
  lua_settop(L, 0);
  return status == LUA_OK;
}

int main(void) {
  for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
    TEST("without memory: %s", chunks[i]);
    struct budget budget = {-1};
    lua_State *L = lua_newstate(allocate, &budget);
    if (!L) return 1;
    luaL_openlibs(L);
    luaL_requiref(L, "json", luaopen_native_json, 1);
    lua_register(L, "open", open_again);
    if (luaL_dostring(L, setup) != LUA_OK) TEST_NOTE("%s", lua_tostring(L, -1));
    long allowed = 0;
    while (allowed < 10000 && !run(L, &budget, chunks[i], allowed)) {
      if (!run(L, &budget, chunks[i], -1)) TEST_NOTE("fails afterwards, %ld", allowed);
      allowed++;
    }
    CHECK(allowed < 10000);
    lua_close(L);
  }
  return test_finish();
}
