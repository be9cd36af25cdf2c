#include "json.h"

#include <lauxlib.h>
#include <locale.h>
#include <string.h>

#include "../core/json_patch.h"
#include "../core/json_scan.h"
#include "../core/utf8.h"
#include "json_exact.h"
#include "json_survey.h"

/* The upvalues of decode, encode, array and is_array. */
enum { STATE = 1, ARRAY_MT, CJSON_DECODE, CJSON_ENCODE, UPVALUES = CJSON_ENCODE };

/* A buffer larger than this is given back after the call. */
enum { KEPT_SIZE = 4 << 20 };

#define STATE_TYPE "native.json.state"

/* The module's C memory, tied to a userdata, which any error may unwind past. */
struct state {
  struct json_scanned scanned; /* decode's */
  struct buffer text, slots;   /* encode's */
  bool busy;                   /* lua-cjson runs, and a finalizer may call in once more */
  locale_t locale;             /* "C": a script's os.setlocale would change how numbers look */
};

static int free_state(lua_State *L) {
  struct state *state = luaL_checkudata(L, 1, STATE_TYPE);
  buffer_free(&state->scanned.text);
  buffer_free(&state->scanned.repairs);
  buffer_free(&state->text);
  buffer_free(&state->slots);
  if (state->locale) freelocale(state->locale);
  state->locale = (locale_t)0;
  return 0;
}

static struct state *push_state(lua_State *L) {
  struct state *state = lua_newuserdatauv(L, sizeof *state, 0);
  *state = (struct state){0};
  luaL_setmetatable(L, STATE_TYPE);
  state->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!state->locale) luaL_error(L, "not enough memory");
  return state;
}

static void trim(struct buffer *buffer) {
  if (buffer->capacity > KEPT_SIZE) buffer_free(buffer);
}

/* Gives back what is too large to keep. */
static void trim_state(struct state *state) {
  trim(&state->scanned.text);
  trim(&state->scanned.repairs);
  trim(&state->text);
  trim(&state->slots);
}

/* Pushes a state that nobody is using. */
static struct state *acquire_state(lua_State *L) {
  struct state *state = lua_touserdata(L, lua_upvalueindex(STATE));
  if (state->busy)
    state = push_state(L);
  else
    lua_pushvalue(L, lua_upvalueindex(STATE));
  trim_state(state); /* after a call that has failed */
  return state;
}

/* Calls the function below its arguments on top of the stack, for one result. */
static int call_cjson(lua_State *L, struct state *state, int arguments) {
  locale_t before = uselocale(state->locale);
  state->busy = true;
  int status = lua_pcall(L, arguments, 1, 0);
  state->busy = false;
  uselocale(before);
  return status;
}

/* -- Arguments and results --------------------------------------------------------------------- */

struct options {
  int max_depth;
  size_t max_size;
  bool keep_null;
};

static lua_Integer limit_option(lua_State *L, const char *name, lua_Integer fallback,
                                lua_Integer most) {
  lua_Integer value = fallback;
  if (lua_getfield(L, 2, name) != LUA_TNIL) {
    int whole;
    value = lua_tointegerx(L, -1, &whole);
    if (!whole || value < 1 || value > most)
      luaL_error(L, "%s must be an integer from 1 to %I", name, (LUAI_UACINT)most);
  }
  lua_pop(L, 1);
  return value;
}

/* Reads the second argument and leaves only the first on the stack. */
static struct options read_options(lua_State *L) {
  struct options options = {JSON_DEPTH_DEFAULT, JSON_SIZE_DEFAULT, false};
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    options.max_depth = (int)limit_option(L, "max_depth", JSON_DEPTH_DEFAULT, JSON_DEPTH_MAX);
    options.max_size = (size_t)limit_option(L, "max_size", JSON_SIZE_DEFAULT, JSON_SIZE_MAX);
    lua_getfield(L, 2, "keep_null");
    options.keep_null = lua_toboolean(L, -1);
  }
  lua_settop(L, 1);
  return options;
}

static int fail(lua_State *L, const char *code, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, code);
  lua_pushstring(L, message);
  return 3;
}

static int fail_with(lua_State *L, const struct failure *failure) {
  if (strcmp(failure->code, "OUT_OF_MEMORY") == 0) return luaL_error(L, "not enough memory");
  return fail(L, failure->code, failure->message);
}

static int fail_size(lua_State *L, size_t most) {
  lua_pushnil(L);
  lua_pushliteral(L, "JSON_TOO_LARGE");
  lua_pushfstring(L, "a text of more than %I bytes", (LUAI_UACINT)most);
  return 3;
}

/* -- Decoding ---------------------------------------------------------------------------------- */

/* Stack: array_mt, lua-cjson's decode, the text, what json_scan has found in it, what it has made
   of it. */
static int decode_scanned(lua_State *L) {
  const char *text = lua_tostring(L, 3);
  const struct json_scanned *scanned = lua_touserdata(L, 4);
  lua_pushvalue(L, 2);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  json_make_exact(L, text, scanned, 1, 2);
  return 1;
}

static bool scan(const char *text, size_t length, const struct options *options,
                 struct json_scanned *scanned, struct failure *failure) {
  scanned->text.maximum = length * 3;                                   /* "inf" for each digit */
  scanned->repairs.maximum = (length + 1) * sizeof(struct json_repair); /* one for each byte */
  return json_scan(text, length, options->max_depth, options->keep_null, scanned, failure);
}

static int decode(lua_State *L) {
  luaL_checktype(L, 1, LUA_TSTRING);
  struct options options = read_options(L);
  size_t length;
  const char *text = lua_tolstring(L, 1, &length); /* text */
  if (length > options.max_size) return fail_size(L, options.max_size);

  struct failure failure;
  struct state *state = acquire_state(L); /* text, state */
  struct json_scanned *scanned = &state->scanned;
  if (!scan(text, length, &options, scanned, &failure)) {
    trim_state(state);
    return fail_with(L, &failure);
  }
  lua_pushcfunction(L, decode_scanned);
  lua_pushvalue(L, lua_upvalueindex(ARRAY_MT));
  lua_pushvalue(L, lua_upvalueindex(CJSON_DECODE));
  lua_pushvalue(L, 1);
  lua_pushlightuserdata(L, scanned);
  if (scanned->text.length > 0)
    lua_pushlstring(L, scanned->text.data, scanned->text.length);
  else
    lua_pushvalue(L, 1);
  int status = call_cjson(L, state, 5);
  trim_state(state);
  if (status == LUA_ERRMEM) return lua_error(L);
  /* json_scan has let nothing pass that lua-cjson refuses. */
  if (status != LUA_OK) return fail(L, "INVALID_JSON", lua_tostring(L, -1));
  return 1;
}

/* -- Encoding ---------------------------------------------------------------------------------- */

/* Looks at the value on top of the stack before lua-cjson does. Below it is array_mt. */
static bool survey(lua_State *L, struct state *state, const struct options *options,
                   bool check_utf8, size_t *total, struct failure *failure) {
  state->slots.length = 0;
  struct json_survey walk = {.L = L,
                             .array_mt = lua_absindex(L, -2),
                             .max_depth = options->max_depth,
                             .max_size = options->max_size,
                             .check_utf8 = check_utf8,
                             .slots = &state->slots,
                             .failure = failure};
  bool fine = json_survey(&walk);
  *total = walk.total;
  if (fine && walk.size > options->max_size)
    return failure_set(failure, "JSON_TOO_LARGE", "a text of more than %zu bytes",
                       options->max_size);
  return fine;
}

/* Appends the exact text to state->text, in the "C" locale. */
static bool patch(const char *text, size_t length, struct state *state, size_t total,
                  struct failure *failure) {
  locale_t before = uselocale(state->locale);
  bool fine =
      json_patch(text, length, (const struct json_slot *)(void *)state->slots.data,
                 state->slots.length / sizeof(struct json_slot), total, &state->text, failure);
  uselocale(before);
  return fine;
}

static int encode(lua_State *L) {
  luaL_checkany(L, 1);
  struct options options = read_options(L); /* value */
  struct failure failure;
  struct state *state = acquire_state(L);
  state->text.length = 0;
  state->text.maximum = options.max_size;
  state->slots.maximum = SIZE_MAX / 2;
  lua_pushvalue(L, lua_upvalueindex(ARRAY_MT));
  lua_pushvalue(L, 1); /* value, state, array_mt, value */
  size_t total, again;
  if (!survey(L, state, &options, false, &total, &failure)) return fail_with(L, &failure);

  lua_pushvalue(L, lua_upvalueindex(CJSON_ENCODE));
  lua_pushvalue(L, 1); /* ..., value, encode, value */
  int status = call_cjson(L, state, 1);
  if (status == LUA_ERRMEM) return lua_error(L);
  size_t length;
  const char *text = lua_tolstring(L, -1, &length); /* ..., value, text */
  if (status != LUA_OK) return fail(L, "NOT_ENCODABLE", text ? text : "lua-cjson failed");

  if (utf8_valid_length(text, length) < length) {
    lua_pop(L, 1); /* ..., value */
    if (survey(L, state, &options, true, &again, &failure))
      failure_set(&failure, "INVALID_UTF8", "a string that is not UTF-8");
    return fail_with(L, &failure);
  }
  if (state->slots.length > 0 || json_has_escaped_slash(text, length)) {
    if (!patch(text, length, state, total, &failure)) return fail_with(L, &failure);
    lua_pushlstring(L, state->text.data, state->text.length);
  } else if (length > options.max_size) {
    return fail_size(L, options.max_size);
  }
  trim_state(state);
  return 1;
}

/* -- Arrays ------------------------------------------------------------------------------------ */

static int array(lua_State *L) {
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (lua_getmetatable(L, 1) && !lua_rawequal(L, -1, lua_upvalueindex(ARRAY_MT)))
    return luaL_argerror(L, 1, "a table without a metatable expected");
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(ARRAY_MT));
  lua_setmetatable(L, 1);
  return 1;
}

static int is_array(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, lua_type(L, 1) == LUA_TTABLE && lua_getmetatable(L, 1) &&
                         lua_rawequal(L, -1, lua_upvalueindex(ARRAY_MT)));
  return 1;
}

/* -- Opening ----------------------------------------------------------------------------------- */

/* Calls a setting of the lua-cjson instance on top of the stack. */
static void set_cjson(lua_State *L, const char *name, int value, bool boolean) {
  lua_getfield(L, -1, name);
  if (boolean)
    lua_pushboolean(L, value);
  else
    lua_pushinteger(L, value);
  lua_call(L, 1, 0);
}

/* Pushes decode and encode of a lua-cjson instance of our own: settings made elsewhere do not reach
   it. It must read infinity, for json_scan writes it, and leave the limits to us. */
static void push_cjson(lua_State *L, struct state *state) {
  lua_pushcfunction(L, luaopen_cjson);
  lua_pushliteral(L, "cjson");
  /* In our locale, as it asks once what the decimal point is. */
  if (call_cjson(L, state, 1) != LUA_OK) lua_error(L);
  lua_getfield(L, -1, "new");
  lua_call(L, 0, 1);
  set_cjson(L, "decode_invalid_numbers", true, true);
  set_cjson(L, "decode_max_depth", JSON_DEPTH_MAX + 2, false);
  set_cjson(L, "encode_max_depth", JSON_DEPTH_MAX + 2, false);
  lua_getfield(L, -1, "decode");
  lua_getfield(L, -2, "encode");
  lua_rotate(L, -4, 2); /* decode, encode, cjson, instance */
  lua_pop(L, 2);
}

static const luaL_Reg functions[] = {
    {"decode", decode}, {"encode", encode}, {"array", array}, {"is_array", is_array}, {NULL, NULL}};

int luaopen_native_json(lua_State *L) {
  if (luaL_newmetatable(L, STATE_TYPE)) {
    lua_pushcfunction(L, free_state);
    lua_setfield(L, -2, "__gc");
  }
  luaL_newlibtable(L, functions);
  struct state *state = push_state(L);
  lua_newtable(L);
  lua_pushliteral(L, "json.array");
  lua_setfield(L, -2, "__name"); /* module, state, array_mt */
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "array_mt");
  push_cjson(L, state); /* module, state, array_mt, decode, encode */
  luaL_setfuncs(L, functions, UPVALUES);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  lua_pushinteger(L, JSON_DEPTH_MAX);
  lua_setfield(L, -2, "depth_max");
  return 1;
}
